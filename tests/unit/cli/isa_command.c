/* The card of a profile holds what the profile has, and nothing else. */
#include "isa_command.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

static char card[65536];

static int print(const char *isa, const char *markdown)
{
    char name[] = "isa", option[] = "--isa";
    char *argv[] = {name, option, (char *)isa, (char *)markdown, NULL};
    cr_redirect_stdout();
    int status = command_isa(markdown ? 4 : 3, argv);
    fflush(stdout);
    FILE *out = cr_get_redirected_stdout();
    card[fread(card, 1, sizeof card - 1, out)] = 0;
    return status;
}

Test(isa_command, the_toy_profiles_card_has_no_atomics_and_no_m_mode)
{
    cr_expect_eq(print("toy", NULL), 0);
    cr_expect_not_null(strstr(card, "mulhsu"));
    cr_expect_not_null(strstr(card, "sfence_vma"));
    cr_expect_not_null(strstr(card, "store/AMO page fault"));
    cr_expect_null(strstr(card, "lr_w"));
    cr_expect_null(strstr(card, "mret"));
    cr_expect_null(strstr(card, "mstatus"));
}

Test(isa_command, markdown_has_tables)
{
    cr_expect_eq(print("rv64ima_zicsr_sstc", "--markdown"), 0);
    cr_expect_not_null(strstr(card, "# rv64ima"));
    cr_expect_not_null(strstr(card, "|---|---|---|"));
    cr_expect_not_null(strstr(card, "| `amoadd_d` | rd, rs2, (rs1) | direct |"));
    cr_expect_not_null(strstr(card, "| `stimecmp` | 0x14d |"));
}
