/* Lab 5: your own claims. Write what a VMM must do, and see which mistakes they catch:
 *
 *     trapeze lab mutants 5 DIR
 *
 * puts wrong solutions in place, one after the other, and runs these claims, which should fail for
 * each; and right ones, for which they should pass. lab_vm.h says what a claim can do. */
#include "lab_vm.h"

CLAIM(5, NOTHING, "after a reflected trap, sret goes back to where it happened", "vmm/vcpu.c")
{
    given_vm(SHADOW_FLUSH, true);
    vcpu_reflect(vcpu, (struct trap){.cause = CAUSE_BREAKPOINT});
    holds(trap_sret(hart), "the handler may return", "it may not");
    same_u64(CODE, hart->pc, "pc");
    same_u64(MODE_S, hart->mode, "the guest's mode");
}
