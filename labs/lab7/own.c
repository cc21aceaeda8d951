/* Lab 7: your own claims. Write what coherence asks of a VMM, and see which mistakes they catch:
 *
 *     trapeze lab mutants 7 DIR
 *
 * puts wrong solutions in place, one after the other, and runs these claims, which should fail for
 * each; and right ones, for which they should pass. lab_vm.h says what a claim can do. */
#include "lab_vm.h"
#include "shadow_pages.h"

CLAIM(2, NEEDS(1),
      "whatever two withhold and give back, in which order, a frame has no reason then",
      "vmm/shadow_frames.c")
{
    given_vm(SHADOW_FLUSH, true);
    shadow_withhold(&vm.shadows, GPA(DATA), SHADOW_LOGGED);
    shadow_withhold(&vm.shadows, GPA(DATA), SHADOW_SHARED);
    shadow_give_back(&vm.shadows, GPA(DATA), SHADOW_LOGGED);
    shadow_give_back(&vm.shadows, GPA(DATA), SHADOW_SHARED);
    same_u64(0, shadow_withheld(&vm.shadows, GPA(DATA)), "its reasons");
    same_u64(0, chunk_of(&vm.shadows, GPA(DATA))->withheld, "frames with reasons in its 2 MiB");
}
