/* wrong: a table that should run ahead is followed at once: who forgets a fence is never found out.
 * fails: where shadows are to be as old as is legal, a table runs ahead until a fence
 * source: pitfalls P43 */
static void wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    if (size > 8)
        mirror_end(shadows, gpa);
    else
        mirror_wrote(shadows, gpa, size);
}
