/* wrong: W goes and nothing says why, so that it never comes back.
 * fails: what could be written is a copy-on-write page
 * source: pitfalls P18 */
static pte_t shared_leaf(pte_t pte)
{
    return pte & ~(pte_t)PTE_W;
}
