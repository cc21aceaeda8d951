/* wrong: one store less than the patience allows.
 * fails: a walk of the table gives it its time back
 * source: what students do: off by one */
static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (++frame->writes < MIRROR_PATIENCE)
        return false;
    mirror_end(shadows, gpa);
    return true;
}
