/* Page frames. The one idea: memory that was never used needs no list. Frames are first taken
 * from the bump pointer `fresh`; only those that come back are linked, through their own first
 * bytes. So booting costs nothing, however large the memory is. */
#include "page.h"

#include <stddef.h>

#include "atomic.h"
#include "panic.h"
#include "priv.h"
#include "string.h"

struct free_page {
    struct free_page *next;
};

static struct {
    uint64_t first;      /* address of the first frame that can be given out */
    uint64_t fresh, end; /* frames from fresh to end were never used */
    struct free_page *returned;
    uint64_t returned_pages;
    uint32_t *references; /* one count a frame, from `first`; valid once the frame was used */
} memory;

static uint64_t round_up(uint64_t address)
{
    return (address + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
}

static uint32_t *count_of(void *page)
{
    uint64_t address = (uint64_t)page;
    if (address < memory.first || address >= memory.fresh || address % PAGE_SIZE)
        panic("page: 0x%lx is not a page frame", address);
    return &memory.references[(address - memory.first) >> PAGE_SHIFT];
}

void page_init(uint64_t start, uint64_t end)
{
    uint64_t frames = (end - start) >> PAGE_SHIFT;
    memory.references = (uint32_t *)round_up(start);
    memory.first = round_up(round_up(start) + frames * sizeof(uint32_t));
    memory.fresh = memory.first;
    memory.end = end & ~(uint64_t)(PAGE_SIZE - 1);
}

void *page_take(void)
{
    void *page = memory.returned;
    if (page) {
        memory.returned = memory.returned->next;
        memory.returned_pages--;
    } else if (memory.fresh < memory.end) {
        page = (void *)memory.fresh;
        memory.fresh += PAGE_SIZE;
    } else {
        return NULL;
    }
    *count_of(page) = 1;
    return page;
}

void *page_take_zeroed(void)
{
    void *page = page_take();
    return page ? memset(page, 0, PAGE_SIZE) : NULL;
}

/* One reference more. Lab 4, exercise 3. The frame's count (count_of) is changed by atomic_add. */
void page_share(void *page)
{
    atomic_add(count_of(page), 1);
}

/* One reference less. Lab 4, exercise 3.
 *
 * While some are left, the frame stays as it is. The last one frees it: it becomes the first of the
 * frames in `memory.returned`, of which memory.returned_pages keeps the number. Each of them holds,
 * in its own first bytes, the address of the next. */
void page_put(void *page)
{
    if (atomic_add(count_of(page), (uint32_t)-1))
        return;
    struct free_page *free = page;
    free->next = memory.returned;
    memory.returned = free;
    memory.returned_pages++;
}

uint32_t page_references(void *page)
{
    return *count_of(page);
}

uint64_t page_total(void)
{
    return (memory.end - memory.first) >> PAGE_SHIFT;
}

uint64_t page_free(void)
{
    return ((memory.end - memory.fresh) >> PAGE_SHIFT) + memory.returned_pages;
}
