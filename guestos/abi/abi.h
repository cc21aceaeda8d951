/* What the kernel and its programs agree on: errors, flags, limits, and the structs that system
 * calls fill. Both sides include this file, so it holds no function. */
#ifndef ABI_H
#define ABI_H

#include <stdint.h>

/* A system call that fails returns one of these, negated. */
enum error {
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EINTR = 4,
    E2BIG = 7,
    ENOEXEC = 8,
    EBADF = 9,
    ECHILD = 10,
    EAGAIN = 11,
    ENOMEM = 12,
    EFAULT = 14,
    EEXIST = 17,
    ENOTDIR = 20,
    EISDIR = 21,
    EINVAL = 22,
    ENFILE = 23,
    EMFILE = 24,
    EFBIG = 27,
    EPIPE = 32,
    ENAMETOOLONG = 36,
    ENOSYS = 38,
    ENOTEMPTY = 39,
};

/* Limits */
enum {
    NAME_LENGTH = 31,  /* bytes of a file's name, without the zero */
    PATH_LENGTH = 127, /* bytes of a path, without the zero */
    FILES_PER_PROCESS = 16,
    ARGUMENTS = 32, /* of a program, its name included */
};

/* The user half of every address space: programs are linked at the start, the stack hangs from
 * the end. */
#define USER_START 0x10000
#define USER_END 0x40000000
#define USER_STACK_BYTES 0x40000

/* open */
enum {
    O_READ = 1,
    O_WRITE = 2,
    O_CREATE = 4,
    O_TRUNCATE = 8,
    O_APPEND = 16,
};

/* wait: return at once if no child has ended */
enum { WAIT_POLL = 1 };

/* The status that wait reports: 0 to 255 from exit, or how the process was ended. */
enum {
    STATUS_TRAP = 256,      /* plus the exception's cause */
    STATUS_KILLED = 512,    /* by kill or by ^C */
    STATUS_NO_MEMORY = 513, /* a page was due and none was left */
};

/* shutdown */
enum { SHUTDOWN_POWEROFF = 0, SHUTDOWN_REBOOT = 1 };

enum file_type { TYPE_FILE = 1, TYPE_DIRECTORY, TYPE_CONSOLE, TYPE_NULL, TYPE_PIPE };

struct stat {
    uint32_t type; /* enum file_type */
    uint32_t inode;
    uint64_t size; /* bytes of a file, entries of a directory */
};

struct dirent {
    uint32_t type;
    uint32_t inode;
    char name[NAME_LENGTH + 1];
};

enum process_state {
    PROCESS_FREE,
    PROCESS_READY,
    PROCESS_RUNNING,
    PROCESS_BLOCKED,
    PROCESS_ZOMBIE
};

struct procinfo {
    int32_t pid;
    int32_t parent;
    int32_t group;
    uint32_t state; /* enum process_state */
    uint64_t pages; /* resident pages, shared ones included */
    char name[16];
};

struct sysinfo {
    uint64_t total_pages;
    uint64_t free_pages;
    uint64_t is_preemptive; /* 0: a process runs until it waits or yields */
};

/* What a hypervisor tells of the exits that this machine made it handle. */
enum { EXIT_TEXT = 64 };
struct exitinfo {
    uint64_t count;
    char text[EXIT_TEXT]; /* the reason; cut to size, with its zero */
};

#endif
