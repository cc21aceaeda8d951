/* right: a field after the other, and what does not matter left out by hand. */
struct view vcpu_view(const struct vcpu *vcpu)
{
    const struct hart *hart = &vcpu->hart;
    struct view view = {0};
    view.space.mode = hart->mode;
    view.fetches_only = space_of_data(hart).mode != hart->mode;
    if (!vcpu->vm->platform.has_firmware)
        view.protection = 1 + vcpu->index;
    if (hart->mode == MODE_M || hart->csr.satp >> SATP_MODE_SHIFT == SATP_MODE_BARE)
        return view;
    view.space.satp = hart->csr.satp;
    view.space.ad_faults = space_of_fetch(hart).ad_faults;
    view.space.mxr = (hart->csr.mstatus & MSTATUS_MXR) != 0;
    view.space.sum = hart->mode == MODE_S && (hart->csr.mstatus & MSTATUS_SUM) != 0;
    return view;
}
