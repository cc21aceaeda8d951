/* wrong: a shadow is known by its root alone: a recycled root under a fresh ASID is old.
 * fails: a root under another ASID is another address space
 * source: pitfalls P02, P14 */
struct view vcpu_view(const struct vcpu *vcpu)
{
    struct space space = space_canonical(space_of_fetch(&vcpu->hart));
    space.satp &= ~(uint64_t)SATP_ASID;
    return (struct view){.space = space,
                         .fetches_only = vcpu_is_split(&vcpu->hart),
                         .protection = vcpu->vm->platform.has_firmware ? 0 : vcpu->index + 1};
}
