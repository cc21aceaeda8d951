/* wrong: S and U of an address space share a shadow, since both run in U.
 * fails: the guest's kernel and its programs have shadows of their own
 * source: pitfalls P01: one shadow root is not enough */
struct view vcpu_view(const struct vcpu *vcpu)
{
    struct view view = {.space = space_canonical(space_of_fetch(&vcpu->hart)),
                        .fetches_only = vcpu_is_split(&vcpu->hart),
                        .protection = vcpu->vm->platform.has_firmware ? 0 : vcpu->index + 1};
    if (view.space.mode == MODE_U)
        view.space.mode = MODE_S;
    return view;
}
