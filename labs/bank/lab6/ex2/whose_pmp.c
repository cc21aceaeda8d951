/* wrong: vcpus with a PMP each share their shadows.
 * fails: vcpus share a shadow unless each has a PMP of its own
 * source: what students do: one vcpu is thought of */
struct view vcpu_view(const struct vcpu *vcpu)
{
    return (struct view){.space = space_canonical(space_of_fetch(&vcpu->hart)),
                         .fetches_only = vcpu_is_split(&vcpu->hart),
                         .protection = vcpu->vm->platform.has_firmware ? 0 : 1};
}
