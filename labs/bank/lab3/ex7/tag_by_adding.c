/* right: the page number with the number of the space added */
static uint64_t tag_of(uint64_t va, uint64_t space)
{
    return va / PAGE_SIZE + space;
}
