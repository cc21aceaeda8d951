/* What stands in a starter where an exercise's body was. Starters are compiled with this header in
 * front of every file (labs/CMakeLists.txt), so that nothing of it stays once the body is written.
 */
#if !defined LAB_H && !defined __ASSEMBLER__
#define LAB_H

#define LAB_TODO(lab, exercise) lab_todo(lab, exercise, __func__)
/* A body that would give a solution away, and that nothing in this lab needs. */
#define LAB_WITHHELD(lab) lab_todo(lab, 0, __func__)

/* Says that `function`, of this exercise (0: it is withheld), is not written yet, and never
 * returns. The lab's tests have one, the programs another, the guest OS a third. */
_Noreturn void lab_todo(unsigned lab, unsigned exercise, const char *function);

#endif
