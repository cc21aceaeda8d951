/* wrong: rd gets the CSR as it is after the write
 * fails: csrrw gives the old value and leaves the new one
 * source: what students do */
bool csr_access(struct hart *hart, struct port *port, unsigned number, enum csr_op op,
                bool is_write, uint64_t operand, uint64_t *old)
{
    if (!may_access(hart, number, is_write))
        return false;
    unsigned row = row_at(number);
    uint64_t before = read_csr(hart, port, number);
    uint64_t base = modify_base(hart, row, before);
    if (is_write) {
        write_csr(hart, number,
                  op == CSR_SWAP  ? operand
                  : op == CSR_SET ? base | operand
                                  : base & ~operand);
        tell(port, row);
    }
    *old = read_csr(hart, port, number);
    return true;
}
