/* right: the refusal first. */
void syscall(struct trapframe *frame)
{
    enum { CALLS = sizeof table / sizeof *table };
    uint64_t *a0 = &frame->x[REG_A0];
    if (frame->x[REG_A7] >= CALLS || !table[frame->x[REG_A7]]) {
        *a0 = (uint64_t)-ENOSYS;
        return;
    }
    int64_t result = table[frame->x[REG_A7]](a0);
    *a0 = (uint64_t)result;
}
