/* Names in assembly text. Registers' are those of the calling convention and of the manual. */
#include "names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char *const x_abi[32] = {
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
    "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};
static const char *const x_numeric[32] = {
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
    "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31",
};
static const char *const f_abi[32] = {
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
};
static const char *const f_numeric[32] = {
    "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "f13", "f14", "f15",
    "f16", "f17", "f18", "f19", "f20", "f21", "f22", "f23", "f24", "f25", "f26", "f27", "f28", "f29", "f30", "f31",
};
/* clang-format on */
static const char *const rounding[8] = {"rne", "rtz", "rdn", "rup", "rmm", NULL, NULL, "dyn"};

bool text_is(struct text text, const char *word)
{
    return strncmp(text.at, word, text.size) == 0 && !word[text.size];
}

int text_number(struct text text, int limit)
{
    int value = 0;
    if (!text.size || text.size > 2 || (text.at[0] == '0' && text.size > 1))
        return -1;
    for (size_t i = 0; i < text.size; i++) {
        if (!isdigit((unsigned char)text.at[i]))
            return -1;
        value = value * 10 + text.at[i] - '0';
    }
    return value < limit ? value : -1;
}

/* The number in a family such as s0 to s11, of which the first two registers stand at `low` and the
 * others from `high` on; -1: there is none. */
static int family(struct text name, size_t skip, int count, int split, int low, int high)
{
    struct text digits = {name.at + skip, name.size - skip};
    int index = text_number(digits, count);
    return index < 0 ? -1 : index < split ? low + index : high + index - split;
}

int names_x(struct text name)
{
    if (name.size < 2)
        return -1;
    switch (name.at[0]) {
    case 'x':
        return family(name, 1, 32, 32, 0, 0);
    case 'a':
        return family(name, 1, 8, 8, 10, 0);
    case 't':
        return text_is(name, "tp") ? 4 : family(name, 1, 7, 3, 5, 28);
    case 's':
        return text_is(name, "sp") ? 2 : family(name, 1, 12, 2, 8, 18);
    case 'r':
        return text_is(name, "ra") ? 1 : -1;
    case 'g':
        return text_is(name, "gp") ? 3 : -1;
    case 'f':
        return text_is(name, "fp") ? 8 : -1;
    case 'z':
        return text_is(name, "zero") ? 0 : -1;
    default:
        return -1;
    }
}

int names_f(struct text name)
{
    if (name.size < 2 || name.at[0] != 'f')
        return -1;
    switch (name.at[1]) {
    case 'a':
        return family(name, 2, 8, 8, 10, 0);
    case 't':
        return family(name, 2, 12, 8, 0, 28);
    case 's':
        return family(name, 2, 12, 2, 8, 18);
    default:
        return family(name, 1, 32, 32, 0, 0);
    }
}

const char *names_of_x(unsigned number, bool is_numeric)
{
    return is_numeric ? x_numeric[number & 31] : x_abi[number & 31];
}

const char *names_of_f(unsigned number, bool is_numeric)
{
    return is_numeric ? f_numeric[number & 31] : f_abi[number & 31];
}

int names_rounding(struct text name)
{
    for (int mode = 0; mode < 8; mode++)
        if (rounding[mode] && text_is(name, rounding[mode]))
            return mode;
    return -1;
}

const char *names_of_rounding(unsigned mode)
{
    return rounding[mode & 7];
}

int names_fence_set(struct text name)
{
    static const char letters[] = "iorw";
    int set = 0;
    const char *next = letters;
    for (size_t i = 0; i < name.size; i++) {
        const char *letter = name.at[i] ? strchr(next, name.at[i]) : NULL;
        if (!letter)
            return -1;
        set |= 8 >> (letter - letters);
        next = letter + 1;
    }
    return set ? set : -1;
}

void names_of_fence_set(unsigned set, char name[5])
{
    static const char letters[] = "iorw";
    size_t length = 0;
    for (unsigned i = 0; i < 4; i++)
        if (set & 8 >> i)
            name[length++] = letters[i];
    name[length] = 0;
}
