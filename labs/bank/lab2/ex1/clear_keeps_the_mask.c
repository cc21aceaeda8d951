/* wrong: csrrc keeps the bits of its mask and clears the others
 * fails: csrrc clears the bits of its mask and no others
 * source: what students do */
bool csr_access(struct hart *hart, struct port *port, unsigned number, enum csr_op op,
                bool is_write, uint64_t operand, uint64_t *old)
{
    if (!may_access(hart, number, is_write))
        return false;
    unsigned row = row_at(number);
    *old = read_csr(hart, port, number);
    if (!is_write)
        return true;
    uint64_t base = modify_base(hart, row, *old);
    write_csr(hart, number,
              op == CSR_SWAP  ? operand
              : op == CSR_SET ? base | operand
                              : base & operand);
    tell(port, row);
    return true;
}
