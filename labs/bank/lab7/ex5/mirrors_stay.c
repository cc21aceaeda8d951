/* wrong: the hart may store, and the mirrors stay: what they hold grows old unheard.
 * fails: what is written again and again, and never walked, is no table
 * source: pitfalls P13, P12 */
static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->writes++ < MIRROR_PATIENCE)
        return false;
    shadow_give_back(shadows, gpa, SHADOW_TRACED);
    return true;
}
