/* wrong: the first store lets the table go: each change of a table costs all that was made from it.
 * fails: a store to a table is emulated
 * source: what students do: write-protection as in copy on write */
static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    mirror_end(shadows, gpa);
    return true;
}
