/* Lab 6: your own claims. Write what shadow page tables must do, and see which mistakes they catch:
 *
 *     trapeze lab mutants 6 DIR
 *
 * puts wrong solutions in place, one after the other, and runs these claims, which should fail for
 * each; and right ones, for which they should pass. lab_vm.h says what a claim can do. */
#include "lab_vm.h"

CLAIM(3, NOTHING, "a page that neither may use is not mapped", "vmm/shadow.c")
{
    struct view view = {.space = {.mode = MODE_U}};
    same_u64(0, shadow_perms(view, PTE_V | PTE_A | PTE_U | PTE_R, PTE_X, 0),
             "the permissions of what the guest may read and the p2m lets execute");
}
