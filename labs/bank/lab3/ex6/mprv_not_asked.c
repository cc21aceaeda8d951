/* wrong: M's loads and stores are M's, MPRV or not
 * fails: under MPRV loads and stores of M are made as by the mode in MPP
 * source: what students do */
struct space space_of_data(const struct hart *hart)
{
    struct space space = space_of_fetch(hart);
    return space;
}
