/* Expressions: values as C has them, and errors that name the token. */
#include "world.h"

#include "expr.h"

TestSuite(expr, .fini = end_session);

/* Whose operator goes first is what is tested. */
#pragma GCC diagnostic ignored "-Wparentheses"

static bool eval(const char *text, struct value *value, struct expr_error *error)
{
    return expr_eval(&d, text, NULL, value, error);
}

Test(expr, operators_mean_what_they_mean_in_c)
{
    begin_session(false, false);
#define ROW(expression)                                                                            \
    {                                                                                              \
#expression, (uint64_t)(expression)                                                        \
    }
    const struct {
        const char *text;
        uint64_t value;
    } rows[] = {
        ROW(1 + 2 * 3),        ROW((1 + 2) * 3), ROW(10 - 4 - 3),      ROW(100 / 7 / 2),
        ROW(100 % 7),          ROW(1 << 4 | 1),  ROW(0xff & 0xf0 ^ 3), ROW(1 + 1 == 2 && 3 > 2),
        ROW(1 || 0 && 0),      ROW(-5 + 7),      ROW(~0 & 0xff),       ROW(!0 + !5),
        ROW(6 & 4 == 4),       ROW(2 < 3 == 1),  ROW(7 >> 1 << 2),     ROW('a' + 1),
        ROW(3 != 3 || 4 >= 4), ROW(5 <= 4),
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct value value;
        struct expr_error error = {""};
        cr_expect(eval(rows[i].text, &value, &error), "%s: %s", rows[i].text, error.text);
        cr_expect_eq(value.bits, rows[i].value, "%s gives %lx", rows[i].text, value.bits);
    }
}

Test(expr, names_stand_for_the_state_of_the_hart)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        hart()->x[2] = DATA;
        hart()->csr.sscratch = 0x1234;
        hart()->csr.satp = (uint64_t)8 << 60 | (uint64_t)5 << 44 | 0x80123;
        hart()->csr.satp = 0;
        hart()->csr.mstatus |= MSTATUS_SPP;
        poke64(DATA, 0x8877665544332211);
        const struct {
            const char *text;
            uint64_t value;
        } rows[] = {
            {"sp", DATA},
            {"x2 + 8", DATA + 8},
            {"$sp", DATA},
            {"pc", CODE},
            {"mode", MODE_S},
            {"csr.sscratch", 0x1234},
            {"csr.sstatus.SPP", 1},
            {"csr.sstatus.spp", 1},
            {"*sp", 0x8877665544332211},
            {"*(u16*)sp", 0x2211},
            {"*(s8*)(sp + 7)", (uint64_t)-0x78},
            {"u32(sp + 4)", 0x88776655},
            {"s32(gpa:sp)", 0x44332211},
            {"(u8)*sp", 0x11},
            {"walk(sp).pa", DATA},
            {"walk(sp).ok", 1},
            {"0b101", 5},
        };
        for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct value value;
            struct expr_error error = {""};
            cr_expect(eval(rows[i].text, &value, &error), "%s: %s", rows[i].text, error.text);
            cr_expect_eq(value.bits, rows[i].value, "%s gives %lx", rows[i].text, value.bits);
        }
    }
}

Test(expr, a_vm_has_a_p2m_and_the_machine_below_is_another)
{
    struct value gpa, hpa;
    struct expr_error error;
    begin_session(true, false);
    poke64(DATA, 77);
    cr_assert(eval("p2m(0x80010000).hpa", &hpa, &error));
    cr_expect_neq(hpa.bits, DATA);
    cr_assert(eval("u64(hpa:p2m(0x80010000).hpa)", &gpa, &error));
    cr_expect_eq(gpa.bits, 77);
    cr_assert(eval("p2m(0x10000000).ok", &gpa, &error));
    cr_expect_eq(gpa.bits, 0);
}

Test(expr, a_walk_tells_what_the_tables_say_and_changes_nothing)
{
    struct value value;
    struct expr_error error;
    begin_session(false, false);
    map_page(DATA, OPEN & ~(PTE_A | PTE_D));
    cr_assert(eval("walk(0x40000123, w).pa", &value, &error), "%s", error.text);
    cr_expect_eq(value.bits, DATA + 0x123);
    cr_expect_eq(peek64(TABLES + 2 * PAGE_SIZE) & (PTE_A | PTE_D), 0);
    cr_assert(eval("walk(0x40001000).ok", &value, &error));
    cr_expect_eq(value.bits, 0);
    cr_expect_not(eval("walk(0x40001000).pa", &value, &error));
}

Test(expr, errors_name_the_token)
{
    const struct {
        const char *text, *named;
    } rows[] = {
        {"foo + 1", "'foo'"},
        {"1 +", "missing at the end"},
        {"(1", "')'"},
        {"1 2", "'2'"},
        {"csr.foo", "'foo'"},
        {"csr.sstatus.XYZ", "'XYZ'"},
        {"0x", "'0x'"},
        {"12ab", "'12ab'"},
        {"0x11112222333344445", "64 bits"},
        {"*0", "gva 0x0"},
        {"*(u64*)gpa:0x10000000", "gpa 0x10000000"},
        {"1 / 0", "zero"},
        {"walk(1, 2)", "one address"},
        {"walk(0).foo", "'foo'"},
        {"1 @ 2", "'@'"},
        {"hw.satp", "bare machine"},
        {"'ab'", "'ab"},
        {"", "missing"},
        {"p2m(0x80000000).hpa", "p2m"},
        {"99999999999999999999", "64 bits"},
    };
    begin_session(false, false);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct value value;
        struct expr_error error = {""};
        cr_expect_not(eval(rows[i].text, &value, &error), "%s", rows[i].text);
        cr_expect(strstr(error.text, rows[i].named), "%s: %s", rows[i].text, error.text);
    }
}

Test(expr, nesting_has_an_end)
{
    char text[5000];
    struct value value;
    struct expr_error error;
    begin_session(false, false);
    memset(text, '(', sizeof text - 1);
    text[sizeof text - 1] = 0;
    cr_expect_not(eval(text, &value, &error));
    memset(text, '-', sizeof text - 1);
    cr_expect_not(eval(text, &value, &error));
    for (unsigned i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "1+", 2);
    text[sizeof text - 2] = 0;
    text[sizeof text - 3] = '1';
    cr_expect(eval("1+1+1+1+1+1", &value, &error));
    cr_expect_eq(value.bits, 6);
}
