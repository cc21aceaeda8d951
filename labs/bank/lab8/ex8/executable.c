/* wrong: a device's registers can be executed.
 * fails: a device is mapped at its own address, to be read and written
 * source: pitfalls P35 */
bool vm_passes(const struct vm *vm, gpa_t gpa, struct p2m_entry *page)
{
    *page = (struct p2m_entry){.hpa = HPA(gpa.a), .perms = PTE_R | PTE_W | PTE_X};
    return vm->config.passes_uart && gpa.a >> PAGE_SHIFT == UART_BASE >> PAGE_SHIFT;
}
