/* A VM as a whole: how the machine's memory is dealt out, and the guest-physical world as
 * isa/arch's functions and the device models see it. */
#include "vm.h"

#include <string.h>

#include "hypercall.h"

#define CHUNK ((uint64_t)PAGE_SIZE << SV39_VPN_BITS)

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* Bytes that the VMM takes for itself out of a machine memory of `size` bytes. */
static uint64_t pool_bytes(uint64_t size, uint64_t guest_size)
{
    uint64_t frames = owner_array_frames(size / PAGE_SIZE) + p2m_table_frames(guest_size) +
                      shadow_pool_frames(guest_size / PAGE_SIZE);
    return round_up(frames * PAGE_SIZE, CHUNK);
}

uint64_t vm_memory_needed(uint64_t guest_size)
{
    guest_size = round_up(guest_size, CHUNK);
    /* The owner array covers the pool too; one chunk more is more than it can add, and another lets
     * the chunks' order avoid gpa = hpa (see deal_chunks). */
    return guest_size + pool_bytes(guest_size, guest_size) + 2 * CHUNK;
}

/* ---- guest-physical memory --------------------------------------------------------------- */

bool vm_translate(const struct vm *vm, gpa_t gpa, unsigned perms, hpa_t *hpa)
{
    struct p2m_entry entry;
    *hpa = HPA(0);
    if (!p2m_lookup(&vm->p2m, gpa, &entry) || (perms & ~entry.perms))
        return false;
    *hpa = entry.hpa;
    return true;
}

/* Which devices are passed through. Lab 8, exercise 8.
 *
 * It is the UART, where config.passes_uart says so: true for every gpa in the page of its
 * registers. *page says how a shadow may map it: at the same address in the machine, offset in the
 * page and all, to be read and written, never executed, by a page of level 0 and for no other
 * reason. */
bool vm_passes(const struct vm *vm, gpa_t gpa, struct p2m_entry *page)
{
    *page = (struct p2m_entry){.hpa = HPA(gpa.a), .perms = PTE_R | PTE_W};
    return vm->config.passes_uart && gpa.a >> PAGE_SHIFT == UART_BASE >> PAGE_SHIFT;
}

/* An access of the guest to what is no memory: MMIO, which its devices answer. Lab 8, exercise 8.
 *
 * Devices take plain loads and stores: not fetches, not LR and AMOs, and above all not the reads of
 * a page-table walk, which would have effects. platform_mmio asks the device at `gpa`, with the
 * access's own size; where there is none, or it refuses that size, it says no. False: an access
 * fault. True: it was done, and vm->reached_device notes it for whoever emulates the instruction.
 */
static bool device_access(struct vm *vm, uint64_t gpa, unsigned size, enum access why,
                          bool is_write, uint64_t *value)
{
    bool is_plain = why == ACCESS_LOAD || why == ACCESS_STORE;
    if (!is_plain || !platform_mmio(&vm->platform, gpa, size, is_write, value))
        return false;
    vm->reached_device = true;
    return true;
}

/* The same for the guest, which gets what is withheld from it. Of most memory nothing is. */
static bool reach(struct vm *vm, gpa_t gpa, bool is_write, hpa_t *hpa)
{
    struct p2m_entry memory;
    bool is_given = p2m_lookup(&vm->p2m, gpa, &memory) && !(is_write && memory.reasons);
    *hpa = HPA(0);
    if (!is_given && (!withhold_claim(vm, gpa, is_write) || !p2m_lookup(&vm->p2m, gpa, &memory)))
        return false;
    *hpa = memory.hpa;
    return memory.perms & PTE_R;
}

static bool port_load(struct port *port, uint64_t gpa, unsigned size, enum access why,
                      uint64_t *value)
{
    struct vm *vm = (struct vm *)port;
    hpa_t hpa;
    *value = 0;
    if (!reach(vm, GPA(gpa), false, &hpa))
        return device_access(vm, gpa, size, why, false, value);
    memcpy(value, hw_frame(vm->hw, hpa), size);
    return true;
}

/* An emulated store is told to the shadows; where it is of a table, that is why it was emulated. */
static void store_heard(struct vm *vm, gpa_t gpa, unsigned size)
{
    vm->reached_table |= shadow_withheld(&vm->shadows, gpa) & SHADOW_TRACED;
    shadow_wrote(&vm->shadows, gpa, size);
}

static bool port_store(struct port *port, uint64_t gpa, unsigned size, enum access why,
                       uint64_t value)
{
    struct vm *vm = (struct vm *)port;
    hpa_t hpa;
    if (!reach(vm, GPA(gpa), true, &hpa))
        return device_access(vm, gpa, size, why, true, &value);
    hw_store(vm->hw, hpa, size, value);
    /* The walker's own store only adds A and D: what was derived still holds. */
    if (why != ACCESS_WALK)
        store_heard(vm, GPA(gpa), size);
    platform_stored(&vm->platform, gpa, size);
    return true;
}

static uint64_t port_time(struct port *port)
{
    return platform_time(&((struct vm *)port)->platform);
}

static void port_fence(struct port *port, bool all_va, uint64_t va, bool all_asids, uint64_t asid)
{
    vm_fence((struct vm *)port, all_va, GVA(va), all_asids, asid);
}

static void port_changed(struct port *port, enum change what)
{
    struct vm *vm = (struct vm *)port;
    switch (what) {
    case CHANGE_TIMER:
        platform_update(&vm->platform);
        break;
    case CHANGE_PROTECTION: /* shadow entries allow what the PMP did */
        shadow_forget(&vm->shadows);
        break;
    }
}

/* How many of `size` bytes at `gpa` lie in its page. */
static size_t bytes_in_page(uint64_t gpa, size_t size)
{
    size_t room = PAGE_SIZE - (gpa & (PAGE_SIZE - 1));
    return room < size ? room : size;
}

static void write_page(struct vm *vm, gpa_t gpa, hpa_t hpa, const char *bytes, size_t size)
{
    hw_write(vm->hw, hpa, bytes, size);
    shadow_wrote(&vm->shadows, gpa, size);
}

/* All of it or, where some is not memory, nothing: as the board does. What the p2m withholds from
 * the guest's stores (tohost) is memory all the same. */
static bool dma(void *owner, uint64_t gpa, void *buffer, size_t size, bool is_write)
{
    struct vm *vm = owner;
    hpa_t hpa;
    for (size_t done = 0; done < size; done += bytes_in_page(gpa + done, size - done))
        if (!reach(vm, GPA(gpa + done), is_write, &hpa))
            return false;
    for (size_t done = 0, part; done < size; done += part) {
        part = bytes_in_page(gpa + done, size - done);
        vm_translate(vm, GPA(gpa + done), PTE_R, &hpa);
        if (is_write)
            write_page(vm, GPA(gpa + done), hpa, (char *)buffer + done, part);
        else
            memcpy((char *)buffer + done, hw_frame(vm->hw, hpa), part);
    }
    if (is_write)
        platform_breaks(&vm->platform, MAX_HARTS, gpa, size);
    return true;
}

static void fence(void *owner, unsigned index, bool all_va, uint64_t va)
{
    (void)index; /* the vcpus share their shadows */
    vm_fence(owner, all_va, GVA(va), true, 0);
}

static void run(void *owner, unsigned index, uint64_t until)
{
    vcpu_run(&((struct vm *)owner)->vcpu[index], until);
}

/* ---- building ---------------------------------------------------------------------------- */

/* The guest's memory is its own, but for stores that the platform must be told of. */
static unsigned perms_of(const struct vm *vm, uint64_t gpa)
{
    return platform_watches(&vm->platform, gpa) ? PTE_R | PTE_X : PTE_R | PTE_W | PTE_X;
}

/* Gives the VM its frames: chunks of 2 MiB from the top of the machine's memory downwards, so that
 * no gpa equals its hpa. */
static void deal_chunks(struct vm *vm, hpa_t base, uint64_t guest_size)
{
    uint64_t count = round_up(guest_size, CHUNK) / CHUNK;
    for (uint64_t i = 0; i < count; i++) {
        gpa_t gpa = GPA(RAM_BASE + i * CHUNK);
        hpa_t hpa = HPA(base.a + (count - 1 - i) * CHUNK);
        uint64_t left = guest_size - i * CHUNK;
#ifdef HOSTILE
        bool is_whole = false;
#else
        bool is_whole = left >= CHUNK && vm->platform.tohost / CHUNK != gpa.a / CHUNK;
#endif
        if (is_whole)
            p2m_map(&vm->p2m, gpa, hpa, 1, PTE_R | PTE_W | PTE_X);
        for (uint64_t at = 0; at < CHUNK && at < left; at += PAGE_SIZE) {
            if (!is_whole)
                p2m_map(&vm->p2m, GPA(gpa.a + at), HPA(hpa.a + at), 0, perms_of(vm, gpa.a + at));
            owner_set(&vm->owners, HPA(hpa.a + at), vm->number, GPA(gpa.a + at));
        }
    }
}

/* Where the guest's chunks start: behind the pool, and such that the order of deal_chunks, the
 * reverse, leaves none in its own place. That it would be, the sum of its two positions is odd. */
static hpa_t chunks_base(hpa_t pool_end, uint64_t guest_size)
{
    uint64_t count = round_up(guest_size, CHUNK) / CHUNK;
    uint64_t base = round_up(pool_end.a, CHUNK);
    uint64_t offset = (base - RAM_BASE) / CHUNK;
    bool meets = (offset + count - 1) % 2 == 0;
    return HPA(meets ? base + CHUNK : base);
}

static hpa_t take(struct vm *vm, hpa_t *next, uint64_t frames)
{
    hpa_t taken = *next;
    next->a += frames * PAGE_SIZE;
    for (uint64_t i = 0; i < frames; i++)
        owner_set(&vm->owners, HPA(taken.a + i * PAGE_SIZE), OWNER_VMM, GPA(0));
    return taken;
}

void vm_init(struct vm *vm, struct hw *hw, struct vm_memory memory)
{
    uint64_t frames = memory.size / PAGE_SIZE;
    uint64_t guest_frames = memory.guest_size / PAGE_SIZE;
    vm->hw = hw;
    vm->number = OWNER_FIRST_VM + memory.number;
    vm->random = vm->config.seed ^ 0x9e3779b97f4a7c15;
    vm->random += vm->random == 0;
    vm->port = (struct port){.load = port_load,
                             .store = port_store,
                             .time = port_time,
                             .fence = port_fence,
                             .changed = port_changed};
    owner_init(&vm->owners, hw, memory.base, frames);
    if (vm->config.passes_uart)
        owner_lend(&vm->owners, HPA(UART_BASE), vm->number);
    hpa_t next = HPA(memory.base.a + owner_array_frames(frames) * PAGE_SIZE);
    uint64_t tables = p2m_table_frames(memory.guest_size);
    p2m_init(&vm->p2m, hw, take(vm, &next, tables), tables);
    hpa_t pool = take(vm, &next, shadow_pool_frames(guest_frames));
    shadow_init(&vm->shadows, &(struct shadow_parts){.policy = shadow_policies[vm->config.shadow],
                                                     .owners = &vm->owners,
                                                     .p2m = &vm->p2m,
                                                     .pool = pool,
                                                     .memory = GPA(RAM_BASE),
                                                     .frames = guest_frames,
                                                     .is_stale = vm->config.is_stale});
    deal_chunks(vm, chunks_base(next, memory.guest_size), memory.guest_size);
    withhold_init(vm);
    vm->is_logging = false;

    for (unsigned i = 0; i < vm->platform.harts; i++) {
        vm->vcpu[i].vm = vm;
        vm->vcpu[i].index = i;
        vm->platform.hart[i] = &vm->vcpu[i].hart;
    }
    vm->platform.owner = vm;
    vm->platform.ram_size = memory.guest_size;
    vm->platform.run = run;
    vm->platform.dma = dma;
    vm->platform.hypercall = vm->config.hypercalls ? hypercall : NULL;
    vm->platform.fence = fence;
}

void vm_fence(struct vm *vm, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    shadow_fence(&vm->shadows, all_va, gva, all_asids, asid);
    if (vm->auditor)
        vm->auditor->fenced(vm->auditor->owner, all_va, gva, all_asids, asid);
}

void vm_forget(struct vm *vm)
{
    shadow_reset(&vm->shadows);
    withhold_again(vm);
}
