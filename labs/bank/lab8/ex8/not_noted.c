/* wrong: that a device was reached is not noted.
 * fails: an access that reached a device is noted
 * source: what students do */
static bool device_access(struct vm *vm, uint64_t gpa, unsigned size, enum access why,
                          bool is_write, uint64_t *value)
{
    bool is_plain = why == ACCESS_LOAD || why == ACCESS_STORE;
    return is_plain && platform_mmio(&vm->platform, gpa, size, is_write, value);
}
