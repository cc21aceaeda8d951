/* right: software bits and wires asked apart */
bool trap_wakes(const struct hart *hart)
{
    if (hart->csr.mip & hart->csr.mie)
        return true;
    return (hart->wires & hart->csr.mie) != 0;
}
