/* A hostile guest: random instructions, random page tables, random registers, in lockstep with a
 * bare machine. It reaches nothing that is not its own, and cannot tell where it is. */
#include "../vmm/world.h"

enum {
    GUESTS = 100,
    BOUTS = 40,  /* a guest: each begins with other registers, since most end in a loop of traps */
    STEPS = 100, /* a bout */
    WORDS = 256, /* of program, at each place where one starts */
    TABLE_PAGES = 8,
};

static uint64_t seed;

static uint64_t random_bits(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint64_t below(uint64_t n)
{
    return (random_bits() >> 16) % n;
}

/* ---- what a guest is made of ----------------------------------------------------------------- */

/* Addresses worth using: code, data, tables, devices, holes, both ends, either half. */
static uint64_t random_address(void)
{
    static const uint64_t places[] = {
        CODE,         DATA,       TABLES,
        0x1000,       0x5000,     0x200000,
        0x40010000,   0xc0000000, 0xffffffffc0000000,
        UART_BASE,    PLIC_BASE,  FINISHER_BASE,
        CLINT_BASE,   NOWHERE,    RAM_BASE + MEMORY,
        0x4000000000, 0,          ~(uint64_t)0,
    };
    uint64_t place = places[below(below(2) ? 9 : sizeof places / sizeof *places)];
    switch (below(4)) {
    case 0:
        return place;
    case 1:
        return place + below(PAGE_SIZE);
    case 2:
        return place + below(8) * PAGE_SIZE - 4; /* across a page */
    }
    return (place + below(0x20000)) & ~(uint64_t)7;
}

static uint64_t random_pte(void)
{
    uint64_t frame = RAM_BASE / PAGE_SIZE + below(0x24);
    switch (below(8)) {
    case 0:
        frame = TABLES / PAGE_SIZE + below(TABLE_PAGES); /* a table as data */
        break;
    case 1:
        frame = random_address() / PAGE_SIZE;
        break;
    case 2:
        frame = RAM_BASE / PAGE_SIZE + below(2) * 512; /* fit for a large page */
        break;
    }
    uint64_t pte = frame << PTE_PPN_SHIFT | (below(16) ? PTE_V : 0);
    if (below(3) == 0)
        return pte | below(256);
    return pte | (below(4) ? PTE_R | PTE_W : PTE_R) | (below(3) ? PTE_X : 0) |
           (below(2) ? PTE_U : 0) | (below(2) ? PTE_A : 0) | (below(2) ? PTE_D : 0);
}

/* A word that does something: any instruction, with registers that hold something. */
static uint32_t random_word(void)
{
    static const unsigned csrs[] = {
        CSR_sstatus, CSR_sie, CSR_stvec, CSR_scounteren, CSR_sscratch, CSR_sepc,    CSR_scause,
        CSR_stval,   CSR_sip, CSR_satp,  CSR_cycle,      CSR_time,     CSR_instret, CSR_mstatus};
    if (below(12) == 0)
        return (uint32_t)random_bits();
    enum insn_id id = (enum insn_id)below(INSN_COUNT);
    const struct insn_info *info = &insn_table[id];
    uint32_t word = info->match | ((uint32_t)random_bits() & ~info->mask);
    if (info->format == FMT_CSR || info->format == FMT_CSRI)
        word = (word & 0xfffff) | csrs[below(sizeof csrs / sizeof *csrs)] << 20;
    if (info->format == FMT_CSR && below(4)) /* mostly read, or all guests soon stand still */
        word = (word & ~(31u << 15)) | info->match;
    if (info->format == FMT_B || info->format == FMT_J)
        word &= 0x01ffffff; /* stay near */
    return word;
}

static void random_program(uint64_t gpa)
{
    for (unsigned i = 0; i < WORDS; i++)
        poke(gpa + 4 * i, 4, random_word());
}

/* Tables at random: a root, tables below it, and in them leaves and pointers of every kind. The
 * guest's own memory is in 1 GiB from CODE for S and from U_ALIAS for U, so that programs run. */
#define U_ALIAS 0x40000000u
static void random_tables(void)
{
    for (uint64_t at = TABLES; at < TABLES + TABLE_PAGES * PAGE_SIZE; at += 8)
        if (below(4) == 0)
            poke(at, 8, random_pte());
    for (uint64_t table = 0; table < TABLE_PAGES / 2; table++) /* the first entries: more tables */
        for (unsigned i = 0; i < 4; i++)
            poke(TABLES + table * PAGE_SIZE + i * 8, 8,
                 entry(TABLES + (1 + below(TABLE_PAGES - 1)) * PAGE_SIZE, PTE_V));
    poke(TABLES + 511 * 8, 8, entry(TABLES + 2 * PAGE_SIZE, PTE_V));
    poke(TABLES + 2 * 8, 8, entry(RAM_BASE, S_RWX));
    poke(TABLES + 1 * 8, 8, entry(RAM_BASE, U_RWX));
}

/* Skips what trapped, does something, goes on. */
static void random_handler(void)
{
    program(HANDLER, CSRR(T0, sepc), i_type(INSN_addi, T0, T0, 4), CSRW(sepc, T0), random_word(),
            SRET);
}

/* New memory for the guest, in the same VM. */
static void given_a_guest(unsigned number)
{
    static const uint8_t page[PAGE_SIZE];
    struct platform *platform = &w.vm->platform;
    seed = 0x9e3779b97f4a7c15 * (number + 1);
    for (uint64_t gpa = RAM_BASE; gpa < RAM_BASE + MEMORY; gpa += PAGE_SIZE)
        platform->dma(platform->owner, gpa, (void *)page, PAGE_SIZE, true);
    random_program(CODE);
    random_program(U_FRAME);
    random_handler();
    random_tables();
}

/* New registers, as power-on would leave them but for the clock. */
static void given_registers(void)
{
    hart_reset(w.hart, ISA_FULL, 0, CODE);
    sbi_enter(w.hart, CODE + 4 * below(WORDS), 0, 0);
    for (unsigned i = 1; i < 32; i++)
        w.hart->x[i] = below(8) ? random_address() : random_bits();
    w.hart->csr.stvec = HANDLER;
    w.hart->csr.mie = random_bits() & MIP_S;
    w.hart->csr.mip = below(8) ? 0 : random_bits() & MIP_SSIP;
    w.hart->csr.mstatus |=
        random_bits() & (MSTATUS_SIE | MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SUM | MSTATUS_MXR);
    w.hart->csr.scounteren = (uint32_t)random_bits();
    w.root = TABLES;
    if (below(4))
        enter_paging(MODE_S);
    if (below(2)) {
        w.hart->mode = MODE_U;
        w.hart->pc = w.hart->csr.satp ? U_ALIAS + (w.hart->pc - RAM_BASE) : w.hart->pc;
    }
    platform_reset(&w.vm->platform);
    vm_forget(w.vm);
}

/* ---- what must not have changed -------------------------------------------------------------- */

static uint64_t hash(uint64_t hash, const uint8_t *bytes, uint64_t size)
{
    for (uint64_t i = 0; i < size; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        hash = (hash ^ word) * 0x100000001b3;
    }
    return hash;
}

/* Everything in the machine that is neither the guest's memory nor the shadow pool: the owner
 * array, the p2m and the frames that nobody has. */
static uint64_t hash_of_the_rest(void)
{
    const struct ram *ram = hosted_ram(w.hosted);
    uint64_t sum = 0;
    for (uint64_t at = 0; at < ram->size; at += PAGE_SIZE) {
        hpa_t hpa = HPA(ram->base + at);
        bool is_pool =
            hpa.a >= w.vm->shadows.pool.a &&
            hpa.a < w.vm->shadows.pool.a + shadow_pool_frames(MEMORY / PAGE_SIZE) * PAGE_SIZE;
        if (!is_pool && owner_of(&w.vm->owners, hpa) != w.vm->number)
            sum = hash(sum, ram->bytes + at, PAGE_SIZE);
    }
    return sum;
}

static uint64_t all_exits(void)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < EXIT_COUNT; i++)
        sum += w.vm->stats.exits[i];
    return sum;
}

/* Whole memory and registers, beside what lockstep compares by the pages written. */
static void expect_same_end(unsigned number)
{
    cr_assert_eq(memcmp(w.hart->x, w.bare->hart[0].x, sizeof w.hart->x), 0, "guest %u", number);
    cr_assert_eq(memcmp(&w.hart->csr, &w.bare->hart[0].csr, sizeof w.hart->csr), 0, "guest %u",
                 number);
    for (uint64_t gpa = RAM_BASE; gpa < RAM_BASE + MEMORY; gpa += PAGE_SIZE) {
        hpa_t hpa;
        cr_assert(vm_translate(w.vm, GPA(gpa), 0, &hpa));
        cr_assert_eq(
            memcmp(hw_frame(w.vm->hw, hpa), ram_at(&w.bare->ram, gpa, PAGE_SIZE), PAGE_SIZE), 0,
            "guest %u at %lx", number, gpa);
    }
}

/* Audited now and then: there are many exits. */
static void given_a_world(void)
{
    world_new();
    cr_assert(hosted_audit(w.hosted, 50));
}

TestSuite(hostile, .init = given_a_world, .fini = world_end);

/* The frames that nobody has hold something to be changed. */
static void mark_what_is_free(void)
{
    const struct ram *ram = hosted_ram(w.hosted);
    for (uint64_t at = 0; at < ram->size; at += PAGE_SIZE)
        if (owner_of(&w.vm->owners, HPA(ram->base + at)) == OWNER_FREE)
            memset(ram->bytes + at, 0xa5, PAGE_SIZE);
}

Test(hostile, a_random_guest_reaches_nothing_else_and_runs_as_on_the_bare_machine)
{
    uint64_t stale = 0;
    mark_what_is_free();
    uint64_t before = hash_of_the_rest();
    for (unsigned number = 0; number < GUESTS; number++) {
        given_a_guest(number);
        given_registers();
        twin_new();
        for (unsigned bout = 0; bout < BOUTS; bout++) {
            given_registers();
            w.bare->hart[0] = *w.hart;
            platform_reset(&w.bare->platform);
            struct fidelity_run run = twin_run(STEPS, STEPS);
            cr_assert_neq(run.result, FIDELITY_DIFFERENT, "guest %u bout %u", number, bout);
            stale += run.stale;
        }
        expect_same_end(number);
    }
    cr_expect_eq(hash_of_the_rest(), before, "memory that is not the guest's");
    cr_expect_eq(w.vm->stats.entries_outside_u, 0);
    cr_expect_eq(w.vm->stats.emulated_direct, 0);
    cr_expect_eq(stale == 0, world_is_coherent(), "some changed a translation and used it");
    cr_expect_gt(all_exits(), 100000);
}

/* Without lockstep nothing is forgotten for it: the shadow goes its own way where a guest does not
 * fence, and still nothing is reached. */
Test(hostile, a_random_guest_that_does_not_fence_reaches_nothing_else)
{
    mark_what_is_free();
    uint64_t before = hash_of_the_rest();
    for (unsigned number = 0; number < GUESTS; number++) {
        given_a_guest(1000 + number);
        for (unsigned bout = 0; bout < BOUTS; bout++) {
            given_registers();
            run(STEPS);
        }
    }
    cr_expect_eq(hash_of_the_rest(), before);
    cr_expect_eq(w.vm->stats.entries_outside_u, 0);
    cr_expect_eq(w.vm->stats.emulated_direct, 0);
}
