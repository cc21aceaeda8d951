/* trapeze fidelity: the proof that a guest cannot tell the VM from the machine. */
#ifndef FIDELITY_COMMAND_H
#define FIDELITY_COMMAND_H

int command_fidelity(int argc, char **argv);

#endif
