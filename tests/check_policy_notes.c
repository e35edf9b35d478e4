/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/policy_notes.h"

#include "check_util.h"

static const struct {
    const char *text, *printed; /* NULL: refused */
} texts[] = {
    {"", ""},
    {"4 filter INPUT ACCEPT DROP\n", "4 filter INPUT ACCEPT DROP\n"},
    {"4 filter INPUT DROP DROP\n", "4 filter INPUT DROP DROP\n"},
    {"6 filter INPUT DROP ACCEPT\n4 filter FORWARD DROP DROP\n",
     "4 filter FORWARD DROP DROP\n6 filter INPUT DROP ACCEPT\n"},
    {"4 filter INPUT ACCEPT\n6 filter INPUT DROP", /* without the last word: another one than before */
     "4 filter INPUT ACCEPT DROP\n6 filter INPUT DROP ACCEPT\n"},
    {"4 mangle PREROUTING ACCEPT DROP\n4 mangle PREROUTING DROP DROP\n", "4 mangle PREROUTING DROP DROP\n"},
    {"4 nat POSTROUTING ACCEPT ACCEPT\n6 security OUTPUT DROP DROP\n6 raw PREROUTING DROP ACCEPT\n",
     "4 nat POSTROUTING ACCEPT ACCEPT\n6 raw PREROUTING DROP ACCEPT\n6 security OUTPUT DROP DROP\n"},
    {"\n", NULL},
    {"4 filter INPUT\n", NULL},
    {"4 filter\n", NULL},
    {"5 filter INPUT DROP\n", NULL},
    {"-4 filter INPUT DROP\n", NULL},
    {"4 filters INPUT DROP\n", NULL},
    {"4 filter input DROP\n", NULL},
    {"4 filter lbgen.a DROP\n", NULL},
    {"4 filter PREROUTING DROP\n", NULL},
    {"4 filter INPUT drop\n", NULL},
    {"4 filter INPUT DROPX\n", NULL},
    {"4 filter INPUT DROPX DROP\n", NULL},
    {"4 filter INPUT QUEUE\n", NULL},
    {"4 filter INPUT DROP DROPX\n", NULL},
    {"4 filter INPUT DROP QUEUE\n", NULL},
    {"4 filter INPUT DROP DROP DROP\n", NULL},
    {"4 filter INPUT DROP\nx\n", NULL},
    {"4 filter INPUT                                                              DROP\n", NULL},
};

START_TEST(test_text)
{
    size_t len = strlen(texts[_i].text);
    char *exact = exact_copy(texts[_i].text, len);
    struct policy_notes notes;
    struct buf out = {0};

    ck_assert_int_eq(policy_notes_parse(&notes, exact, len), texts[_i].printed != NULL);
    free(exact);
    if (texts[_i].printed) {
        policy_notes_print(&notes, &out);
        ck_assert_str_eq(buf_text(&out), texts[_i].printed);
    }
    buf_free(&out);
}
END_TEST

/* Every note there can be, there and back. */
START_TEST(test_all)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            for (int h = 0; h < HOOKS; h++) {
                struct policy_notes notes = {0}, read;
                struct buf out = {0};

                if (!table_has_hook((enum table)t, (enum hook)h))
                    continue;
                notes.of[f][t][h] = (struct policy_note){true, h % 2, t % 2};
                policy_notes_print(&notes, &out);
                ck_assert(policy_notes_parse(&read, out.at, out.len));
                ck_assert_mem_eq(&read, &notes, sizeof notes);
                buf_free(&out);
            }
}
END_TEST

static Suite *policy_notes_suite(void)
{
    Suite *s = suite_create("policy_notes");
    TCase *t = new_case(s, "policy_notes");

    tcase_add_loop_test(t, test_text, 0, N_OF(texts));
    tcase_add_test(t, test_all);
    return s;
}

int main(void)
{
    return run_suite(policy_notes_suite());
}
