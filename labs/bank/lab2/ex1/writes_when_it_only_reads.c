/* wrong: csrrs with x0 writes back what it read
 * fails: a read-only CSR can be read and not written
 * source: pitfalls P19 */
bool csr_access(struct hart *hart, struct port *port, unsigned number, enum csr_op op,
                bool is_write, uint64_t operand, uint64_t *old)
{
    (void)is_write;
    if (!may_access(hart, number, true))
        return false;
    unsigned row = row_at(number);
    *old = read_csr(hart, port, number);
    uint64_t base = modify_base(hart, row, *old);
    write_csr(hart, number,
              op == CSR_SWAP  ? operand
              : op == CSR_SET ? base | operand
                              : base & ~operand);
    tell(port, row);
    return true;
}
