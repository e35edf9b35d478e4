/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/edit_print.h"

#include "check_edit.h"

static const char live_text[] = "*filter\n"
                                ":INPUT ACCEPT [5:6]\n"
                                ":lbgen.old - [0:0]\n"
                                ":DOCKER - [0:0]\n"
                                "[1:2] -A INPUT -s 10.0.0.1/32 -j ACCEPT\n"
                                "-A INPUT -m comment --comment \"lbgen:a1\"\n"
                                "-A INPUT -m comment --comment \"lbgen:a2\"\n"
                                "-A INPUT -m comment --comment \"lbgen:a3\"\n"
                                "-A INPUT -m comment --comment \"lbgen:a4\"\n"
                                "-A INPUT -m comment --comment \"lbgen:a5\"\n"
                                "-A INPUT -m comment --comment \"lbgen:a6\"\n"
                                "-A INPUT -m comment --comment \"lbgen:a7\"\n"
                                "-A INPUT -m comment --comment \"lbgen:a8\"\n"
                                "-A INPUT -m comment --comment \"lbgen:a9\"\n"
                                "-A INPUT -j DROP\n"
                                "-A lbgen.old -s 10.0.0.1/32\n"
                                "-A lbgen.old -j RETURN\n"
                                "COMMIT\n";

static struct image live;
static struct edit edit;

static void setup(void)
{
    live = (struct image){0};
    edit = (struct edit){.table = TABLE_FILTER};
    read_image(live_text, &live);
}

static void teardown(void)
{
    edit_free(&edit);
    image_free(&live);
}

static void prints(const char *wanted)
{
    struct buf out = {0};

    edit_print(&edit, rule_text_of_line, NULL, &out);
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_free(&out);
}

static void begin(const char *chain)
{
    add_chain_edit(&edit, &live.of[TABLE_FILTER], chain);
}

START_TEST(test_nothing)
{
    prints("");
}
END_TEST

START_TEST(test_names)
{
    struct buf out = {0};

    edit_print_names("kernel", "a.ini", &out);
    ck_assert_str_eq(buf_text(&out), "--- kernel\n+++ a.ini\n");
    buf_free(&out);
}
END_TEST

/* Three own rules on either side, foreign ones are not shown. */
START_TEST(test_middle)
{
    begin("INPUT");
    ADD_HUNK(&edit, 5, 1, "-A INPUT -j one", "-A INPUT -j two");
    prints("@@ filter INPUT @@\n"
           " -A INPUT " R("a2") "\n -A INPUT " R("a3") "\n -A INPUT " R(
               "a4") "\n"
                     "--A INPUT " R("a5") "\n"
                                          "+-A INPUT -j one\n+-A INPUT -j two\n"
                                          " -A INPUT " R("a6") "\n -A INPUT " R("a7") "\n -A INPUT " R(
                                              "a8") "\n");
}
END_TEST

START_TEST(test_beside_foreign)
{
    begin("INPUT");
    ADD_HUNK(&edit, 1, 0, "-A INPUT -j one");
    ADD_HUNK(&edit, 10, 0, "-A INPUT -j two");
    prints("@@ filter INPUT @@\n"
           "+-A INPUT -j one\n"
           " -A INPUT " R("a1") "\n -A INPUT " R("a2") "\n -A INPUT " R(
               "a3") "\n"
                     "@@ filter INPUT @@\n"
                     " -A INPUT " R("a7") "\n -A INPUT " R("a8") "\n -A INPUT " R("a9") "\n"
                                                                                        "+-A INPUT -j two\n");
}
END_TEST

/* Two places whose surroundings touch are shown in one piece, nothing twice. */
START_TEST(test_near)
{
    begin("INPUT");
    ADD_HUNK(&edit, 2, 1, "-A INPUT -j one");
    ADD_HUNK(&edit, 8, 1, "-A INPUT -j two");
    prints("@@ filter INPUT @@\n"
           " -A INPUT " R("a1") "\n"
                                "--A INPUT " R(
                                    "a2") "\n"
                                          "+-A INPUT -j one\n"
                                          " -A INPUT " R("a3") "\n -A INPUT " R("a4") "\n -A INPUT " R(
                                              "a5") "\n"
                                                    " -A INPUT " R("a6") "\n -A INPUT " R(
                                                        "a7") "\n"
                                                              "--A INPUT " R("a8") "\n"
                                                                                   "+-A INPUT -j two\n"
                                                                                   " -A INPUT " R("a9") "\n");
}
END_TEST

START_TEST(test_chains)
{
    begin("INPUT");
    edit.at[0].policy = POLICY_DROP;
    begin("lbgen.old");
    edit.at[1].gone = true;
    begin("lbgen.new");
    ADD_HUNK(&edit, 0, 0, "-A lbgen.new -j RETURN");
    begin("FORWARD"); /* not in the kernel */
    ADD_HUNK(&edit, 0, 0, "-A FORWARD -j x");
    prints("@@ filter INPUT @@\n"
           "-:INPUT ACCEPT\n+:INPUT DROP\n"
           "@@ filter lbgen.old @@\n"
           "-:lbgen.old -\n--A lbgen.old -s 10.0.0.1/32\n--A lbgen.old -j RETURN\n"
           "@@ filter lbgen.new @@\n"
           "+:lbgen.new -\n+-A lbgen.new -j RETURN\n"
           "@@ filter FORWARD @@\n"
           "+-A FORWARD -j x\n");
}
END_TEST

static Suite *edit_print_suite(void)
{
    Suite *s = suite_create("edit_print");
    TCase *t = new_case(s, "edit_print");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_nothing);
    tcase_add_test(t, test_names);
    tcase_add_test(t, test_middle);
    tcase_add_test(t, test_beside_foreign);
    tcase_add_test(t, test_near);
    tcase_add_test(t, test_chains);
    return s;
}

int main(void)
{
    return run_suite(edit_print_suite());
}
