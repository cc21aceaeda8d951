#ifndef ISA_COMMAND_H
#define ISA_COMMAND_H

/* trapeze isa: prints the card of a profile. */
int command_isa(int argc, char **argv);

#endif
