/* Names of CSRs. A row of a table may be several registers, told apart by a number in the name. */
#include "csr_names.h"

#include <stdio.h>
#include <string.h>

#include "csr.h"

/* What the machine has not. # stands for a number, `first` that of the first register. */
static const struct more {
    uint16_t number;
    uint8_t count, first;
    const char *name;
} more[] = {
#define CSR_MORE(number, count, first, name) {number, count, first, name},
#include "csr_more.def"
};
enum { MORE = sizeof more / sizeof *more };

/* The rows of csr.def have their number at the end of the name: pmpaddr0, hpmcounter3. The low
 * digit of the first one's address is the first number. */
static unsigned first_index(const struct csr_info *info)
{
    return info->number & 15;
}

/* The number that `name` has between what stands before and after # in the row's; -1: another name.
 */
static int index_of(struct text name, const char *pattern, int limit)
{
    const char *sign = strchr(pattern, '#');
    size_t before = sign ? (size_t)(sign - pattern) : strlen(pattern);
    size_t after = sign ? strlen(sign + 1) : 0;
    if (name.size < before + after || memcmp(name.at, pattern, before) != 0)
        return -1;
    if (!sign)
        return name.size == before ? 0 : -1;
    if (memcmp(name.at + name.size - after, sign + 1, after) != 0)
        return -1;
    return text_number((struct text){name.at + before, name.size - before - after}, limit);
}

int csr_names_find(struct text name)
{
    for (unsigned i = 0; i < csr_rows; i++) {
        const struct csr_info *info = &csr_table[i];
        char pattern[32];
        int first = info->count > 1 ? (int)first_index(info) : 0;
        snprintf(pattern, sizeof pattern, "%s%s", info->name, info->count > 1 ? "#" : "");
        int index = index_of(name, pattern, first + (int)info->count);
        if (index >= first)
            return info->number + index - first;
    }
    return -1;
}

int csr_names_find_any(struct text name)
{
    int number = csr_names_find(name);
    for (unsigned i = 0; i < MORE && number < 0; i++) {
        int index = index_of(name, more[i].name, more[i].first + more[i].count);
        if (index >= more[i].first)
            number = more[i].number + index - more[i].first;
    }
    return number;
}

bool csr_names_of(unsigned number, char *name, size_t size)
{
    const struct csr_info *info = csr_find(number);
    if (info && info->count == 1)
        snprintf(name, size, "%s", info->name);
    else if (info)
        snprintf(name, size, "%s%u", info->name, number - info->number + first_index(info));
    return info;
}

bool csr_names_of_any(unsigned number, char *name, size_t size)
{
    if (csr_names_of(number, name, size))
        return true;
    for (unsigned i = 0; i < MORE; i++) {
        const struct more *row = &more[i];
        if (number < row->number || number - row->number >= row->count)
            continue;
        const char *sign = strchr(row->name, '#');
        if (sign)
            snprintf(name, size, "%.*s%u%s", (int)(sign - row->name), row->name,
                     number - row->number + row->first, sign + 1);
        else
            snprintf(name, size, "%s", row->name);
        return true;
    }
    return false;
}

void csr_names_try_near(struct near *near)
{
    char name[32];
    for (unsigned number = 0; number < 0x1000; number++)
        if (csr_names_of_any(number, name, sizeof name))
            near_try(near, name);
}
