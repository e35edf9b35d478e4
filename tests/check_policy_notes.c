/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "lbgen/policy_notes.h"

#include "check_util.h"

#define HEAD "namespace here 1\n"

static const struct policy_namespace here = {"here 1"};

static const struct {
    const char *text, *printed; /* NULL: refused */
} texts[] = {
    {"", ""},
    {HEAD, ""},
    {HEAD "file 4 filter INPUT ACCEPT DROP\n", HEAD "file 4 filter INPUT ACCEPT DROP\n"},
    {HEAD "legacy 4 filter INPUT DROP DROP", HEAD "legacy 4 filter INPUT DROP DROP\n"},
    {HEAD "loaded-by nft\nfile 6 filter INPUT DROP ACCEPT\nlegacy 4 filter FORWARD DROP DROP\n",
     HEAD "loaded-by nft\nlegacy 4 filter FORWARD DROP DROP\nfile 6 filter INPUT DROP ACCEPT\n"},
    {HEAD "nft 4 mangle PREROUTING ACCEPT DROP\nnft 4 mangle PREROUTING DROP DROP\n",
     HEAD "nft 4 mangle PREROUTING DROP DROP\n"},
    {HEAD "nft 4 nat POSTROUTING ACCEPT ACCEPT\nnft 6 security OUTPUT DROP DROP\n",
     HEAD "nft 4 nat POSTROUTING ACCEPT ACCEPT\nnft 6 security OUTPUT DROP DROP\n"},
    /* another boot: the kernel has what the boot file gave it */
    {"namespace here 2\nfile 4 filter INPUT ACCEPT DROP\nlegacy 4 filter INPUT DROP DROP\n"
     "nft 4 filter OUTPUT ACCEPT DROP\n",
     HEAD "legacy 4 filter INPUT ACCEPT DROP\nfile 4 filter INPUT ACCEPT DROP\n"},
    {"namespace there 1\nlegacy 4 filter INPUT ACCEPT DROP\n", ""},
    {"loaded-by nft\nfile 4 filter INPUT ACCEPT DROP\nlegacy 4 filter INPUT DROP DROP\n",
     HEAD "loaded-by nft\nnft 4 filter INPUT ACCEPT DROP\nfile 4 filter INPUT ACCEPT DROP\n"},
    {"\n", NULL},
    {"namespace\n", NULL},
    {"loaded-by legacy\n", NULL},
    {"4 filter INPUT ACCEPT DROP\n", NULL},
    {"files 4 filter INPUT ACCEPT DROP\n", NULL},
    {"file 4 filter INPUT ACCEPT\n", NULL},
    {"file 4 filter\n", NULL},
    {"file 5 filter INPUT DROP DROP\n", NULL},
    {"file -4 filter INPUT DROP DROP\n", NULL},
    {"file 4 filters INPUT DROP DROP\n", NULL},
    {"file 4 filter input DROP DROP\n", NULL},
    {"file 4 filter lbgen.a DROP DROP\n", NULL},
    {"file 4 filter PREROUTING DROP DROP\n", NULL},
    {"file 4 filter INPUT drop DROP\n", NULL},
    {"file 4 filter INPUT DROPX DROP\n", NULL},
    {"file 4 filter INPUT QUEUE DROP\n", NULL},
    {"file 4 filter INPUT DROP DROPX\n", NULL},
    {"file 4 filter INPUT DROP QUEUE\n", NULL},
    {"file 4 filter INPUT DROP DROP DROP\n", NULL},
    {"file 4 filter INPUT DROP DROP\nx\n", NULL},
    {"file 4 filter INPUT DROP                                                                          "
     "DROP\n",
     NULL},
};

START_TEST(test_text)
{
    size_t len = strlen(texts[_i].text);
    char *exact = exact_copy(texts[_i].text, len);
    struct policy_notes notes;
    struct buf out = {0};

    ck_assert_int_eq(policy_notes_parse(&notes, exact, len, &here), texts[_i].printed != NULL);
    free(exact);
    if (texts[_i].printed) {
        policy_notes_print(&notes, &here, &out);
        ck_assert_str_eq(buf_text(&out), texts[_i].printed);
    }
    buf_free(&out);
}
END_TEST

START_TEST(test_nul)
{
    struct policy_notes notes;

    ck_assert(!policy_notes_parse(&notes, TEXT("file 4 filter INPUT DROP DROP\0\n"), &here));
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
                notes.of[_i][f][t][h] = (struct policy_note){true, h % 2, t % 2};
                notes.loaded_by_nft = h % 2;
                policy_notes_print(&notes, &here, &out);
                ck_assert(policy_notes_parse(&read, out.at, out.len, &here));
                ck_assert_mem_eq(&read, &notes, sizeof notes);
                buf_free(&out);
            }
}
END_TEST

START_TEST(test_namespace)
{
    const struct policy_namespace a = policy_namespace_now(), b = policy_namespace_now();
    char boot[40];
    unsigned long inode;

    ck_assert_str_eq(a.name, b.name);
    ck_assert_int_eq(sscanf(a.name, "%39s %lu", boot, &inode), 2);
    ck_assert(inode > 0 && strlen(boot) == 36);
}
END_TEST

static Suite *policy_notes_suite(void)
{
    Suite *s = suite_create("policy_notes");
    TCase *t = new_case(s, "policy_notes");

    tcase_add_loop_test(t, test_text, 0, N_OF(texts));
    tcase_add_test(t, test_nul);
    tcase_add_loop_test(t, test_all, 0, POLICY_PLACES);
    tcase_add_test(t, test_namespace);
    return s;
}

int main(void)
{
    return run_suite(policy_notes_suite());
}
