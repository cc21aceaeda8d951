/* wrong: the number is cut to eight bits, so that much else is a call.
 * fails: a call that there is not is -ENOSYS
 * source: what students do */
void syscall(struct trapframe *frame)
{
    uint8_t number = (uint8_t)frame->x[REG_A7];
    int64_t result = -ENOSYS;
    if (number < sizeof table / sizeof table[0] && table[number])
        result = table[number](&frame->x[REG_A0]);
    frame->x[REG_A0] = (uint64_t)result;
}
