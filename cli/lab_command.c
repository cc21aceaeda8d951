/* trapeze lab: becomes labs/tool, of the source tree that this program was built from. */
#include "lab_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

static const char tool[] = TRAPEZE_SOURCE "/labs/tool";

int command_lab(int argc, char **argv)
{
    if (access(tool, R_OK) != 0) {
        fprintf(stderr, "trapeze lab: %s: %s (the labs are in the source tree)\n", tool,
                strerror(errno));
        return EXIT_ERROR;
    }
    char **command = calloc((size_t)argc + 2, sizeof *command);
    if (!command)
        return EXIT_ERROR;
    command[0] = "python3";
    command[1] = (char *)tool;
    memcpy(command + 2, argv + 1, (size_t)(argc - 1) * sizeof *command);
    execvp(command[0], command);
    fprintf(stderr, "trapeze lab: python3: %s\n", strerror(errno));
    free(command);
    return EXIT_ERROR;
}
