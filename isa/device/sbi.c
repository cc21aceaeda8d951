/* The SBI's extensions, one function each, found by their number in a table. A call is a pure
 * exchange of registers: what it does to the world goes through struct platform. */
#include "sbi.h"

#include <string.h>

#include "csr.h"
#include "memory.h"
#include "pmp.h"
#include "platform.h"
#include "trap.h"

enum { SPEC_VERSION = 0x01000000, IMPL_VERSION = 1 };
enum { COUNTERS_BASIC = 0x7 }; /* cycle, time, instret */
enum { PIECE = 256, LONGEST_WRITE = 4096, FENCED_PAGES = 64 };

/* Who calls, and with what. */
struct call {
    struct platform *platform;
    struct hart *hart;
    uint64_t function;
    const uint64_t *args; /* a0 to a5 */
};

static struct sbi_result success(uint64_t value)
{
    return (struct sbi_result){.error = SBI_SUCCESS, .value = value};
}

static struct sbi_result failure(int64_t error)
{
    return (struct sbi_result){.error = error};
}

void sbi_reset(struct sbi *sbi)
{
    for (unsigned i = 0; i < SBI_HARTS; i++) {
        sbi->state[i] = i == 0 ? SBI_HART_STARTED : SBI_HART_STOPPED;
        sbi->timer[i] = NEVER;
    }
}

void sbi_enter(struct hart *hart, uint64_t entry, uint64_t a0, uint64_t a1)
{
    memset(hart->x, 0, sizeof hart->x);
    hart->x[X_A0] = a0;
    hart->x[X_A1] = a1;
    hart->pc = entry;
    hart->mode = MODE_S;
    hart->waiting = false;
    hart->csr.satp = 0;
    hart->csr.mie = 0;
    /* SIE off (SBI 9.1), and floating point on, as OpenSBI leaves it. */
    hart->csr.mstatus =
        MSTATUS_SXL_64 | MSTATUS_UXL_64 | (isa_has(hart->isa, EXT_F) ? MSTATUS_FS : 0);
    hart->csr.medeleg = MEDELEG_WRITABLE & ~((uint64_t)1 << CAUSE_ECALL_S);
    hart->csr.mideleg = MIP_S;
    hart->csr.mcounteren = UINT32_MAX;
    hart->csr.scounteren = COUNTERS_BASIC; /* as OpenSBI; Linux counts on it for its vDSO */
    hart->csr.menvcfg = isa_has(hart->isa, EXT_Sstc) ? MENVCFG_STCE : 0;
    if (isa_has(hart->isa, EXT_Svadu) && !isa_has(hart->isa, EXT_Svade))
        hart->csr.menvcfg |= MENVCFG_ADUE; /* who is promised both must expect faults */
    hart->csr.stimecmp = NEVER;
    pmp_open(&hart->csr.pmp);
}

/* Harts named by a mask that starts at hart `base`; base = -1 names all (SBI 3.1). False: a hart
 * that does not exist. */
static bool read_mask(const struct platform *platform, uint64_t mask, uint64_t base,
                      uint64_t *harts)
{
    uint64_t all = ((uint64_t)1 << platform->harts) - 1;
    *harts = base == NEVER ? all : 0;
    if (base == NEVER || mask == 0)
        return true;
    if (base >= platform->harts || mask & ~(all >> base))
        return false;
    *harts = mask << base;
    return true;
}

static void send_ipis(struct platform *platform, uint64_t harts)
{
    for (unsigned i = 0; i < platform->harts; i++)
        if (harts >> i & 1)
            platform->hart[i]->csr.mip |= MIP_SSIP;
}

/* Fencing more than was asked is always right (P14), so long ranges are all of memory. */
static void fence_harts(struct platform *platform, uint64_t harts, uint64_t start, uint64_t size)
{
    uint64_t pages = size / PAGE_SIZE + 2; /* the range may begin and end inside a page */
    bool is_all = (start == 0 && size == 0) || pages > FENCED_PAGES;
    for (unsigned i = 0; i < platform->harts; i++) {
        if (!(harts >> i & 1))
            continue;
        for (uint64_t page = 0; page < (is_all ? 1 : pages); page++)
            platform->fence(platform->owner, i, is_all, start + page * PAGE_SIZE);
    }
}

/* A firmware on a hart with stimecmp sets that: the two are one timer, as under OpenSBI. */
static void set_timer(const struct call *call, uint64_t time)
{
    if (csr_has_stimer(call->hart))
        call->hart->csr.stimecmp = time;
    else
        call->platform->s.sbi.timer[call->hart->csr.mhartid] = time;
}

/* DBCN (SBI 2.0, chapter 12). A call may do less than it was asked to, and so one step of the guest
 * never costs the host more than a page. */
static struct sbi_result console_write(struct platform *platform, uint64_t size, uint64_t pa)
{
    uint8_t piece[PIECE];
    size = size < LONGEST_WRITE ? size : LONGEST_WRITE;
    for (uint64_t done = 0; done < size;) {
        uint64_t part = size - done < PIECE ? size - done : PIECE;
        if (!platform->dma(platform->owner, pa + done, piece, part, false))
            return failure(SBI_ERR_FAILED);
        for (uint64_t i = 0; i < part; i++)
            platform_output(platform, piece[i]);
        done += part;
    }
    return success(size);
}

static struct sbi_result console_read(struct platform *platform, uint64_t size, uint64_t pa)
{
    uint64_t done = 0;
    for (uint8_t byte; done < size && platform_take_input(platform, &byte); done++)
        if (!platform_write(platform, pa + done, &byte, 1))
            return failure(SBI_ERR_FAILED);
    return success(done);
}

static struct sbi_result call_dbcn(const struct call *call)
{
    enum { WRITE, READ, WRITE_BYTE };
    uint64_t size = call->args[0], pa = call->args[1], high = call->args[2];
    switch (call->function) {
    case WRITE:
    case READ:
        if (high || (size && !platform_is_ram(call->platform, pa, size)))
            return failure(SBI_ERR_INVALID_PARAM);
        return call->function == WRITE ? console_write(call->platform, size, pa)
                                       : console_read(call->platform, size, pa);
    case WRITE_BYTE:
        platform_output(call->platform, (uint8_t)call->args[0]);
        return success(0);
    default:
        return failure(SBI_ERR_NOT_SUPPORTED);
    }
}

static struct sbi_result call_time(const struct call *call)
{
    if (call->function != 0)
        return failure(SBI_ERR_NOT_SUPPORTED);
    set_timer(call, call->args[0]);
    return success(0);
}

static struct sbi_result call_ipi(const struct call *call)
{
    uint64_t harts;
    if (call->function != 0)
        return failure(SBI_ERR_NOT_SUPPORTED);
    if (!read_mask(call->platform, call->args[0], call->args[1], &harts))
        return failure(SBI_ERR_INVALID_PARAM);
    send_ipis(call->platform, harts);
    return success(0);
}

/* Remote fences. Fetches are coherent, so the remote fence.i has nothing to do but check. */
static struct sbi_result call_rfence(const struct call *call)
{
    enum { FENCE_I, SFENCE_VMA, SFENCE_VMA_ASID };
    uint64_t harts;
    if (call->function > SFENCE_VMA_ASID)
        return failure(SBI_ERR_NOT_SUPPORTED);
    if (!read_mask(call->platform, call->args[0], call->args[1], &harts))
        return failure(SBI_ERR_INVALID_PARAM);
    if (call->function != FENCE_I)
        fence_harts(call->platform, harts, call->args[2], call->args[3]);
    return success(0);
}

static struct sbi_result start_hart(const struct call *call)
{
    struct platform *platform = call->platform;
    uint64_t id = call->args[0], entry = call->args[1];
    if (id >= platform->harts)
        return failure(SBI_ERR_INVALID_PARAM);
    if (platform->s.sbi.state[id] == SBI_HART_STARTED)
        return failure(SBI_ERR_ALREADY_AVAILABLE);
    if (!platform_is_ram(platform, entry, 4) || entry & 1)
        return failure(SBI_ERR_INVALID_ADDRESS);
    struct hart *hart = platform->hart[id];
    hart_reset(hart, hart->isa, id, entry);
    sbi_enter(hart, entry, id, call->args[2]);
    platform->s.sbi.state[id] = SBI_HART_STARTED;
    platform->s.sbi.timer[id] = NEVER;
    return success(0);
}

/* A retentive suspend is a wfi (SBI 9.4). Types outside the defined ranges are reserved. */
static struct sbi_result suspend_hart(const struct call *call)
{
    enum { RETENTIVE = 0, PLATFORM_TYPES = 0x10000000 };
    uint32_t type = (uint32_t)call->args[0];
    if (type == RETENTIVE) {
        call->hart->waiting = !trap_wakes(call->hart);
        return success(0);
    }
    uint32_t kind = type & 0x7fffffff; /* bit 31: without retention */
    return failure(kind == 0 || kind >= PLATFORM_TYPES ? SBI_ERR_NOT_SUPPORTED
                                                       : SBI_ERR_INVALID_PARAM);
}

static struct sbi_result call_hsm(const struct call *call)
{
    enum { START, STOP, STATUS, SUSPEND };
    struct sbi *sbi = &call->platform->s.sbi;
    switch (call->function) {
    case START:
        return start_hart(call);
    case STOP:
        sbi->state[call->hart->csr.mhartid] = SBI_HART_STOPPED;
        return success(0);
    case STATUS:
        if (call->args[0] >= call->platform->harts)
            return failure(SBI_ERR_INVALID_PARAM);
        return success(sbi->state[call->args[0]]);
    case SUSPEND:
        return suspend_hart(call);
    default:
        return failure(SBI_ERR_NOT_SUPPORTED);
    }
}

static struct sbi_result call_srst(const struct call *call)
{
    enum { OWN_REASONS = 0xe0000000, OWN_TYPES = 0xf0000000 };
    uint32_t type = (uint32_t)call->args[0], reason = (uint32_t)call->args[1];
    if (call->function != 0)
        return failure(SBI_ERR_NOT_SUPPORTED);
    if (reason > SBI_SRST_REASON_FAILURE && reason < OWN_REASONS)
        return failure(SBI_ERR_INVALID_PARAM);
    switch (type) {
    case SBI_SRST_SHUTDOWN:
        platform_stop(call->platform, STOP_POWEROFF, reason == SBI_SRST_REASON_FAILURE);
        return success(0);
    case SBI_SRST_COLD_REBOOT:
    case SBI_SRST_WARM_REBOOT:
        platform_stop(call->platform, STOP_REBOOT, 0);
        return success(0);
    default:
        return failure(type >= OWN_TYPES ? SBI_ERR_NOT_SUPPORTED : SBI_ERR_INVALID_PARAM);
    }
}

static bool has_extension(const struct platform *platform, uint64_t extension);

static struct sbi_result call_base(const struct call *call)
{
    enum { SPEC, ID, VERSION, PROBE, VENDOR, ARCH, IMPL };
    switch (call->function) {
    case SPEC:
        return success(SPEC_VERSION);
    case ID:
        return success(SBI_IMPL_TRAPEZE);
    case VERSION:
        return success(IMPL_VERSION);
    case PROBE:
        return success(has_extension(call->platform, call->args[0]));
    case VENDOR:
    case ARCH:
    case IMPL: /* mvendorid, marchid, mimpid: as csr.def has them */
        return success(0);
    default:
        return failure(SBI_ERR_NOT_SUPPORTED);
    }
}

/* A port on guest memory alone, for the one argument that is a virtual address. */
struct guest_memory {
    struct port port;
    struct platform *platform;
};

static bool memory_read(struct port *port, uint64_t pa, unsigned size, enum access why,
                        uint64_t *value)
{
    struct platform *platform = ((struct guest_memory *)port)->platform;
    (void)why;
    *value = 0;
    return platform->dma(platform->owner, pa, value, size, false);
}

static bool memory_write(struct port *port, uint64_t pa, unsigned size, enum access why,
                         uint64_t value)
{
    struct platform *platform = ((struct guest_memory *)port)->platform;
    (void)why;
    return platform_write(platform, pa, &value, size);
}

/* Legacy calls point at their mask by virtual address; no pointer means all harts (SBI 5.5). */
static bool read_legacy_mask(const struct call *call, uint64_t *harts)
{
    struct guest_memory memory = {.port = {.load = memory_read, .store = memory_write},
                                  .platform = call->platform};
    struct trap trap;
    uint64_t mask;
    if (call->args[0] == 0)
        return read_mask(call->platform, 0, NEVER, harts);
    return memory_load(call->hart, &memory.port, call->args[0], 8, ACCESS_LOAD, &mask, &trap) &&
           read_mask(call->platform, mask, 0, harts);
}

static int64_t legacy_getchar(struct platform *platform)
{
    uint8_t byte;
    return platform_take_input(platform, &byte) ? byte : -1;
}

static int64_t legacy_broadcast(const struct call *call, uint64_t extension)
{
    uint64_t harts;
    if (!read_legacy_mask(call, &harts))
        return SBI_ERR_INVALID_ADDRESS;
    if (extension == SBI_LEGACY_SEND_IPI)
        send_ipis(call->platform, harts);
    else if (extension != SBI_LEGACY_REMOTE_FENCE_I)
        fence_harts(call->platform, harts, call->args[1], call->args[2]);
    return SBI_SUCCESS;
}

/* The calls of SBI 0.1 (SBI chapter 5): one number each, and one register back. */
static int64_t call_legacy(const struct call *call, uint64_t extension)
{
    switch (extension) {
    case SBI_LEGACY_SET_TIMER:
        set_timer(call, call->args[0]);
        return SBI_SUCCESS;
    case SBI_LEGACY_CONSOLE_PUTCHAR:
        platform_output(call->platform, (uint8_t)call->args[0]);
        return SBI_SUCCESS;
    case SBI_LEGACY_CONSOLE_GETCHAR:
        return legacy_getchar(call->platform);
    case SBI_LEGACY_CLEAR_IPI:
        call->hart->csr.mip &= ~(uint64_t)MIP_SSIP;
        return SBI_SUCCESS;
    case SBI_LEGACY_SHUTDOWN:
        platform_stop(call->platform, STOP_POWEROFF, 0);
        return SBI_SUCCESS;
    default:
        return legacy_broadcast(call, extension);
    }
}

static const struct {
    uint64_t extension;
    struct sbi_result (*answer)(const struct call *call);
} extensions[] = {
    {SBI_EXT_BASE, call_base},     {SBI_EXT_TIME, call_time}, {SBI_EXT_IPI, call_ipi},
    {SBI_EXT_RFENCE, call_rfence}, {SBI_EXT_HSM, call_hsm},   {SBI_EXT_SRST, call_srst},
    {SBI_EXT_DBCN, call_dbcn},
};
enum { EXTENSIONS = sizeof extensions / sizeof *extensions };

static bool has_extension(const struct platform *platform, uint64_t extension)
{
    for (unsigned i = 0; i < EXTENSIONS; i++)
        if (extensions[i].extension == extension)
            return true;
    if (extension == SBI_EXT_TRAPEZE)
        return platform->hypercall;
    return extension <= SBI_LEGACY_SHUTDOWN;
}

static struct sbi_result answer(const struct call *call, uint64_t extension)
{
    for (unsigned i = 0; i < EXTENSIONS; i++)
        if (extensions[i].extension == extension)
            return extensions[i].answer(call);
    if (extension == SBI_EXT_TRAPEZE && call->platform->hypercall)
        return call->platform->hypercall(call->platform->owner, call->function, call->args);
    return failure(SBI_ERR_NOT_SUPPORTED);
}

void sbi_call(struct platform *platform, struct hart *hart)
{
    uint64_t *x = hart->x;
    uint64_t extension = x[X_A7];
    struct call call = {.platform = platform, .hart = hart, .function = x[X_A6], .args = &x[X_A0]};
    hart->pc += 4; /* an ecall is never compressed */
    if (extension <= SBI_LEGACY_SHUTDOWN) {
        x[X_A0] = (uint64_t)call_legacy(&call, extension);
        return;
    }
    struct sbi_result result = answer(&call, extension);
    x[X_A0] = (uint64_t)result.error;
    x[X_A1] = result.value;
}
