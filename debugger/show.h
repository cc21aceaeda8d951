/* Pieces of text about the state: places, instructions, page-table entries, devices. */
#ifndef SHOW_H
#define SHOW_H

#include "debugger.h"

/* "trap_handle+0x10, guestos/kernel/trap.c:42", or a number. */
void show_place(struct debugger *debugger, uint64_t address, char *text, size_t size);

/* The instruction at `pc`, disassembled; or what keeps it from being read. */
void show_insn(struct debugger *debugger, const struct hart *hart, uint64_t pc, char *text,
               size_t size);

/* The same where the word is known; NULL: it could not be read. */
void show_word(struct debugger *debugger, const struct hart *hart, uint64_t pc,
               const uint32_t *word, char *text, size_t size);

/* The operands of an instruction and what they hold: "csr satp, rs1 t0 = 0x..." */
bool show_fields(const struct hart *hart, uint64_t pc, uint32_t word, char *text, size_t size);

/* A page-table entry: where it leads, and its bits as letters. */
void show_pte(uint64_t pte, char *text, size_t size);

/* Entry `i` of a walk, labelled; `pte` stands for what it read where that is not 0. */
void show_walk_step(struct debugger *debugger, const char *label, const struct walk *walk, int i,
                    uint64_t pte);

/* What a shadow says, and why it says less than the guest's. */
void show_shadow_entry(struct debugger *debugger, const char *label, uint64_t pte, int level,
                       unsigned reasons);

/* The device that a guest-physical address is of. */
const char *show_device(uint64_t gpa);

/* A store to a page table: which entry, and what became of it. */
void show_table_write(struct debugger *debugger, uint64_t gva, uint64_t old, uint64_t new);

/* Every expression on display. */
void show_displays(struct debugger *debugger);

/* A value as print prints it, by a format letter (x d u t c; 0: as its type says). */
void show_value(const struct value *value, char format, char *text, size_t size);

#endif
