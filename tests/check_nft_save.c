/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/nft_save.h"

#include "check_util.h"

#define V "iptables-nft-restore v1.8.9 (nf_tables): "

/* What the program said, and what is said of it. */
static const struct {
    const char *err, *says;
} messages[] = {
    {"", "prog failed and does not say why"},
    {"\n\n", "prog failed and does not say why"},
    {"# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n",
     "prog failed and does not say why"},
    {"iptables-nft-restore: line 2 failed: Index of insertion too big.\n",
     "iptables-nft-restore: line 2 failed: Index of insertion too big. (-I INPUT 9 -j ACCEPT)"},
    {V "\nline 2: RULE_APPEND failed (Invalid argument): rule in chain INPUT\n",
     V " line 2: RULE_APPEND failed (Invalid argument): rule in chain INPUT (-I INPUT 9 -j ACCEPT)"},
    {V "Couldn't load match `x':No such file or directory\n\nError occurred at line: 1\n"
       "Try `iptables-nft-restore -h' or 'iptables-nft-restore --help' for more information.\n",
     V "Couldn't load match `x':No such file or directory Error occurred at line: 1 (*filter)"},
    {"no line at all", "no line at all"},
    {"online line", "online line"},
    {"line 0", "line 0"},
    {"line 99", "line 99"},
    {"outline, line 3", "outline, line 3 (COMMIT)"},
};

START_TEST(test_messages)
{
    struct buf err = {0}, input = {0};
    struct complaint why = {0};

    buf_str(&err, messages[_i].err);
    buf_str(&input, "*filter\n-I INPUT 9 -j ACCEPT\nCOMMIT\n");
    ck_assert(!nft_complain("prog", &err, &input, &why));
    ck_assert_str_eq(why.text, messages[_i].says);
    ck_assert(!nft_complain("prog", &err, NULL, &why));
    ck_assert_int_eq(strncmp(why.text, messages[_i].says, strlen(why.text)), 0);
    buf_free(&err);
    buf_free(&input);
}
END_TEST

static Suite *nft_save_suite(void)
{
    Suite *s = suite_create("nft_save");
    TCase *t = new_case(s, "nft_save");

    tcase_add_loop_test(t, test_messages, 0, N_OF(messages));
    return s;
}

int main(void)
{
    return run_suite(nft_save_suite());
}
