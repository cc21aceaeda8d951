/* The card of a profile holds what the profile has, and nothing else. */
#include "isa_command.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

#include "insn.h"

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

/* True when `word` stands on the card between blanks, commas or line ends. */
static bool has_word(const char *word)
{
    size_t length = strlen(word);
    for (const char *at = card; (at = strstr(at, word)); at++)
        if ((at == card || strchr(" \n|", at[-1])) && strchr(" \n|;", at[length]))
            return true;
    return false;
}

Test(isa_command, the_toy_profiles_card_has_no_atomics_and_no_m_mode)
{
    cr_expect_eq(print("toy", NULL), 0);
    cr_expect(has_word("mulhsu"));
    cr_expect(has_word("sfence.vma"));
    cr_expect_not_null(strstr(card, "store/AMO page fault"));
    cr_expect_not(has_word("lr.w"));
    cr_expect_not(has_word("mret"));
    cr_expect_not(has_word("mstatus"));
    cr_expect_not(has_word("c.addi"));
}

/* A page is 66 lines, and of a listing 100 columns wide. */
Test(isa_command, the_toy_profiles_card_is_a_page)
{
    unsigned lines = 0;
    print("toy", NULL);
    for (char *line = strtok(card, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        cr_expect_leq(strlen(line), 100, "%s", line);
        cr_expect_neq(line[strlen(line) - 1], ' ', "%s", line);
    }
    cr_expect_leq(lines, 66, "%u lines", lines);
}

/* Every instruction of the profile is on its card, and no other. Standard output is redirected once
 * a test, so each profile has one. */
static void check_card(const char *profile)
{
    isa_t isa;
    const char *wrong;
    cr_assert(isa_parse(profile, &isa, &wrong));
    cr_expect_eq(print(profile, NULL), 0);
    for (unsigned id = 0; id < INSN_COUNT; id++) {
        char name[24];
        snprintf(name, sizeof name, "%s", insn_table[id].name);
        for (char *at = name; *at; at++)
            *at = (char)(*at == '_' ? '.' : *at);
        cr_expect_eq(has_word(name), isa_has(isa, insn_table[id].ext), "%s of %s", name, profile);
    }
}

Test(isa_command, the_card_of_all_there_is_has_every_instruction)
{
    check_card("rv64gc_zba_zbb_sstc");
    cr_expect(has_word("c.addi4spn"));
    cr_expect(has_word("c.fld"));
}

Test(isa_command, a_card_without_d_has_no_compressed_doubles)
{
    check_card("rv64ifc");
    cr_expect(has_word("c.addi4spn"));
    cr_expect_not(has_word("c.fld"));
}

Test(isa_command, the_toy_profiles_card_has_its_instructions_and_no_others)
{
    check_card("toy");
}

Test(isa_command, markdown_has_tables)
{
    cr_expect_eq(print("rv64ima_zicsr_sstc", "--markdown"), 0);
    cr_expect_not_null(strstr(card, "# rv64ima"));
    cr_expect_not_null(strstr(card, "|---|---|---|"));
    cr_expect_not_null(strstr(card, "| rd, (rs1) | direct | lr.w lr.d |"));
    cr_expect_not_null(strstr(card, "| stimecmp | 0x14d |"));
}
