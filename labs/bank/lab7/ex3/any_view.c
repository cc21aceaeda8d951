/* wrong: what the entry grants is granted to every view.
 * fails: what becomes the kernel's goes from the view of U
 * source: pitfalls P01 */
static uint64_t allowed_by(struct view view, uint64_t pte, int level)
{
    if (!(pte & PTE_V) || !pte_is_leaf(pte) || !(pte & PTE_A) || sv39_is_malformed(pte, level))
        return 0;
    (void)view;
    return (pte & (PTE_R | PTE_X)) | (pte & PTE_D ? pte & PTE_W : 0);
}
