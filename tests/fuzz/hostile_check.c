/* What must hold of a VM whatever its guest did, by walks of the raw tables: nothing here asks the
 * code that made them. */
#include <stdio.h>
#include <string.h>

#include "hostile.h"

static char complaint[160];

struct check {
    const struct vm *vm;
    bool is_shadow; /* else the p2m */
    unsigned tables;
    bool is_wrong;
};

static void found(struct check *check, const char *what, uint64_t hpa)
{
    snprintf(complaint, sizeof complaint, "VM %u: %s: %s at %lx", check->vm->number,
             check->is_shadow ? "shadow" : "p2m", what, (unsigned long)hpa);
    check->is_wrong = true;
}

/* The memory that this VM was dealt, by its owner array. */
static bool is_within(const struct vm *vm, uint64_t hpa)
{
    const struct owners *owners = &vm->owners;
    return hpa >= owners->base.a && hpa < owners->base.a + owners->frames * PAGE_SIZE;
}

static void check_leaf(struct check *check, uint64_t pte, int level)
{
    uint64_t hpa = pte_pa(pte);
    if (check->is_shadow && hpa == UART_BASE && check->vm->config.passes_uart)
        return; /* the one device that it may have */
    for (uint64_t at = 0; at < level_size(level) && !check->is_wrong; at += PAGE_SIZE)
        if (!is_within(check->vm, hpa + at) ||
            owner_of(&check->vm->owners, HPA(hpa + at)) != check->vm->number)
            found(check, "a leaf to a frame of another", hpa + at);
}

static void check_table(struct check *check, uint64_t table, int level)
{
    check->tables++;
    if (!is_within(check->vm, table) || owner_of(&check->vm->owners, HPA(table)) != OWNER_VMM) {
        found(check, "a table that is not the VMM's", table);
        return;
    }
    const uint8_t *bytes = hw_frame(check->vm->hw, HPA(table));
    for (unsigned i = 0; i < PAGE_SIZE / 8 && !check->is_wrong; i++) {
        uint64_t pte;
        memcpy(&pte, bytes + i * sizeof pte, sizeof pte);
        if (!(pte & PTE_V))
            continue;
        if (pte_is_leaf(pte))
            check_leaf(check, pte, level);
        else if (level)
            check_table(check, pte_pa(pte), level - 1);
        else
            found(check, "a pointer where leaves are", table);
    }
}

const char *hostile_check(const struct vm *vm)
{
    const struct shadows *shadows = &vm->shadows;
    struct check p2m = {.vm = vm}, check = {.vm = vm, .is_shadow = true};
    check_table(&p2m, vm->p2m.root.a, SV39_LEVELS - 1);
    for (unsigned i = 0; i < SHADOWS && !check.is_wrong; i++)
        if (shadows->shadow[i].is_used) {
            uint64_t satp = shadow_satp(shadows, &shadows->shadow[i]);
            check_table(&check, (satp & SATP_PPN) << PAGE_SHIFT, SV39_LEVELS - 1);
        }
    if (!check.is_wrong && check.tables + shadows->free_count != SHADOW_PAGES)
        found(&check, "pages are lost, in use", check.tables);
    if (vm->stats.entries_outside_u || vm->stats.emulated_direct)
        found(&check, "the hart was not in U, or a plain step was emulated", vm->vcpu[0].hart.pc);
    return p2m.is_wrong || check.is_wrong ? complaint : NULL;
}
