/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule_texts and seen_table, on images of lines. */
#include "lbgen/edit_print.h"
#include "lbgen/rule_texts.h"
#include "lbgen/seen_table.h"

#include "check_edit.h"

static const char live_text[] =
    "*filter\n:INPUT ACCEPT [0:0]\n:DOCKER - [0:0]\n:f - [0:0]\n:lbgen.a - [0:0]\n:lbgen.old - [0:0]\n"
    "-A INPUT -s 10.0.0.1/32 -j DROP\n"
    "-A INPUT " R("web") " -j ACCEPT\n"
                         "-A INPUT -j MARK --set-xmark 0x1/0x1\n"
                         "-A INPUT -j DOCKER\n"
                         "-A INPUT -j NFQUEUE\n"
                         "-A INPUT -g f\n"
                         "-A DOCKER -p tcp -j RETURN\n"
                         "-A lbgen.a -j MARK --set-xmark 0x1/0x1\n"
                         "-A lbgen.a -j ACCEPT\n"
                         "-A lbgen.old -j DROP\n"
                         "COMMIT\n";

static struct image live;
static struct edit edit;
static struct seen_table seen;
static struct complaint why;

static void setup(void)
{
    live = (struct image){0};
    seen = (struct seen_table){0};
    edit = (struct edit){.table = TABLE_FILTER};
    read_image(live_text, &live);
    const struct image_table *t = &live.of[TABLE_FILTER];
    add_chain_edit(&edit, t, "INPUT");
    ADD_HUNK(&edit, 0, 0, "-A INPUT " R("new") " -j lbgen.new");
    ADD_HUNK(&edit, 1, 1, "-A INPUT " R("new") " -j MARK --set-xmark 0x2/0x2",
             "-A INPUT " R("new") " -j REJECT");
    add_chain_edit(&edit, t, "lbgen.new");
    ADD_HUNK(&edit, 0, 0, "-A lbgen.new -j DROP");
    add_chain_edit(&edit, t, "lbgen.old")->gone = true;
}

static void teardown(void)
{
    seen_table_free(&seen);
    edit_free(&edit);
    image_free(&live);
}

/* CHAIN NUMBER ACTION of each line. */
static void sees(enum seen_which which, const char *wanted)
{
    struct buf shown = {0};

    ck_assert(seen_table_make(&seen, IPV4, PAYLOAD_LINE, &live.of[TABLE_FILTER], &edit, which, &why));
    for (size_t i = 0; i < seen.lines.n; i++)
        buf_printf(&shown, "%s %zu %d;", seen.lines.at[i].rule.chain, seen.lines.at[i].number,
                   (int)seen.lines.at[i].rule.action);
    ck_assert_str_eq(buf_text(&shown), wanted);
    ck_assert_uint_eq(seen.walk.n, seen.lines.n);
    buf_free(&shown);
}

/* Numbers count all rules of the chain; those that set a mark are there; a chain may have a name in capitals.
 */
START_TEST(test_foreign)
{
    sees(SEEN_FOREIGN, "INPUT 1 1;INPUT 3 3;INPUT 4 4;INPUT 5 6;INPUT 6 5;DOCKER 1 2;");
    ck_assert_str_eq(seen.lines.at[0].text, "-A INPUT -s 10.0.0.1/32 -j DROP");
}
END_TEST

START_TEST(test_now)
{
    sees(SEEN_NOW, "INPUT 1 1;INPUT 2 0;INPUT 4 4;INPUT 5 6;INPUT 6 5;DOCKER 1 2;lbgen.a 2 0;lbgen.old 1 1;");
}
END_TEST

START_TEST(test_after)
{
    sees(SEEN_AFTER,
         "DOCKER 1 2;lbgen.a 2 0;INPUT 1 4;INPUT 2 1;INPUT 4 1;INPUT 6 4;INPUT 7 6;INPUT 8 5;lbgen.new 1 1;");
}
END_TEST

START_TEST(test_nothing)
{
    const struct image_table none = {0};
    struct edit nothing = {.table = TABLE_FILTER};

    ck_assert(seen_table_make(&seen, IPV6, PAYLOAD_LINE, &none, &nothing, SEEN_AFTER, &why));
    ck_assert_uint_eq(seen.lines.n, 0);
}
END_TEST

/* --- rule_texts --- */

START_TEST(test_texts)
{
    const struct image_chain *chain = &live.of[TABLE_FILTER].at[0];
    struct rule_texts texts = {.form = PAYLOAD_LINE};

    for (size_t i = 0; i < chain->n; i++)
        rule_texts_add(&texts, &chain->at[chain->n - 1 - i], chain->name);
    ck_assert(rule_texts_make(&texts, IPV4, &why));
    ck_assert_str_eq(rule_texts_next(&texts), "-A INPUT -g f");
    ck_assert_str_eq(rule_texts_next(&texts), "-A INPUT -j NFQUEUE");
    rule_texts_free(&texts);
    ck_assert(rule_texts_make(&texts, IPV4, &why)); /* none */
    rule_texts_free(&texts);
}
END_TEST

/* Collected by one run of a printer, printed by the second: the same as without them. */
START_TEST(test_printer)
{
    struct rule_texts texts = {.form = PAYLOAD_LINE};
    struct buf plain = {0}, first = {0}, second = {0};

    edit_print(&edit, rule_text_of_line, NULL, &plain);
    edit_print(&edit, rule_texts_collect, &texts, &first);
    ck_assert(rule_texts_make(&texts, IPV4, &why));
    edit_print(&edit, rule_texts_print, &texts, &second);
    ck_assert_str_eq(buf_text(&second), buf_text(&plain));
    ck_assert_uint_eq(texts.next, texts.list.n);
    rule_texts_free(&texts);
    buf_free(&plain);
    buf_free(&first);
    buf_free(&second);
}
END_TEST

static Suite *seen_table_suite(void)
{
    Suite *s = suite_create("seen_table");
    TCase *t = new_case(s, "seen_table");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_foreign);
    tcase_add_test(t, test_now);
    tcase_add_test(t, test_after);
    tcase_add_test(t, test_nothing);
    tcase_add_test(t, test_texts);
    tcase_add_test(t, test_printer);
    return s;
}

int main(void)
{
    return run_suite(seen_table_suite());
}
