/* wrong: where no device answers, a load gives zero and a store is forgotten.
 * fails: where nobody answers, it is an access fault
 * source: pitfalls P04 */
static bool device_access(struct vm *vm, uint64_t gpa, unsigned size, enum access why,
                          bool is_write, uint64_t *value)
{
    bool is_plain = why == ACCESS_LOAD || why == ACCESS_STORE;
    if (!is_plain)
        return false;
    if (platform_mmio(&vm->platform, gpa, size, is_write, value)) {
        vm->reached_device = true;
        return true;
    }
    return !platform_is_device(gpa);
}
