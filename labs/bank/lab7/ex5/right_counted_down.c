/* right: the store is counted first. */
static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    struct frame *frame = frame_of(shadows, gpa);
    unsigned so_far = frame->writes;
    frame->writes = (so_far + 1) & 0x7f;
    bool is_table = so_far < MIRROR_PATIENCE;
    if (!is_table)
        mirror_end(shadows, gpa);
    return !is_table;
}
