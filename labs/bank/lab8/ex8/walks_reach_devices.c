/* wrong: a page-table walk that meets a device reads its registers, with all their effects.
 * fails: a page-table walk reaches no device
 * source: pitfalls P03 */
static bool device_access(struct vm *vm, uint64_t gpa, unsigned size, enum access why,
                          bool is_write, uint64_t *value)
{
    bool is_data = why == ACCESS_LOAD || why == ACCESS_STORE || why == ACCESS_WALK;
    if (!is_data || !platform_mmio(&vm->platform, gpa, size, is_write, value))
        return false;
    vm->reached_device = true;
    return true;
}
