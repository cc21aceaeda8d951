/* Running a platform to its end: what `run` does with a machine, and others with a VM. */
#ifndef RUN_H
#define RUN_H

#include "console.h"
#include "hosted.h"
#include "options.h"
#include "platform.h"

/* What is run, and how it starts anew when the guest reboots. */
struct runnable {
    struct platform *platform;
    struct console *console;
    void (*reboot)(void *owner);
    void *owner;
};

/* Gives `platform` its console input: the file that the options name, or else a live console on
 * standard input; and opens the console. False: it said why. */
bool run_open_console(struct console *console, struct platform *platform,
                      const struct options *options);

/* Runs to the end, and prints what --stats asks for. Returns the exit status. */
int run_platform(const struct runnable *runnable, const struct options *options);

/* What --stats asks for, of a platform whose run took `spent` seconds. */
void run_print_stats(const struct platform *platform, double spent);

/* A VM and what it boots, built from the options; NULL: it said why. */
struct hosted *run_make_vm(const struct options *options, const struct boot *boot);

/* Reads the image that the options name. False: it said why. */
bool run_prepare(struct boot *boot, const struct options *options);

int command_run(int argc, char **argv);

#endif
