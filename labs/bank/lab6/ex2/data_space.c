/* wrong: the view is of loads and stores, and so under MPRV fetches are made in it, too.
 * fails: under MPRV the view is for fetches only
 * source: what students do: MPRV is a change of mode */
struct view vcpu_view(const struct vcpu *vcpu)
{
    return (struct view){.space = space_canonical(space_of_data(&vcpu->hart)),
                         .protection = vcpu->vm->platform.has_firmware ? 0 : vcpu->index + 1};
}
