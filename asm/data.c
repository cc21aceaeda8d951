/* Directives that put bytes into the section. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "directive.h"

static void put_number(uint8_t *at, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = i < 8 ? (uint8_t)(number >> 8 * i) : 0;
}

/* The relocation of a symbol in data of some size; narrower ones are only of differences. */
static unsigned data_reloc(unsigned size)
{
    return size == 8 ? R_RISCV_64 : R_RISCV_32;
}

static void check_size(struct as *as, const char *at, int64_t number, unsigned size)
{
    if (size >= 8)
        return;
    int64_t limit = (int64_t)1 << (8 * size);
    if (number >= limit || number < -limit)
        as_warning(as, at, "value 0x%llx is cut to %u bytes", (unsigned long long)number, size);
}

static void put_value(struct as *as, const struct expr *expr, const char *at, unsigned size)
{
    uint64_t offset = section_here(as);
    if (expr->kind == EXPR_NUMBER)
        check_size(as, at, expr->number, size);
    else
        section_fixup(as, offset, data_reloc(size), size, expr);
    uint8_t *bytes = section_more(as, size);
    if (expr->kind == EXPR_NUMBER) {
        put_number(bytes, (uint64_t)expr->number, size);
        if (size > 8 && expr->number < 0)
            memset(bytes + 8, 0xff, size - 8);
    }
}

void data_values(struct as *as, int size)
{
    struct expr expr;
    if (!section_check(as, "data"))
        return;
    section_mark(as, 'd', false);
    if (scan_end(as))
        return;
    do {
        scan_spaces(as);
        const char *at = as->at;
        if (!expr_parse(as, &expr))
            return;
        if (expr.kind == EXPR_NUMBER && expr.number && as->section->type == SHT_NOBITS)
            as_error(as, at, "%s holds zeros only", as->section->name);
        put_value(as, &expr, at, (unsigned)size);
    } while (directive_more(as));
}

void data_dtprel(struct as *as, int size)
{
    struct expr expr;
    if (!expr_parse(as, &expr))
        return;
    section_fixup(as, section_here(as), size == 8 ? R_RISCV_TLS_DTPREL64 : R_RISCV_TLS_DTPREL32,
                  (unsigned)size, &expr);
    section_more(as, (size_t)size);
}

/* Strings, each with a zero at its end where `ends` is 1. */
void data_strings(struct as *as, int ends)
{
    struct text text;
    if (!section_check(as, "a string"))
        return;
    section_mark(as, 'd', false);
    if (scan_end(as))
        return;
    do {
        bool is_first = true;
        while (scan_spaces(as), *as->at == '"') {
            if (!scan_string(as, &text))
                return;
            memcpy(section_more(as, text.size), text.at, text.size);
            is_first = false;
        }
        if (is_first) {
            as_error(as, as->at, "a string in double quotes is needed here");
            return;
        }
        if (ends)
            section_more(as, 1);
    } while (directive_more(as));
}

enum { MOST_SPACE = 1 << 30 };

/* Room that is filled at once, where its size is known. */
static void put_space(struct as *as, const char *at, int64_t size, uint64_t fill, unsigned unit)
{
    if (size < 0 || size > MOST_SPACE / (int64_t)unit) {
        as_error(as, at, "%lld is no size for this: it goes from 0 to %u", (long long)size,
                 MOST_SPACE / unit);
        return;
    }
    if (as->section->type == SHT_NOBITS) {
        struct frag *frag = section_tail(as, TAIL_SPACE);
        frag->expr = expr_of_number(size);
        frag->fill_size = (uint8_t)unit;
        return;
    }
    uint8_t *bytes = section_more(as, (size_t)size * unit);
    for (int64_t i = 0; i < size && fill; i++)
        put_number(bytes + i * unit, fill, unit);
}

/* .space SIZE [, FILL], .zero SIZE */
void data_space(struct as *as, int argument)
{
    struct expr size;
    int64_t fill = 0, number;
    (void)argument;
    scan_spaces(as);
    const char *at = as->at;
    if (!expr_parse(as, &size) || (directive_more(as) && !expr_number(as, &fill)))
        return;
    section_mark(as, 'd', false);
    if (expr_number_soft(as, &size, &number)) {
        put_space(as, at, number, (uint64_t)fill & 0xff, 1);
        return;
    }
    struct frag *frag = section_tail(as, TAIL_SPACE);
    frag->expr = size;
    frag->fill = (uint64_t)fill & 0xff;
    frag->fill_size = 1;
}

/* .fill COUNT [, SIZE [, VALUE]] */
void data_fill(struct as *as, int argument)
{
    int64_t count, size = 1, value = 0;
    (void)argument;
    scan_spaces(as);
    const char *at = as->at;
    if (!expr_number(as, &count) || (directive_more(as) && !expr_number(as, &size)) ||
        (directive_more(as) && !expr_number(as, &value)))
        return;
    if (size < 0 || count < 0) {
        as_warning(as, at, ".fill of less than nothing is ignored");
        return;
    }
    section_mark(as, 'd', false);
    size = size > 8 ? 8 : size;
    if (size)
        put_space(as, at, count, (uint64_t)value & 0xffffffff, (unsigned)size);
}

static void put_leb128(struct as *as, int64_t number, bool is_signed)
{
    uint64_t left = (uint64_t)number;
    for (bool is_last = false; !is_last;) {
        uint8_t byte = left & 0x7f;
        left = is_signed ? (uint64_t)((int64_t)left >> 7) : left >> 7;
        is_last = is_signed ? (left == 0 && !(byte & 0x40)) || (~left == 0 && byte & 0x40) : !left;
        *section_more(as, 1) = (uint8_t)(byte | (is_last ? 0 : 0x80));
    }
}

void data_leb128(struct as *as, int is_signed)
{
    int64_t number;
    if (!section_check(as, "data"))
        return;
    do {
        scan_spaces(as);
        const char *at = as->at;
        struct expr expr;
        if (!expr_parse(as, &expr))
            return;
        number = expr.number;
        if (expr.kind != EXPR_NUMBER) {
            as_error(as, at, "this needs a number: the linker cannot fill in a leb128");
            return;
        }
        put_leb128(as, number, is_signed);
    } while (directive_more(as));
}

/* .float and .double; the host's strtod rounds correctly. */
void data_floats(struct as *as, int size)
{
    if (!section_check(as, "data"))
        return;
    section_mark(as, 'd', false);
    do {
        char text[64], *end;
        struct text word;
        scan_spaces(as);
        const char *at = as->at;
        if (!scan_word(as, &word) || word.size >= sizeof text) {
            as_error(as, at, "a floating-point number is needed here");
            return;
        }
        bool has_prefix = word.size > 2 && word.at[0] == '0' && strchr("fdrFDR", word.at[1]);
        word.at += has_prefix ? 2 : 0;
        word.size -= has_prefix ? 2 : 0;
        memcpy(text, word.at, word.size);
        text[word.size] = 0;
        double wide = strtod(text, &end);
        if (*end) {
            as_error(as, at, "this is no floating-point number");
            return;
        }
        float narrow = strtof(text, NULL);
        memcpy(section_more(as, (size_t)size), size == 8 ? (void *)&wide : (void *)&narrow,
               (size_t)size);
    } while (directive_more(as));
}

enum { MOST_ALIGN = 31 };

/* A power of two, or the logarithm of one. False: it is neither. */
static bool read_alignment(struct as *as, bool is_log, unsigned *log)
{
    int64_t number = 0;
    scan_spaces(as);
    const char *at = as->at;
    if (!scan_end(as) && !expr_number(as, &number))
        return false;
    if (is_log) {
        *log = (unsigned)number;
        if (number >= 0 && number <= MOST_ALIGN)
            return true;
        as_error(as, at, "alignment %lld is out of range: it is a power of two, 0 to %d",
                 (long long)number, MOST_ALIGN);
        return false;
    }
    *log = number > 0 ? (unsigned)__builtin_ctzll((uint64_t)number) : 0;
    if (number < 0 || (number & (number - 1)) || *log > MOST_ALIGN) {
        as_error(as, at, "alignment %lld is not a power of two", (long long)number);
        return false;
    }
    return true;
}

static unsigned insn_align(const struct as *as)
{
    return as->mode.rvc ? 1 : 2;
}

/* Nops that the linker takes out again as far as it can, after it has moved code. */
static void put_relaxed_align(struct as *as, unsigned log)
{
    unsigned most = (1U << log) - (1U << insn_align(as)), at = 0;
    struct expr expr = expr_of_number(most);
    section_mark(as, 'x', true);
    section_fixup(as, section_here(as), R_RISCV_ALIGN, 0, &expr);
    uint8_t *bytes = section_more(as, most);
    if (most % 4 == 2)
        put_number(bytes, 0x0001, 2), at = 2;
    for (; at < most; at += 4)
        put_number(bytes + at, 0x00000013, 4);
    section_cut(as);
}

static void put_align(struct as *as, unsigned log, bool has_fill, uint64_t fill, uint64_t most)
{
    bool is_code = section_is_code(as->section) && !has_fill;
    if (as->section->align < log)
        as->section->align = (uint8_t)log;
    if (is_code && log && log <= insn_align(as))
        return;
    if (is_code && log && as->mode.relax) {
        put_relaxed_align(as, log);
        return;
    }
    if (!log)
        return;
    section_mark(as, is_code ? 'x' : 'd', is_code);
    struct frag *frag = section_tail(as, TAIL_ALIGN);
    frag->align = (uint8_t)log;
    frag->is_code = is_code;
    frag->fill = fill;
    frag->fill_size = 1;
    frag->most = most;
}

/* .align and .p2align LOG, .balign BYTES [, FILL [, MOST]] */
void data_align(struct as *as, int is_log)
{
    unsigned log;
    int64_t fill = 0, most = 0;
    bool has_fill = false;
    if (!read_alignment(as, is_log, &log))
        return;
    if (directive_more(as)) {
        scan_spaces(as);
        has_fill = *as->at != ',' && !scan_end(as);
        if (has_fill && !expr_number(as, &fill))
            return;
        if (directive_more(as) && !expr_number(as, &most))
            return;
    }
    put_align(as, log, has_fill, (uint64_t)fill & 0xff, (uint64_t)most);
}

/* .org PLACE [, FILL] */
void data_org(struct as *as, int argument)
{
    struct expr expr;
    int64_t fill = 0;
    (void)argument;
    if (!expr_parse(as, &expr) || (directive_more(as) && !expr_number(as, &fill)))
        return;
    section_mark(as, 'd', false);
    struct frag *frag = section_tail(as, TAIL_ORG);
    frag->expr = expr;
    frag->fill = (uint64_t)fill & 0xff;
    frag->fill_size = 1;
}

/* .incbin "FILE" [, SKIP [, COUNT]] */
void data_incbin(struct as *as, int argument)
{
    char path[4096];
    struct text name;
    int64_t skip = 0, count = INT64_MAX;
    (void)argument;
    scan_spaces(as);
    const char *at = as->at;
    if (*at != '"') {
        as_error(as, at, "the name of a file in double quotes is needed here");
        return;
    }
    if (!section_check(as, "a file") || !scan_string(as, &name) ||
        (directive_more(as) && !expr_number(as, &skip)) ||
        (directive_more(as) && !expr_number(as, &count)))
        return;
    section_mark(as, 'd', false);
    FILE *file = source_find(as, name, path, sizeof path) ? fopen(path, "rbe") : NULL;
    if (!file || skip < 0 || fseek(file, (long)skip, SEEK_SET) != 0) {
        as_error(as, at, "%s: cannot be read", path);
    } else {
        char bytes[4096];
        size_t got;
        while (count > 0 && (got = fread(bytes, 1, sizeof bytes, file)) > 0) {
            got = (int64_t)got < count ? got : (size_t)count;
            memcpy(section_more(as, got), bytes, got);
            count -= (int64_t)got;
        }
        if (ferror(file))
            as_error(as, at, "%s: cannot be read", path);
    }
    if (file)
        fclose(file);
}
