/* trapeze lab: assignments, and the grading of them. */
#ifndef LAB_COMMAND_H
#define LAB_COMMAND_H

int command_lab(int argc, char **argv);

#endif
