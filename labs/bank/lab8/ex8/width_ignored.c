/* wrong: every access is made one of a byte, so that the device does not refuse its width.
 * fails: a width that the device refuses is an access fault
 * source: pitfalls P35 */
static bool device_access(struct vm *vm, uint64_t gpa, unsigned size, enum access why,
                          bool is_write, uint64_t *value)
{
    bool is_plain = why == ACCESS_LOAD || why == ACCESS_STORE;
    bool is_uart = gpa - UART_BASE < UART_SIZE;
    if (!is_plain || !platform_mmio(&vm->platform, gpa, is_uart ? 1 : size, is_write, value))
        return false;
    vm->reached_device = true;
    return true;
}
