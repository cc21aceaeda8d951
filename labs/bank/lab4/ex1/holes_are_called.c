/* wrong: a number below the end of the table is called although nothing stands there.
 * fails: a call that there is not is -ENOSYS
 * source: what students do */
void syscall(struct trapframe *frame)
{
    uint64_t number = frame->x[REG_A7];
    int64_t result = -ENOSYS;
    if (number < sizeof table / sizeof table[0])
        result = table[number](&frame->x[REG_A0]);
    frame->x[REG_A0] = (uint64_t)result;
}
