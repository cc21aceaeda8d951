/* wrong: stores are never counted, so the patience has no end.
 * fails: what is written again and again, and never walked, is no table
 * source: what students do: a counter that is read alone */
static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->writes < MIRROR_PATIENCE)
        return false;
    mirror_end(shadows, gpa);
    return true;
}
