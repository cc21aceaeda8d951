/* wrong: a shadow is known by its ASID alone: two roots under one ASID are one.
 * fails: each root has a shadow of its own, and it is found again
 * source: pitfalls P02: the whole guest satp */
struct view vcpu_view(const struct vcpu *vcpu)
{
    struct space space = space_canonical(space_of_fetch(&vcpu->hart));
    space.satp &= ~(uint64_t)SATP_PPN;
    return (struct view){.space = space,
                         .fetches_only = vcpu_is_split(&vcpu->hart),
                         .protection = vcpu->vm->platform.has_firmware ? 0 : vcpu->index + 1};
}
