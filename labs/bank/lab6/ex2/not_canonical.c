/* wrong: what makes no difference makes another view, so shadows are not found again.
 * fails: SUM makes no difference to U
 * source: what students do: every bit that is at hand is put into the key */
struct view vcpu_view(const struct vcpu *vcpu)
{
    return (struct view){.space = space_of_fetch(&vcpu->hart),
                         .fetches_only = vcpu_is_split(&vcpu->hart),
                         .protection = vcpu->vm->platform.has_firmware ? 0 : vcpu->index + 1};
}
