/* Lab 5: your own claims. Write what a VMM must do, and see which mistakes they catch:
 *
 *     trapeze lab mutants 5 DIR
 *
 * puts wrong solutions in place, one after the other, and runs these claims, which should fail for
 * each; and right ones, for which they should pass. lab_vm.h says what a claim can do. */
#include "lab_vm.h"

CLAIM(5, NOTHING, "a reflected trap leaves the guest's registers alone", "vmm/vcpu.c")
{
    given_vm(SHADOW_FLUSH, true);
    hart->x[A0] = 42;
    vcpu_reflect(vcpu, (struct trap){.cause = CAUSE_BREAKPOINT});
    same_u64(42, hart->x[A0], "a0");
}
