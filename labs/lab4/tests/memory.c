/* Exercises 3, 4 and 5: frames and who has them. */
#include "world.h"

#define READ_COUNT "guestos/kernel/page.h; page.c: page_share, page_put"
#define READ_SHARE "guestos/kernel/space.c: shared_leaf, share_table, space_share"
#define READ_FENCE "guestos/kernel/space.c: its first comment; Privileged 4.2.1"
#define READ_FAULT "guestos/kernel/space.c: space_fault, unshare"

static struct proc *parent;
static struct space child;

static void frame_is(const uint8_t *claimed, const uint8_t *seen, const char *what)
{
    holds(claimed == seen, "it is the same frame", "%s is frame %p, not %p", what,
          (const void *)seen, (const void *)claimed);
}

/* ---- exercise 3 ---------------------------------------------------------------------------- */

CLAIM(3, NOTHING, "a frame that is shared has one reference more", READ_COUNT)
{
    world_boot();
    void *page = page_take();
    for (uint32_t i = 1; i < 5; i++) {
        same_u64(i, page_references(page), "references after %u shares", i - 1);
        page_share(page);
    }
}

CLAIM(3, NOTHING, "a frame is free when its last reference goes", READ_COUNT)
{
    world_boot();
    uint64_t before = page_free();
    void *page = page_take();
    page_share(page);
    page_share(page);
    for (uint32_t left = 2; left > 0; left--) {
        page_put(page);
        same_u64(left, page_references(page), "references after %u puts", 3 - left);
        same_u64(before - 1, page_free(), "free frames while %u references are left", left);
    }
    page_put(page);
    same_u64(before, page_free(), "free frames after the last put");
}

CLAIM(3, NOTHING, "what is free is given out again, each frame once", READ_COUNT)
{
    enum { COUNT = 20 };
    void *pages[COUNT], *again[COUNT];
    world_boot();
    for (unsigned i = 0; i < COUNT; i++)
        pages[i] = page_take();
    uint64_t before = page_free();
    for (unsigned i = 0; i < COUNT; i++)
        page_put(pages[i]);
    same_u64(before + COUNT, page_free(), "free frames after all were put back");
    for (unsigned i = 0; i < COUNT; i++) {
        again[i] = page_take();
        bool is_known = false;
        for (unsigned j = 0; j < COUNT; j++)
            is_known |= again[i] == pages[j];
        holds(is_known, "returned frames are given out before fresh ones", "number %u is fresh",
              i + 1);
        for (unsigned j = 0; j < i; j++)
            holds(again[i] != again[j], "each frame is given out once", "%p is twice", again[i]);
        same_u64(1, page_references(again[i]), "references of a frame that was just taken");
    }
    same_u64(before, page_free(), "free frames after all were taken again");
}

CLAIM(3, NOTHING, "a frame that is still held keeps its bytes", READ_COUNT)
{
    world_boot();
    uint8_t *page = page_take();
    memset(page, 'x', PAGE_SIZE);
    page_share(page);
    page_put(page);
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        same_u64('x', page[i], "byte %u of a frame after one of two references went", i);
    page_put(page);
    memset(page_take(), 'y', PAGE_SIZE);
}

/* ---- exercise 4 ---------------------------------------------------------------------------- */

/* The parent has touched these pages of heap and stack, and its text is there. */
static const uint64_t touched[] = {HEAP, HEAP + 3 * PAGE_SIZE, STACK};
enum { TOUCHED = sizeof touched / sizeof *touched };

static void given_a_parent(void)
{
    world_boot();
    parent = world_process(sched_end);
    for (unsigned i = 0; i < TOUCHED; i++) {
        void *page = page_take();
        memset(page, 'a' + (int)i, PAGE_SIZE);
        space_map(&parent->space, touched[i], page, PTE_R | PTE_W);
    }
}

/* The child's space is new, and shares all that the parent has. */
static void when_shared(void)
{
    space_make(&child, space_asid(1));
    holds(space_share(&parent->space, &child), "space_share gives true", "it gives false");
}

static void given_both(void)
{
    given_a_parent();
    when_shared();
}

CLAIM(4, NEEDS(3), "parent and child have the same frames", READ_SHARE)
{
    given_a_parent();
    uint8_t *frames[TOUCHED];
    for (unsigned i = 0; i < TOUCHED; i++)
        frames[i] = frame_of(&parent->space, touched[i]);
    when_shared();
    for (unsigned i = 0; i < TOUCHED; i++) {
        frame_is(frames[i], frame_of(&parent->space, touched[i]), "the parent's page");
        frame_is(frames[i], frame_of(&child, touched[i]), "the child's page");
        same_u64('a' + i, frames[i][17], "a byte in it");
    }
    frame_is(frame_of(&parent->space, TEXT), frame_of(&child, TEXT), "the child's text");
}

CLAIM(4, NEEDS(3), "each shared frame has one reference more", READ_SHARE)
{
    given_both();
    for (unsigned i = 0; i < TOUCHED; i++)
        same_u64(2, page_references(frame_of(&parent->space, touched[i])),
                 "references of the frame at %#lx", touched[i]);
    same_u64(2, page_references(frame_of(&parent->space, TEXT)),
             "references of the first frame "
             "of text");
}

CLAIM(4, NEEDS(3), "neither may write a shared frame", READ_SHARE)
{
    given_both();
    for (unsigned i = 0; i < TOUCHED; i++) {
        holds(!(*leaf_of(&parent->space, touched[i]) & PTE_W), "the parent's leaf has no W",
              "it has, at %#lx", touched[i]);
        holds(!(*leaf_of(&child, touched[i]) & PTE_W), "the child's leaf has no W",
              "it has, at %#lx", touched[i]);
        same_u64(PTE_V | PTE_R | PTE_U | PTE_A | PTE_D,
                 *leaf_of(&child, touched[i]) &
                     (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D),
                 "the other bits of the child's leaf at %#lx", touched[i]);
    }
}

CLAIM(4, NEEDS(3), "what could be written is a copy-on-write page", READ_SHARE)
{
    enum { COW = 0x100 }; /* PTE_COW of space.c */
    given_both();
    for (unsigned i = 0; i < TOUCHED; i++) {
        holds(*leaf_of(&parent->space, touched[i]) & COW, "the parent's leaf has PTE_COW",
              "it has not, at %#lx", touched[i]);
        holds(*leaf_of(&child, touched[i]) & COW, "the child's leaf has PTE_COW",
              "it has not, at %#lx", touched[i]);
    }
}

CLAIM(4, NEEDS(3), "what could only be read is no copy-on-write page", READ_SHARE)
{
    given_a_parent();
    pte_t before = *leaf_of(&parent->space, TEXT);
    when_shared();
    same_u64(before & ~PTE_PPN, *leaf_of(&parent->space, TEXT) & ~PTE_PPN,
             "the bits of the parent's leaf for its text");
    same_u64(before & ~PTE_PPN, *leaf_of(&child, TEXT) & ~PTE_PPN,
             "the bits of the child's leaf for its text");
}

CLAIM(4, NEEDS(3), "parent and child have the same bits in their leaves", READ_SHARE)
{
    given_both();
    for (unsigned i = 0; i < TOUCHED; i++)
        same_u64(*leaf_of(&parent->space, touched[i]), *leaf_of(&child, touched[i]),
                 "the child's leaf at %#lx, which the parent has", touched[i]);
}

CLAIM(4, NEEDS(3), "a child has tables of its own", READ_SHARE)
{
    given_both();
    for (unsigned i = 0; i < TOUCHED; i++)
        holds(leaf_of(&parent->space, touched[i]) != leaf_of(&child, touched[i]),
              "the child's leaf is in another table", "it is the parent's, at %#lx", touched[i]);
    *leaf_of(&child, HEAP) = 0;
    holds(frame_of(&parent->space, HEAP), "the parent keeps its page", "it is gone");
}

CLAIM(4, NEEDS(3), "what the parent never touched, the child has not", READ_SHARE)
{
    given_both();
    holds(!frame_of(&child, HEAP + PAGE_SIZE), "the child has no frame there", "it has");
    same_u64(TOUCHED + TEXT_PAGES, space_pages(&child), "the number of the child's pages");
}

CLAIM(4, NEEDS(3), "the child has its parent's regions and heap", READ_SHARE)
{
    given_a_parent();
    space_make(&child, space_asid(1));
    parent->space.brk = HEAP + 12345;
    parent->space.region[REGION_HEAP].end = HEAP + 4 * PAGE_SIZE;
    space_share(&parent->space, &child);
    same_u64(HEAP + 12345, child.brk, "the end of the child's heap");
    for (unsigned i = 0; i < REGIONS; i++) {
        same_u64(parent->space.region[i].start, child.region[i].start, "start of region %u", i);
        same_u64(parent->space.region[i].end, child.region[i].end, "end of region %u", i);
        same_u64(parent->space.region[i].permission, child.region[i].permission,
                 "permission of region %u", i);
    }
}

static void stores_and_shares(void)
{
    store(HEAP, 'x'); /* by a leaf that is there: now the hart knows that it may be written */
    holds(remembers_write(&current->space, HEAP), "the hart remembers a translation",
          "it does not");
    space_make(&child, space_asid(1));
    space_share(&current->space, &child);
    holds(!remembers_write(&current->space, HEAP),
          "the hart has forgotten that the parent may write: it was fenced",
          "the parent still stores to the frame that it shares, by what the hart remembers");
    note('+');
}

CLAIM(4, NEEDS(3), "the parent's translations are fenced", READ_FENCE)
{
    world_boot();
    parent = world_process(stores_and_shares);
    space_map(&parent->space, HEAP, page_take(), PTE_R | PTE_W);
    world_run();
    same_text("+", notes(), "what the process did");
}

CLAIM(4, NEEDS(3), "a fork of a fork shares once more", READ_SHARE)
{
    static struct space third;
    given_both();
    space_make(&third, space_asid(2));
    holds(space_share(&child, &third), "space_share gives true", "it gives false");
    same_u64(3, page_references(frame_of(&parent->space, HEAP)),
             "references of a frame that three "
             "spaces have");
    same_u64(*leaf_of(&parent->space, HEAP), *leaf_of(&third, HEAP), "the third's leaf");
}

CLAIM(4, NEEDS(3), "without frames for its tables, space_share says so", READ_SHARE)
{
    given_a_parent();
    space_make(&child, space_asid(1));
    exhaust(1);
    holds(!space_share(&parent->space, &child), "space_share gives false",
          "it gives true with one frame left");
    space_drop(&child);
    for (unsigned i = 0; i < TOUCHED; i++)
        same_u64(1, page_references(frame_of(&parent->space, touched[i])),
                 "references of the frame at %#lx after the child was dropped", touched[i]);
}

/* ---- exercise 5 ---------------------------------------------------------------------------- */

static void answer_is(enum fault claimed, enum fault seen, const char *when)
{
    static const char *const names[] = {"FAULT_CURED", "FAULT_BAD_ACCESS", "FAULT_NO_MEMORY"};
    holds(claimed == seen, names[claimed], "%s, it is %s", when,
          (unsigned)seen < 3 ? names[seen] : "something else");
}

CLAIM(5, NOTHING, "a page that was never touched comes full of zeros", READ_FAULT)
{
    world_boot();
    parent = world_process(sched_end);
    answer_is(FAULT_CURED, space_fault(&parent->space, HEAP + 5000, ACCESS_LOAD), "at first touch");
    uint8_t *page = frame_of(&parent->space, HEAP + 5000);
    holds(page, "there is a frame now", "there is none");
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        same_u64(0, page[i], "byte %u of it", i);
    same_u64(1, page_references(page), "its references");
}

CLAIM(5, NOTHING, "a page gets its region's permission", READ_FAULT)
{
    world_boot();
    parent = world_process(sched_end);
    parent->space.region[REGION_SEGMENT + 1] = (struct region){0x40000, 0x41000, PTE_R};
    parent->space.region[REGION_SEGMENT + 2] = (struct region){0x50000, 0x51000, PTE_R | PTE_X};
    static const struct {
        uint64_t va;
        enum access access;
        uint64_t bits;
    } row[] = {{HEAP, ACCESS_STORE, PTE_R | PTE_W},
               {HEAP + PAGE_SIZE, ACCESS_LOAD, PTE_R | PTE_W},
               {0x40123, ACCESS_LOAD, PTE_R},
               {0x50fff, ACCESS_FETCH, PTE_R | PTE_X}};
    for (unsigned i = 0; i < 4; i++) {
        answer_is(FAULT_CURED, space_fault(&parent->space, row[i].va, row[i].access),
                  "at first touch");
        same_u64(row[i].bits | PTE_V | PTE_U | PTE_A | PTE_D,
                 *leaf_of(&parent->space, row[i].va) & ~PTE_PPN, "the bits of the leaf at %#lx",
                 row[i].va);
    }
}

CLAIM(5, NOTHING, "what no region permits is a bad access", READ_FAULT)
{
    static const struct {
        uint64_t va;
        enum access access;
        const char *what;
    } row[] = {{0, ACCESS_LOAD, "a load from 0"},
               {0x1000, ACCESS_STORE, "a store below the text"},
               {HEAP + HEAP_PAGES * PAGE_SIZE, ACCESS_LOAD, "a load from just behind the heap"},
               {TEXT, ACCESS_STORE, "a store to the text"},
               {HEAP, ACCESS_FETCH, "a fetch from the heap"},
               {USER_END, ACCESS_LOAD, "a load from the kernel's half"},
               {0x80200000, ACCESS_STORE, "a store to the kernel"},
               {UINT64_MAX, ACCESS_STORE, "a store to the last byte"}};
    world_boot();
    parent = world_process(sched_end);
    uint64_t before = page_free();
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++)
        answer_is(FAULT_BAD_ACCESS, space_fault(&parent->space, row[i].va, row[i].access),
                  row[i].what);
    same_u64(before, page_free(), "free frames after that");
}

CLAIM(5, NEEDS(3, 4), "a store to a shared page makes a copy", READ_FAULT)
{
    given_both();
    uint8_t *shared = frame_of(&parent->space, HEAP);
    pte_t before = *leaf_of(&parent->space, HEAP);
    answer_is(FAULT_CURED, space_fault(&child, HEAP + 9, ACCESS_STORE), "of the child");
    uint8_t *copy = frame_of(&child, HEAP);
    holds(copy != shared, "the child has another frame", "it has the same");
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        same_u64('a', copy[i], "byte %u of it", i);
    frame_is(shared, frame_of(&parent->space, HEAP), "the parent's page");
    same_u64(before, *leaf_of(&parent->space, HEAP), "the parent's leaf");
    holds(*leaf_of(&child, HEAP) & PTE_W, "the child's leaf has W", "it has not");
}

CLAIM(5, NEEDS(3, 4), "a copy leaves one reference less to what it was made of", READ_FAULT)
{
    given_both();
    uint8_t *shared = frame_of(&parent->space, HEAP);
    uint64_t before = page_free();
    space_fault(&child, HEAP, ACCESS_STORE);
    same_u64(1, page_references(shared), "references of the frame that was shared");
    same_u64(1, page_references(frame_of(&child, HEAP)), "references of the copy");
    same_u64(before - 1, page_free(), "free frames");
}

CLAIM(5, NEEDS(3, 4), "the last who has a page writes in place", READ_FAULT)
{
    given_both();
    uint8_t *shared = frame_of(&parent->space, HEAP);
    space_fault(&child, HEAP, ACCESS_STORE);
    uint64_t before = page_free();
    answer_is(FAULT_CURED, space_fault(&parent->space, HEAP, ACCESS_STORE), "of the parent");
    frame_is(shared, frame_of(&parent->space, HEAP), "the parent's page");
    same_u64(before, page_free(), "free frames");
    holds(*leaf_of(&parent->space, HEAP) & PTE_W, "the parent's leaf has W", "it has not");
}

CLAIM(5, NEEDS(3, 4), "a leaf that was made writable is an ordinary one", READ_FAULT)
{
    given_a_parent();
    pte_t ordinary = *leaf_of(&parent->space, HEAP) & ~PTE_PPN;
    when_shared();
    space_fault(&child, HEAP, ACCESS_STORE);
    space_fault(&parent->space, HEAP, ACCESS_STORE);
    same_u64(ordinary, *leaf_of(&child, HEAP) & ~PTE_PPN, "the bits of the child's leaf");
    same_u64(ordinary, *leaf_of(&parent->space, HEAP) & ~PTE_PPN, "the bits of the parent's leaf");
}

CLAIM(5, NEEDS(3, 4), "one page is copied, the others stay shared", READ_FAULT)
{
    given_both();
    space_fault(&child, HEAP, ACCESS_STORE);
    for (unsigned i = 1; i < TOUCHED; i++)
        frame_is(frame_of(&parent->space, touched[i]), frame_of(&child, touched[i]),
                 "the child's page");
}

CLAIM(5, NEEDS(3, 4), "a load of a shared page copies nothing", READ_FAULT)
{
    given_both();
    pte_t before = *leaf_of(&child, HEAP);
    answer_is(FAULT_CURED, space_fault(&child, HEAP, ACCESS_LOAD), "of a shared page");
    same_u64(before, *leaf_of(&child, HEAP), "the leaf");
}

CLAIM(5, NEEDS(3, 4), "without a frame for the copy nothing changes", READ_FAULT)
{
    given_both();
    pte_t before = *leaf_of(&child, HEAP);
    exhaust(0);
    answer_is(FAULT_NO_MEMORY, space_fault(&child, HEAP, ACCESS_STORE), "without a frame");
    same_u64(before, *leaf_of(&child, HEAP), "the leaf");
    same_u64(2, page_references(frame_of(&parent->space, HEAP)), "references of the shared frame");
}

CLAIM(5, NOTHING, "without a frame for a new page there is none", READ_FAULT)
{
    world_boot();
    parent = world_process(sched_end);
    exhaust(0);
    answer_is(FAULT_NO_MEMORY, space_fault(&parent->space, HEAP, ACCESS_LOAD), "without a frame");
    holds(!frame_of(&parent->space, HEAP), "nothing is mapped there", "something is");
}

CLAIM(5, NOTHING, "a fault by what the hart still remembers is nothing to do", READ_FAULT)
{
    given_a_parent();
    pte_t before = *leaf_of(&parent->space, HEAP);
    answer_is(FAULT_CURED, space_fault(&parent->space, HEAP, ACCESS_STORE),
              "of a page that may be written already");
    same_u64(before, *leaf_of(&parent->space, HEAP), "the leaf");
}

static void writes_after_sharing(void)
{
    space_make(&child, space_asid(1));
    space_share(&current->space, &child);
    load(HEAP); /* the hart knows the shared frame, and that it may not be written */
    answer_is(FAULT_CURED, space_fault(&current->space, HEAP + 7, ACCESS_STORE), "of a store");
    holds(remembers_nothing(&current->space, HEAP),
          "the hart has forgotten the old translation: it was fenced",
          "it still reads from the shared frame");
    note('+');
}

CLAIM(5, NEEDS(3, 4), "the old translation is fenced", READ_FENCE)
{
    world_boot();
    parent = world_process(writes_after_sharing);
    space_map(&parent->space, HEAP, page_take(), PTE_R | PTE_W);
    world_run();
    same_text("+", notes(), "what the process did");
}
