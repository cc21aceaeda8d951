/* Events as lines of JSON, in a file beside the one wanted, which is renamed when all is well. */
#include "perfetto.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "show.h"
#include "story.h"
#include "trap.h"

enum { LANES = 8, LANE_OF_VMM = 4 };

struct perfetto {
    FILE *file;
    char *path, *beside;
    int error;
    bool has_events;
    struct {
        enum mode mode;
        uint64_t since;
    } hart[MAX_HARTS];
};

__attribute__((format(printf, 2, 3))) static void put(struct perfetto *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool done = fprintf(p->file, "%s{", p->has_events ? ",\n" : "") >= 0 &&
                vfprintf(p->file, format, args) >= 0 && fprintf(p->file, "}") >= 0;
    va_end(args);
    p->has_events = true;
    if (!done && !p->error)
        p->error = errno;
}

/* A step of the clock is ten nanoseconds of the guest's time; the format counts microseconds. */
#define TIME "%" PRIu64 ".%02u"
#define TIME_OF(clock) (clock) / 100, (unsigned)((clock) % 100)

static void name_lane(struct perfetto *p, unsigned hart, unsigned lane, const char *name)
{
    put(p,
        "\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":%u,\"args\":{\"name\":\"hart %u "
        "%s\"}",
        hart * LANES + lane, hart, name);
    put(p,
        "\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":1,\"tid\":%u,\"args\":{\"sort_index\":"
        "%u}",
        hart * LANES + lane, hart * LANES + lane);
}

static void put_header(struct debugger *debugger, struct perfetto *p)
{
    const struct platform *platform = debugger->target.platform;
    fprintf(p->file, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
    put(p, "\"ph\":\"M\",\"name\":\"process_name\",\"pid\":1,\"tid\":0,\"args\":{\"name\":\"%s\"}",
        debugger->target.vm ? "VM" : "machine");
    for (unsigned i = 0; i < platform->harts; i++) {
        name_lane(p, i, MODE_U, "user");
        name_lane(p, i, MODE_S, "kernel");
        if (!platform->has_firmware)
            name_lane(p, i, MODE_M, "machine");
        if (debugger->target.vm)
            name_lane(p, i, LANE_OF_VMM, "VMM");
        p->hart[i].mode = platform->hart[i]->mode;
        p->hart[i].since = clock_now(&platform->s.clock);
    }
}

bool perfetto_open(struct debugger *debugger, const char *path, char *error, size_t error_size)
{
    struct perfetto *p = calloc(1, sizeof *p);
    int fd = -1;
    if (p && (p->path = strdup(path)) && (p->beside = malloc(strlen(path) + 8))) {
        snprintf(p->beside, strlen(path) + 8, "%s.XXXXXX", path);
        fd = mkstemp(p->beside);
        p->file = fd >= 0 && fchmod(fd, 0644) == 0 ? fdopen(fd, "w") : NULL;
    }
    if (!p || !p->file) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        if (p) {
            free(p->path);
            free(p->beside);
        }
        free(p);
        return false;
    }
    debugger->perfetto = p;
    debugger->stops.is_stale = true; /* returns are seen from now on */
    put_header(debugger, p);
    return true;
}

/* The hart's stay in its mode ends: a slice. */
static void end_stay(struct perfetto *p, unsigned hart, uint64_t now)
{
    static const char *const names[] = {"user", "kernel", "?", "machine"};
    uint64_t since = p->hart[hart].since;
    if (now > since)
        put(p, "\"ph\":\"X\",\"name\":\"%s\",\"pid\":1,\"tid\":%u,\"ts\":" TIME ",\"dur\":" TIME,
            names[p->hart[hart].mode], hart * LANES + p->hart[hart].mode, TIME_OF(since),
            TIME_OF(now - since));
    p->hart[hart].since = now;
}

static void change_mode(struct debugger *debugger, unsigned hart, enum mode mode)
{
    struct perfetto *p = debugger->perfetto;
    if (mode == p->hart[hart].mode)
        return;
    end_stay(p, hart, clock_now(&debugger->target.platform->s.clock));
    p->hart[hart].mode = mode;
}

static void put_slice(struct debugger *debugger, const struct episode *e, unsigned lane,
                      const char *name)
{
    uint64_t now = e->step + debugger->target.platform->s.clock.idle;
    put(debugger->perfetto,
        "\"ph\":\"X\",\"name\":\"%s\",\"cat\":\"%s\",\"pid\":1,\"tid\":%u,\"ts\":" TIME
        ",\"dur\":0,\"args\":{\"number\":%" PRIu64 ",\"cause\":\"%s\",\"pc\":\"0x%" PRIx64
        "\",\"tval\":\"0x%" PRIx64 "\"}",
        name, e->kind == EPISODE_EXIT ? "exit" : "trap", e->hart * LANES + lane, TIME_OF(now),
        e->number, trap_name(e->trap.cause), e->before.pc, e->trap.tval);
}

static void put_counters(struct debugger *debugger)
{
    const struct vm *vm = debugger->target.vm;
    uint64_t now = clock_now(&debugger->target.platform->s.clock);
    put(debugger->perfetto,
        "\"ph\":\"C\",\"name\":\"exits\",\"pid\":1,\"tid\":0,\"ts\":" TIME
        ",\"args\":{\"exits\":%" PRIu64 ",\"reflected\":%" PRIu64 ",\"fills\":%" PRIu64 "}",
        TIME_OF(now), vm->exits.count, vm->stats.reflected, vm->shadows.stats.fills);
}

void perfetto_episode(struct debugger *debugger, const struct episode *e)
{
    enum { EVERY = 64 };
    if (!debugger->perfetto)
        return;
    bool is_exit = e->kind == EPISODE_EXIT;
    put_slice(debugger, e, is_exit ? LANE_OF_VMM : e->before.mode,
              is_exit ? story_decision(e) : trap_name(e->trap.cause));
    change_mode(debugger, e->hart, e->after.mode);
    if (is_exit && debugger->target.vm->exits.count % EVERY == 0)
        put_counters(debugger);
}

/* A bare hart is about to execute sret or mret. */
void perfetto_return(struct debugger *debugger, const struct hart *hart)
{
    uint32_t word = 0;
    struct hart after = *hart;
    if (!debugger->perfetto || debugger->target.vm ||
        !target_insn(&debugger->target, hart, hart->pc, &word))
        return;
    struct insn insn = insn_decode(word, hart->isa);
    if (insn.id == INSN_sret ? trap_sret(&after) : insn.id == INSN_mret && trap_mret(&after))
        change_mode(debugger, debugger->target.platform->s.turn, after.mode);
}

void perfetto_mmio(struct debugger *debugger, const struct mmio *mmio)
{
    const struct platform *platform = debugger->target.platform;
    unsigned hart = platform->s.turn;
    uint64_t now = clock_now(&platform->s.clock);
    if (!debugger->perfetto)
        return;
    put(debugger->perfetto,
        "\"ph\":\"i\",\"s\":\"t\",\"name\":\"%s %s\",\"pid\":1,\"tid\":%u,\"ts\":" TIME
        ",\"args\":{\"address\":\"0x%" PRIx64 "\",\"value\":\"0x%" PRIx64 "\"}",
        show_device(mmio->pa), mmio->is_write ? "write" : "read",
        hart * LANES + debugger->perfetto->hart[hart].mode, TIME_OF(now), mmio->pa, mmio->value);
}

bool perfetto_close(struct debugger *debugger, char *error, size_t error_size)
{
    struct perfetto *p = debugger->perfetto;
    if (!p)
        return true;
    const struct platform *platform = debugger->target.platform;
    for (unsigned i = 0; i < platform->harts; i++)
        end_stay(p, i, clock_now(&platform->s.clock));
    if (debugger->target.vm)
        put_counters(debugger);
    fprintf(p->file, "\n]}\n");
    if ((fflush(p->file) || fsync(fileno(p->file))) && !p->error)
        p->error = errno;
    if (fclose(p->file) != 0 && !p->error)
        p->error = errno;
    if (!p->error && rename(p->beside, p->path) != 0)
        p->error = errno;
    if (p->error) {
        snprintf(error, error_size, "%s: %s", p->path, strerror(p->error));
        unlink(p->beside);
    }
    bool done = !p->error;
    free(p->path);
    free(p->beside);
    free(p);
    debugger->perfetto = NULL;
    debugger->stops.is_stale = true;
    return done;
}
