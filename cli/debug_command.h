/* trapeze debug. */
#ifndef DEBUG_COMMAND_H
#define DEBUG_COMMAND_H

int command_debug(int argc, char **argv);

#endif
