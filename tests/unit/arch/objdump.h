/* GNU objdump as a second opinion: what it makes of a buffer of instruction words.
 *
 * It knows the encodings from the binutils' own tables, so it shares no mistake with ours. A tool
 * that is missing is a failed test and not a skipped one. */
#ifndef OBJDUMP_H
#define OBJDUMP_H

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "insn.h"

/* objdump knows extensions by an object's attributes, which GNU as writes; and takes for code what
 * no mapping symbol calls data, so these are stripped. */
#define COMMAND                                                                                    \
    "echo .incbin \\\"%s\\\" | riscv64-unknown-elf-as -march=rv64gc_zba_zbb -o %s.o && "           \
    "riscv64-unknown-elf-strip --strip-all %s.o && "                                               \
    "riscv64-unknown-elf-objdump -d -z -M no-aliases,numeric %s.o"

struct line {
    uint64_t at; /* offset in the buffer, which objdump takes for the pc */
    uint32_t word;
    char name[20];
    char operands[60];
};

/* True when objdump knows no instruction of this word. */
static inline bool line_is_illegal(const struct line *line)
{
    return line->name[0] == '.' || strcmp(line->name, "c.unimp") == 0 || !line->name[0];
}

/* Disassembles `size` bytes into `lines`, which has room enough; gives how many there are. */
static inline size_t objdump(const void *code, size_t size, struct line *lines, size_t room)
{
    char path[] = "/tmp/trapeze-unit-XXXXXX";
    int file = mkstemp(path);
    cr_assert(file >= 0 && write(file, code, size) == (ssize_t)size, "cannot write %s", path);
    close(file);
    char command[400], object[sizeof path + 2], text[200];
    snprintf(object, sizeof object, "%s.o", path);
    snprintf(command, sizeof command, COMMAND, path, path, path, path);
    FILE *output = popen(command, "r");
    cr_assert_not_null(output);
    size_t count = 0;
    while (fgets(text, sizeof text, output)) {
        struct line line = {0};
        if (sscanf(text, " %lx:\t%x \t%19[^\t\n]\t%59[^\n]", &line.at, &line.word, line.name,
                   line.operands) < 2)
            continue;
        cr_assert(count < room, "more instructions than words");
        line.operands[strcspn(line.operands, " ")] = 0; /* comments and symbols */
        lines[count++] = line;
    }
    int status = pclose(output);
    unlink(path);
    unlink(object);
    cr_assert(status == 0 && count, "riscv64-unknown-elf-objdump does not run");
    return count;
}

static inline bool skip(const char **text, const char *prefix)
{
    size_t length = strlen(prefix);
    bool matches = strncmp(*text, prefix, length) == 0;
    *text += matches ? length : 0;
    return matches;
}

static inline bool reads_number(const char **text, int64_t value)
{
    char *end;
    int64_t read = (int64_t)strtoull(*text, &end, 0);
    bool matches = end != *text && read == value;
    *text = end;
    return matches;
}

static inline bool reads_register(const char **text, unsigned number)
{
    return skip(text, "x") && isdigit((unsigned char)**text) && reads_number(text, number);
}

static inline bool reads_float_register(const char **text, const char *word,
                                        const struct insn *insn)
{
    unsigned number = strncmp(word, "frd", 3) == 0    ? insn->rd
                      : strncmp(word, "frs1", 4) == 0 ? insn->rs1
                      : strncmp(word, "frs2", 4) == 0 ? insn->rs2
                                                      : insn->rs3;
    return skip(text, "f") && isdigit((unsigned char)**text) && reads_number(text, number);
}

/* The rounding mode, by its name (ISA table 11.1); dyn is not said. */
static inline bool reads_rounding(const char **text, const struct insn *insn)
{
    static const char *const names[] = {",rne", ",rtz",     ",rdn",    ",rup",
                                        ",rmm", ",unknown", ",unknown"};
    return insn->imm == 7 || skip(text, names[insn->imm]);
}

/* One word of an operand syntax against the text; the value is the decoder's. */
static inline bool reads_operand(const char **text, const char *word, const struct insn *insn,
                                 uint64_t pc)
{
    if (strcmp(word, "rd") == 0 || strcmp(word, "rdp") == 0)
        return reads_register(text, insn->rd);
    if (strcmp(word, "rs1") == 0 || strcmp(word, "rs1p") == 0)
        return reads_register(text, insn->rs1);
    if (strcmp(word, "rs2") == 0 || strcmp(word, "rs2p") == 0)
        return reads_register(text, insn->rs2);
    if (word[0] == 'f')
        return reads_float_register(text, word, insn);
    if (strcmp(word, "sp") == 0)
        return reads_register(text, 2);
    if (strcmp(word, "imm") == 0 || strcmp(word, "shamt") == 0)
        return reads_number(text, insn->imm);
    if (strcmp(word, "uimm20") == 0)
        return reads_number(text, insn->imm >> 12 & 0xfffff);
    if (strcmp(word, "uimm5") == 0)
        return reads_number(text, insn->rs1);
    if (strcmp(word, "target") == 0)
        return reads_number(text, (int64_t)(pc + (uint64_t)insn->imm));
    /* pred, succ and csr are names, and tested by name elsewhere. */
    *text += strcspn(*text, ",");
    return strcmp(word, "pred") == 0 || strcmp(word, "succ") == 0 || strcmp(word, "csr") == 0;
}

/* True when objdump's operands, read by `syntax`, are those that the decoder found. */
static inline bool line_agrees(const struct line *line, const char *syntax, const struct insn *insn)
{
    const char *text = line->operands;
    while (*syntax) {
        char word[12] = "";
        size_t length = 0;
        while (isalnum((unsigned char)syntax[length]) && length + 1 < sizeof word)
            length++;
        if (strcmp(syntax, ", rm") == 0)
            return reads_rounding(&text, insn) && !*text;
        if (length) {
            memcpy(word, syntax, length);
            if (!reads_operand(&text, word, insn, line->at))
                return false;
        } else if (*syntax != ' ' && *syntax != *text++) {
            return false;
        }
        syntax += length ? length : 1;
    }
    return !*text;
}

#endif
