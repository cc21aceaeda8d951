/* Starting QEMU, waiting for it, and never leaving one behind. */
#include "qemu.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool qemu_init(struct qemu *qemu, const char *program, uint64_t ram_size)
{
    *qemu = (struct qemu){.program = program, .ram_size = ram_size};
    qemu->fd = memfd_create("diff", 0); /* no name, so nothing can be left behind */
    if (qemu->fd < 0)
        return false;
    void *ram = MAP_FAILED;
    if (ftruncate(qemu->fd, (off_t)ram_size) == 0)
        ram = mmap(NULL, ram_size, PROT_READ | PROT_WRITE, MAP_SHARED, qemu->fd, 0);
    if (ram == MAP_FAILED) {
        close(qemu->fd);
        return false;
    }
    qemu->ram = ram;
    return true;
}

void qemu_free(struct qemu *qemu)
{
    munmap(qemu->ram, qemu->ram_size);
    close(qemu->fd);
}

/* QEMU's names of what a hart of ours may lack, and has of its own: rv64 of 7.2 has more than asked
 * for. */
static void describe_cpu(isa_t isa, char *text, size_t size)
{
    static const struct {
        const char *name;
        enum ext ext;
    } parts[] = {
        {"m", EXT_M}, {"a", EXT_A},       {"f", EXT_F},     {"d", EXT_D},
        {"c", EXT_C}, {"sstc", EXT_Sstc}, {"zba", EXT_Zba}, {"zbb", EXT_Zbb},
    };
    size_t used = (size_t)snprintf(text, size,
                                   "rv64,h=false,zbc=false,zbs=false,Zfh=false,Zfhmin=false,"
                                   "pmu-num=0,debug=false,"
                                   "mvendorid=0,marchid=0,mimpid=0");
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
        used += (size_t)snprintf(text + used, size - used, ",%s=%s", parts[i].name,
                                 isa_has(isa, parts[i].ext) ? "true" : "false");
}

/* In the child: it may use so much CPU time. */
static void limit_cpu(unsigned seconds)
{
    struct rlimit limit = {.rlim_cur = seconds, .rlim_max = seconds};
    setrlimit(RLIMIT_CPU, &limit);
}

/* In the child: becomes QEMU, which dies with its parent. Of two harts, one does nothing; but where
 * there are two, QEMU's AMO are atomic, and report the causes that the manual wants. */
static _Noreturn void exec_qemu(const struct qemu *qemu, isa_t isa)
{
    char cpu[256], memory[160], megabytes[16];
    describe_cpu(isa, cpu, sizeof cpu);
    snprintf(memory, sizeof memory,
             "memory-backend-file,id=ram,share=on,size=%lluM,mem-path=/proc/self/fd/%d",
             (unsigned long long)qemu->ram_size >> 20, qemu->fd);
    snprintf(megabytes, sizeof megabytes, "%lluM", (unsigned long long)qemu->ram_size >> 20);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp(qemu->program, qemu->program, "-machine", "virt,memory-backend=ram", "-object", memory,
           "-m", megabytes, "-smp", "2", "-cpu", cpu, "-bios", "none", "-display", "none",
           "-serial", "null", "-monitor", "none", "-net", "none", "-nodefaults", (char *)NULL);
    perror(qemu->program);
    _exit(127);
}

static bool wait_for(pid_t pid, unsigned seconds, int *status)
{
    enum { PER_SECOND = 200 };
    struct timespec pause = {.tv_nsec = 1000000000 / PER_SECOND};
    for (unsigned i = 0; i < seconds * PER_SECOND; i++) {
        if (waitpid(pid, status, WNOHANG) == pid)
            return true;
        nanosleep(&pause, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, status, 0);
    return false;
}

bool qemu_run(struct qemu *qemu, isa_t isa, unsigned seconds)
{
    enum { IDLE = 10, WAIT = 6 }; /* seconds of the clock, where the machine is busy */
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        limit_cpu(seconds);
        exec_qemu(qemu, isa);
    }
    if (pid < 0) {
        perror("fork");
        return false;
    }
    if (!wait_for(pid, IDLE + WAIT * seconds, &status))
        return false;
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    fprintf(stderr, "diff: %s ended with status %x\n", qemu->program, (unsigned)status);
    return false;
}
