/* The subcommand `dis`. */
#ifndef DIS_COMMAND_H
#define DIS_COMMAND_H

int command_dis(int argc, char **argv);

#endif
