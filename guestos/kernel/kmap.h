/* The kernel's half of every address space. It never changes after boot.
 *
 *     0x00000000   the process: root entry 0
 *     0x40000000   devices, DEVICE_BASE + physical address: root entry 1
 *     0x80000000   memory, virtual = physical: root entry 2 */
#ifndef KMAP_H
#define KMAP_H

#include <stdint.h>

#define DEVICE_BASE 0x40000000UL
#define KERNEL_BASE 0x80000000UL
#define KERNEL_LIMIT 0xc0000000UL

enum { PAGE_TABLE_ENTRIES = 512, USER_ROOT_ENTRIES = 1, ROOT_ENTRIES = 3 };

typedef uint64_t pte_t;

/* The kernel's own root, which maps no process. */
extern pte_t kmap_root[PAGE_TABLE_ENTRIES];

/* Builds the tables for the memory up to this physical address, and turns translation on. */
void kmap_init(uint64_t memory_end);

/* Maps the page of device registers that holds this physical address, and gives the virtual
 * address of it; 0 if it cannot be mapped. */
uint64_t kmap_device(uint64_t physical);

/* A leaf for the frame, or a pointer to the table, at this physical address. Leaves have A and
 * D set beforehand, so that it does not matter whether the hardware would set them or trap. */
static inline pte_t pte_make(const void *page, uint64_t bits)
{
    return (uint64_t)page >> 12 << 10 | bits;
}

/* The frame or table that an entry points to. */
static inline void *pte_page(pte_t pte)
{
    return (void *)((pte << 2) & 0x00fffffffffff000UL);
}

#endif
