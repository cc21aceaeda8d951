/* wrong: wfi goes on only for an interrupt that will be taken
 * fails: wfi goes on when an enabled interrupt is pending, whatever else is closed
 * source: pitfalls P28 */
bool trap_wakes(const struct hart *hart)
{
    return trap_pending(hart) != 0;
}
