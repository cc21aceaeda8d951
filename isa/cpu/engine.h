/* The inside of a cpu: what tlb.c, access.c, block.c and run.c share.
 *
 * Everything here is a cache of what RAM holds, and is told of each change by the store that makes
 * it: a frame from which something was derived is marked (ram.h), a marked frame is never in the
 * write TLB, and so a store to it takes the slow way, which drops what no longer holds. */
#ifndef ENGINE_H
#define ENGINE_H

#include "cpu.h"
#include "insn.h"
#include "platform.h"
#include "sv39.h"

enum {
#ifdef HOSTILE
    TLB_SIZE = 4,
#else
    TLB_SIZE = 1024,
#endif
    SPACES = 512,        /* address spaces that can be told apart at one time */
    BLOCK_OPS = 64,      /* instructions in a block, at the most */
    ARENA_OPS = 1 << 20, /* room for decoded instructions; when it is full, all are dropped */
    HALFWORDS = PAGE_SIZE / 2,
    WALK_PATIENCE = 32, /* stores to a walked frame, without a walk, until it is one no more */
};

/* A TLB entry. The tag is the page number with the number of the address space above it; a tag
 * that cannot occur marks an empty entry. Host address = va + addend. */
struct tlb_entry {
    uint64_t tag;
    uint64_t addend;
};
/* The same for a page in which some bytes are watched; `watched` has a bit for each 64 of them, and
 * all are from `low` to `high`. */
struct guard {
    struct tlb_entry entry;
    uint64_t frame, watched;
    uint64_t low, high;
};
enum { GUARD_SHIFT = PAGE_SHIFT - 6 };
#define SPACE_UNUSED ((enum mode)2) /* no mode has this number */
#define TAG_NONE (~(uint64_t)0)
#define SPACE_SHIFT 55

/* Rotated right by the page's bits, an address has its page number below and its offset above; of
 * the offset only the bits that alignment forbids are kept, and these no tag has. */
static inline uint64_t tlb_tag(uint64_t va, unsigned size)
{
    uint64_t kept = va & (~(uint64_t)(PAGE_SIZE - 1) | (size - 1));
    return kept >> PAGE_SHIFT | kept << (64 - PAGE_SHIFT);
}

static inline unsigned tlb_index(uint64_t va)
{
    return va >> PAGE_SHIFT & (TLB_SIZE - 1);
}

/* A decoded instruction, 16 bytes. `handler` is an insn_id or one of enum extra_op; `where` the
 * offset in its page, with bit 0 set when it is 4 bytes long. A block's first op is its head: imm
 * counts the instructions that follow. */
struct op {
    uint16_t handler;
    uint16_t where;
    uint8_t rd, rs1, rs2, rs3;
    int64_t imm;
};

enum extra_op {
    OP_ILLEGAL = INSN_COUNT,
    OP_END,   /* the block is over; the next instruction follows */
    OP_CHECK, /* the same, after something that may have changed more than registers */
    OP_STEP,  /* the reference step does it: an instruction that crosses the page */
    OP_BREAK, /* a trigger stands at the next instruction, whose block follows */
    OP_COUNT,
};

/* What is decoded of one frame: where the block that starts at each halfword lies in the arena;
 * 0: none. */
struct code {
    uint64_t frame;
    bool is_empty;
    uint32_t block[HALFWORDS];
};

/* The numbers of the two spaces that a hart in some mode reaches memory by, and what they depend
 * on. Of mstatus that are the bits in SPACE_STATUS; ADUE only decides what a walk does. */
#define SPACE_STATUS ((uint64_t)(MSTATUS_MPRV | MSTATUS_MPP | MSTATUS_SUM | MSTATUS_MXR))
struct space_tags {
    uint64_t satp, status;
    uint64_t data, fetch; /* ready to be added to a tag; TAG_NONE: nothing is known */
};

struct fetch_entry {
    uint64_t tag;
    struct code *code;
};

/* How a walked frame was used as a table: for the one region of addresses that it maps, or for
 * several (then all translations are derived from it). */
struct table {
    uint64_t va;
    uint8_t level;
    bool is_shared;
    uint8_t stores; /* since the last walk */
};

struct cpu {
    struct port port; /* first: the port's functions find the cpu by it */
    struct ram *ram;
    struct platform *platform;
    enum engine engine;
    struct clock *clock;
    bool *stirred;

    /* For a VMM: a trap ends the run instead of entering a handler. */
    bool leaves_on_trap;
    bool has_trapped;
    uint32_t insn; /* that trapped; 0: it could not be fetched */
    struct trap trap;

    struct tlb_entry loads[TLB_SIZE], stores[TLB_SIZE];
    struct fetch_entry fetches[TLB_SIZE];
    uint32_t store_frames[TLB_SIZE]; /* the frame behind each entry of `stores` */

    uint64_t told[MAX_HARTS + 1]; /* frames marked FRAME_TOLD for the hart that runs */
    unsigned told_count;

    unsigned space_count;
    struct space spaces[SPACES]; /* by number; an unused one has mode SPACE_UNUSED */
    struct pmp pmp;              /* of the hart by whose word the TLB's entries stand */
    struct space_tags space_tags[MODE_M + 1]; /* by mode, those of last time */

    struct table *tables; /* by frame; means something where FRAME_WALKED is set */
    struct code **codes;  /* by frame; NULL where nothing was ever decoded */
    struct op *arena;
    uint32_t arena_used;

    const struct cpu_device *device; /* where there is no platform, as the next two */
    struct clock own_clock;
    bool own_stirred;

    struct cpu_watch *watch;

    const struct triggers *triggers; /* NULL: none */
    bool has_stopped;                /* one of them ends the run */
    /* Translations of pages that triggers watch, which may not stand in the TLB proper: of loads,
     * of stores. Without triggers, nobody looks here, and what stands here means nothing. */
    struct guard guards[2][TLB_SIZE];
};

/* trigger.c */
bool trigger_at(const struct triggers *triggers, unsigned offset, const struct insn *insn);
bool trigger_stops(struct cpu *cpu, const struct hart *hart);
bool trigger_guards(const struct triggers *triggers, uint64_t va, uint64_t pa, struct guard *guard,
                    bool is_store);
bool trigger_meets(const struct triggers *triggers, uint64_t va, uint64_t pa, unsigned size,
                   bool is_store);
void trigger_step(struct cpu *cpu, const struct hart *hart);

/* tlb.c */
uint64_t cpu_space_tag(struct cpu *cpu, struct space space);
struct space_tags cpu_space_tags(struct cpu *cpu, const struct hart *hart);
uint8_t *cpu_reach(struct cpu *cpu, const struct hart *hart, uint64_t va, unsigned size,
                   enum access why, uint64_t data_space);
struct code *cpu_fetch_page(struct cpu *cpu, const struct hart *hart, uint64_t va);
void tlb_clear(struct cpu *cpu);
void tlb_mark(struct cpu *cpu, uint64_t frame, enum frame_mark mark);
void table_walked(struct port *port, uint64_t va, const struct walk *walk);
void table_stored(struct cpu *cpu, uint64_t pa, unsigned size, uint64_t value);
void table_dropped(struct cpu *cpu, uint64_t frame);

/* access.c */
void cpu_port_init(struct cpu *cpu);

/* block.c */
uint32_t block_make(struct cpu *cpu, isa_t isa, struct code *code, unsigned offset);
struct code *code_of_frame(struct cpu *cpu, uint64_t frame);
void code_dropped(struct cpu *cpu, uint64_t frame);
void code_clear(struct cpu *cpu);

#endif
