/* wrong: the loop moves pc past an emulated instruction, which step_execute did already.
 * fails: an emulated instruction moves the guest on by one instruction
 * source: what students do: RESUME_NEXT is read as an order */
static void conclude(struct vcpu *vcpu, enum outcome outcome, struct trap trap)
{
    switch (outcome) {
    case RESUME_NEXT:
        vcpu->hart.pc += 4;
        vcpu_count_step(vcpu, true);
        break;
    case REFLECT:
        vcpu_reflect(vcpu, trap);
        break;
    case RESUME_SAME:
    case LEAVE:
        break;
    }
}
