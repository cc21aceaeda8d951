/* Programs into processes. The new space is built beside the old one and swapped in at the end,
 * so that a failure leaves the process as it was. Arguments travel in a page of their own, which
 * becomes the topmost page of the new stack; the stack pointer starts below it. */
#include "exec.h"

#include <stddef.h>

#include "abi.h"
#include "page.h"
#include "priv.h"
#include "ramfs.h"
#include "riscv.h"
#include "sched.h"
#include "string.h"
#include "usercopy.h"

#define ARGUMENT_PAGE (USER_END - PAGE_SIZE)

/* The page of arguments while it grows: strings from its start, then the array of pointers. */
struct arguments {
    char *page;
    uint32_t used;
    int count;
    uint64_t pointer[ARGUMENTS + 1];
};

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

enum { ELF_EXECUTABLE = 2, ELF_RISCV = 243, ELF_LOAD = 1, ELF_X = 1, ELF_W = 2, ELF_R = 4 };

/* One string more, already copied to the first free byte of the page. */
static void argument_added(struct arguments *a, uint64_t length)
{
    a->pointer[a->count++] = ARGUMENT_PAGE + a->used;
    a->used += (uint32_t)length + 1;
}

/* Bytes that strings may fill: the rest is for the array. */
static size_t argument_room(const struct arguments *a)
{
    return PAGE_SIZE - sizeof a->pointer - sizeof(uint64_t) - a->used;
}

static int arguments_from_user(struct arguments *a, uint64_t user)
{
    for (;; user += sizeof(uint64_t)) {
        uint64_t string;
        if (!copy_from_user(&string, user, sizeof string))
            return -EFAULT;
        if (!string)
            return 0;
        if (a->count == ARGUMENTS)
            return -E2BIG;
        int64_t length = string_from_user(a->page + a->used, string, argument_room(a));
        if (length < 0)
            return length == -EFAULT ? -EFAULT : -E2BIG;
        argument_added(a, (uint64_t)length);
    }
}

static void arguments_from_kernel(struct arguments *a, int count, const char *const list[])
{
    for (int i = 0; i < count && i < ARGUMENTS; i++) {
        string_copy(a->page + a->used, list[i], argument_room(a));
        argument_added(a, strlen(a->page + a->used));
    }
}

/* Ends the page with the array of pointers; the user address of it. */
static uint64_t arguments_finish(struct arguments *a)
{
    uint32_t at = (a->used + 7) & ~7U;
    a->pointer[a->count] = 0;
    memcpy(a->page + at, a->pointer, sizeof(uint64_t) * (size_t)(a->count + 1));
    return ARGUMENT_PAGE + at;
}

/* Copies up to n bytes of the file; how many there were. */
static uint64_t read(struct inode *inode, uint64_t offset, void *to, uint64_t n)
{
    uint64_t done = 0;
    while (done < n) {
        uint64_t piece;
        const uint8_t *bytes = inode_bytes(inode, offset + done, &piece);
        if (!piece)
            break;
        piece = piece < n - done ? piece : n - done;
        memcpy((char *)to + done, bytes, piece);
        done += piece;
    }
    return done;
}

static uint64_t permission_of(const struct elf_segment *s)
{
    return (s->flags & ELF_R ? PTE_R : 0) | (s->flags & ELF_W ? PTE_R | PTE_W : 0) |
           (s->flags & ELF_X ? PTE_X : 0);
}

static bool is_sound(const struct elf_segment *s, const struct inode *inode, uint64_t heap)
{
    uint64_t limit = USER_END - USER_STACK_BYTES - PAGE_SIZE;
    return s->vaddr % PAGE_SIZE == 0 && s->vaddr >= USER_START && s->vaddr >= heap &&
           s->vaddr < limit && s->memsz <= limit - s->vaddr && s->filesz <= s->memsz &&
           s->offset <= inode_size(inode) && s->filesz <= inode_size(inode) - s->offset &&
           permission_of(s) != 0;
}

/* Maps the pages that the file fills; those that are only memory come with their first fault. */
static int load_segment(struct space *space, struct inode *inode, const struct elf_segment *s)
{
    for (uint64_t at = 0; at < s->filesz; at += PAGE_SIZE) {
        void *page = page_take_zeroed();
        if (!page)
            return -ENOMEM;
        uint64_t n = s->filesz - at < PAGE_SIZE ? s->filesz - at : PAGE_SIZE;
        read(inode, s->offset + at, page, n);
        if (!space_map(space, s->vaddr + at, page, permission_of(s))) {
            page_put(page);
            return -ENOMEM;
        }
    }
    return 0;
}

/* Fills an empty space with the program's segments, its heap and its stack. */
static int load(struct space *space, struct inode *inode, uint64_t *entry)
{
    struct elf_header header;
    if (read(inode, 0, &header, sizeof header) < sizeof header ||
        memcmp(header.ident, "\177ELF\2\1", 6) != 0 || header.type != ELF_EXECUTABLE ||
        header.machine != ELF_RISCV || header.phentsize != sizeof(struct elf_segment))
        return -ENOEXEC;
    int regions = REGION_SEGMENT;
    uint64_t heap = USER_START;
    for (unsigned i = 0; i < header.phnum; i++) {
        struct elf_segment s;
        if (read(inode, header.phoff + i * sizeof s, &s, sizeof s) < sizeof s)
            return -ENOEXEC;
        if (s.type != ELF_LOAD || s.memsz == 0)
            continue;
        if (regions == REGIONS || !is_sound(&s, inode, heap))
            return -ENOEXEC;
        heap = (s.vaddr + s.memsz + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
        space->region[regions++] = (struct region){s.vaddr, heap, permission_of(&s)};
        int error = load_segment(space, inode, &s);
        if (error)
            return error;
    }
    space->region[REGION_HEAP] = (struct region){heap, heap, PTE_R | PTE_W};
    space->region[REGION_STACK] =
        (struct region){USER_END - USER_STACK_BYTES, USER_END, PTE_R | PTE_W};
    space->brk = heap;
    *entry = header.entry;
    return 0;
}

/* The process's next return to user mode starts the program. */
static void start(struct proc *p, const char *path, const struct arguments *a, uint64_t array,
                  uint64_t entry)
{
    const char *name = path;
    for (const char *c = path; *c; c++)
        if (*c == '/')
            name = c + 1;
    string_copy(p->name, name, sizeof p->name);
    struct trapframe *frame = proc_frame(p);
    uint64_t width = csr_read(sstatus) & MSTATUS_UXL;
    *frame = (struct trapframe){.sepc = entry, .sstatus = width | MSTATUS_SPIE};
    frame->x[REG_SP] = ARGUMENT_PAGE;
    frame->x[REG_A0] = (uint64_t)a->count;
    frame->x[REG_A1] = array;
}

/* Makes *space of the program at this path. On success it owns the arguments' page. */
static int build(struct space *space, struct proc *p, const char *path, struct arguments *a,
                 uint64_t *entry)
{
    struct inode *inode;
    int error = inode_lookup(p->directory, path, &inode);
    if (error)
        return error;
    error = inode_type(inode) == TYPE_FILE ? load(space, inode, entry) : -EISDIR;
    inode_put(inode);
    if (!error && !space_map(space, ARGUMENT_PAGE, a->page, PTE_R | PTE_W))
        error = -ENOMEM;
    return error;
}

int64_t exec_current(const char *path, uint64_t user_arguments)
{
    struct arguments a = {.page = page_take_zeroed()};
    if (!a.page)
        return -ENOMEM;
    struct space space = {0};
    uint64_t array = 0, entry;
    int error = arguments_from_user(&a, user_arguments);
    if (!error) {
        array = arguments_finish(&a);
        /* One identifier serves the old space and the new: space_drop fences in between. */
        error = space_make(&space, current->space.asid) ? build(&space, current, path, &a, &entry)
                                                        : -ENOMEM;
    }
    if (error) {
        space_drop(&space);
        page_put(a.page);
        return error;
    }
    struct space old = current->space;
    current->space = space;
    space_activate(&current->space);
    space_drop(&old);
    fence_code();
    start(current, path, &a, array, entry);
    return a.count;
}

int exec_first(struct proc *p, int count, const char *const arguments[])
{
    struct arguments a = {.page = page_take_zeroed()};
    uint64_t entry;
    if (!a.page)
        return -ENOMEM;
    arguments_from_kernel(&a, count, arguments);
    uint64_t array = arguments_finish(&a);
    int error = build(&p->space, p, arguments[0], &a, &entry);
    if (error)
        return error;
    fence_code();
    start(p, arguments[0], &a, array, entry);
    return 0;
}
