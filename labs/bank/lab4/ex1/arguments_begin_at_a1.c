/* wrong: the arguments are taken from a1 on, as if a0 were the number.
 * fails: the arguments are a0 and those behind it
 * source: what students do */
void syscall(struct trapframe *frame)
{
    uint64_t number = frame->x[REG_A7];
    int64_t result = -ENOSYS;
    if (number < sizeof table / sizeof table[0] && table[number])
        result = table[number](&frame->x[REG_A1]);
    frame->x[REG_A0] = (uint64_t)result;
}
