/* right: the new value is worked out first, and written in one place */
bool csr_access(struct hart *hart, struct port *port, unsigned number, enum csr_op op,
                bool is_write, uint64_t operand, uint64_t *old)
{
    if (!may_access(hart, number, is_write))
        return false;
    uint64_t read = read_csr(hart, port, number), new = operand;
    if (op != CSR_SWAP) {
        new = modify_base(hart, row_at(number), read);
        new = op == CSR_SET ? new | operand : new & ~operand;
    }
    *old = read;
    if (is_write) {
        write_csr(hart, number, new);
        tell(port, row_at(number));
    }
    return true;
}
