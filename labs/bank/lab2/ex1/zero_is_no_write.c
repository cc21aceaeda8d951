/* wrong: an operand of zero is taken for x0, so nothing is written
 * fails: a zero is written like any other value
 * source: pitfalls P19 */
bool csr_access(struct hart *hart, struct port *port, unsigned number, enum csr_op op,
                bool is_write, uint64_t operand, uint64_t *old)
{
    if (!may_access(hart, number, is_write && operand))
        return false;
    unsigned row = row_at(number);
    *old = read_csr(hart, port, number);
    if (!is_write || !operand)
        return true;
    uint64_t base = modify_base(hart, row, *old);
    write_csr(hart, number,
              op == CSR_SWAP  ? operand
              : op == CSR_SET ? base | operand
                              : base & ~operand);
    tell(port, row);
    return true;
}
