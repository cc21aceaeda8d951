/* wrong: only the very first address of the UART is passed through.
 * fails: all of the UART's page is passed through, and no other
 * source: what students do */
bool vm_passes(const struct vm *vm, gpa_t gpa, struct p2m_entry *page)
{
    *page = (struct p2m_entry){.hpa = HPA(gpa.a), .perms = PTE_R | PTE_W};
    return vm->config.passes_uart && gpa.a == UART_BASE;
}
