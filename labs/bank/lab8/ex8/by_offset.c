/* right: the page by its offset, and field after field. */
bool vm_passes(const struct vm *vm, gpa_t gpa, struct p2m_entry *page)
{
    if (!vm->config.passes_uart || gpa.a - UART_BASE >= PAGE_SIZE)
        return false;
    page->hpa.a = gpa.a;
    page->perms = PTE_W | PTE_R;
    page->level = 0;
    page->reasons = 0;
    return true;
}
