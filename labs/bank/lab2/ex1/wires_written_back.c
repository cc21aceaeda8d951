/* wrong: a read-modify-write of mip starts from what was read, and stores the wires as software
 * bits fails: csrrs of mip reads the wires and does not store them source: pitfalls P22 */
static uint64_t modify_base(const struct hart *hart, unsigned row, uint64_t read)
{
    (void)hart, (void)row;
    return read;
}
