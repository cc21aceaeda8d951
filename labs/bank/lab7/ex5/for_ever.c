/* wrong: a frame that was a table once is one for ever: a page of data that is written traps each time.
 * fails: what is written again and again, and never walked, is no table
 * source: pitfalls P13: a rule for un-tracing */
static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    (void)shadows, (void)gpa, (void)mirror_end;
    return false;
}
