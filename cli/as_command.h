/* The subcommand `as`. */
#ifndef AS_COMMAND_H
#define AS_COMMAND_H

int command_as(int argc, char **argv);

#endif
