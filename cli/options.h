/* Options of the machine: one table, so that they mean the same to every subcommand. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "boot.h"
#include "cpu.h"
#include "disk.h"
#include "net.h"
#include "repl.h"
#include "vm.h"

/* Exit statuses that are Trapeze's own; others are the guest's. */
enum { EXIT_ERROR = 1, EXIT_USAGE = 2, EXIT_DIFFERENT = 3, EXIT_LIMIT = 124 };

/* --disk FILE[,ro|,scratch] */
struct disk_option {
    char path[4096];
    enum disk_mode mode;
};

enum { OPTION_SCRIPTS = 32 };

struct options {
    struct board_config board;
    enum engine engine;
    bool traps_misaligned; /* --misaligned trap; already in board.isa */
    bool is_vm;            /* --vmm: IMAGE runs in a VM */
    struct vm_config vm;   /* of the VM */
    uint64_t audit;        /* exits between audits of the VM; 0: as the build has it */
    uint64_t max;          /* steps; NEVER without --max */
    bool stats;
    bool realtime;           /* --realtime: time goes with the host's */
    uint64_t every;          /* steps between comparisons of fidelity */
    const char *input;       /* file, or NULL: the host's standard input */
    const char *dump_dtb;    /* file, or NULL */
    const char *signature;   /* file, or NULL */
    unsigned granularity;    /* bytes a line of it */
    const char *dump_memory; /* file, or NULL */
    const char *trace;       /* FILE[,kinds] of trace.h, or NULL */
    struct disk_option disk[VIRTIO_DISKS];
    unsigned disks;
    bool has_net;
    struct net_forward forward[NET_FORWARDS];
    unsigned forwards;
    const char *image; /* NULL: none was given */

    /* Of debug. */
    struct repl_script script[OPTION_SCRIPTS]; /* --exec and --command, in order */
    unsigned scripts;
    bool is_json, skips_init;
};

/* What came of reading a command line. */
enum parsed {
    PARSED,
    PARSED_HELP,  /* --help was given and answered */
    PARSED_WRONG, /* one line on standard error says what is wrong: exit 2 */
};

/* Reads `argv` (argv[0] is the subcommand's name) into *options: machine options and one IMAGE.
 * `summary` is the subcommand's line for --help. */
enum parsed options_parse(struct options *options, int argc, char **argv, const char *summary);

/* Reads a whole number: digits, and K, M or G for `unit`, its square, its cube. False: it is no
 * such number, or more than 64 bits. */
bool options_number(const char *text, uint64_t unit, uint64_t *value);

#endif
