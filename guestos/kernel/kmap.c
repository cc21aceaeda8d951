/* The kernel's half of every address space: memory at its physical address, by 2 MiB pages, and
 * devices, page by page. The 2 MiB that hold the kernel's image are mapped by 4 KiB pages, so
 * that text cannot be written and data cannot be executed. All of it is global and closed to
 * user mode. The memory of the firmware is not mapped at all. */
#include "kmap.h"

#include <stddef.h>

#include "page.h"
#include "priv.h"
#include "riscv.h"

#define MEGAPAGE_BYTES 0x200000UL
#define LEAF (PTE_V | PTE_G | PTE_A)
#define DATA (LEAF | PTE_R | PTE_W | PTE_D)

extern const char image_start[], text_end[], rodata_end[], image_end[];

#define TABLE __attribute__((aligned(PAGE_SIZE)))
TABLE pte_t kmap_root[PAGE_TABLE_ENTRIES];
static TABLE pte_t memory_table[PAGE_TABLE_ENTRIES];
static TABLE pte_t image_table[PAGE_TABLE_ENTRIES];
static TABLE pte_t device_table[PAGE_TABLE_ENTRIES];

static unsigned index_of(uint64_t va, unsigned level)
{
    return va >> (PAGE_SHIFT + SV39_VPN_BITS * level) & (PAGE_TABLE_ENTRIES - 1);
}

static pte_t image_leaf(uint64_t address)
{
    if (address < (uint64_t)text_end)
        return pte_make((void *)address, LEAF | PTE_R | PTE_X);
    if (address < (uint64_t)rodata_end)
        return pte_make((void *)address, LEAF | PTE_R);
    return pte_make((void *)address, DATA);
}

static void map_memory(uint64_t end)
{
    uint64_t image = (uint64_t)image_start;
    for (uint64_t a = image; a < image + MEGAPAGE_BYTES && a < end; a += PAGE_SIZE)
        image_table[index_of(a, 0)] = image_leaf(a);
    memory_table[index_of(image, 1)] = pte_make(image_table, PTE_V);
    for (uint64_t a = image + MEGAPAGE_BYTES; a < end; a += MEGAPAGE_BYTES)
        memory_table[index_of(a, 1)] = pte_make((void *)a, DATA);
}

void kmap_init(uint64_t memory_end)
{
    map_memory(memory_end);
    kmap_root[index_of(DEVICE_BASE, 2)] = pte_make(device_table, PTE_V);
    kmap_root[index_of(KERNEL_BASE, 2)] = pte_make(memory_table, PTE_V);
    fence_all();
    csr_write(satp,
              (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | (uint64_t)kmap_root >> PAGE_SHIFT);
    fence_all();
}

uint64_t kmap_device(uint64_t physical)
{
    uint64_t va = DEVICE_BASE + physical;
    if (physical >= KERNEL_BASE - DEVICE_BASE)
        return 0;
    pte_t *entry = &device_table[index_of(va, 1)];
    if (!(*entry & PTE_V)) {
        void *table = page_take_zeroed();
        if (!table)
            return 0;
        *entry = pte_make(table, PTE_V);
    }
    pte_t *leaf = (pte_t *)pte_page(*entry) + index_of(va, 0);
    *leaf = pte_make((void *)(physical & ~(uint64_t)(PAGE_SIZE - 1)), DATA);
    fence_all();
    return va;
}
