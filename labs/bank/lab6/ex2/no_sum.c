/* wrong: SUM is no part of the view: what S may do depends on who filled the shadow.
 * fails: SUM makes another view of S
 * source: pitfalls P02 */
struct view vcpu_view(const struct vcpu *vcpu)
{
    struct space space = space_canonical(space_of_fetch(&vcpu->hart));
    space.sum = false;
    return (struct view){.space = space,
                         .fetches_only = vcpu_is_split(&vcpu->hart),
                         .protection = vcpu->vm->platform.has_firmware ? 0 : vcpu->index + 1};
}
