/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What leads from one table to another, as nft reads it; and the undo written down. */
#include "lbgen/own_table.h"
#include "lbgen/table_undo.h"

#include "check_util.h"

#define SHAPE(marker)                                                                                        \
    "table inet lbgen {\n\tmap exact4 {\n\t\ttype x : mark\n\t}\n\n\tchain content-" marker " {\n\t}\n}\n"

#define EXACT        "\tmap exact4 {\n\t\ttype x : mark\n\t}\n\n"
#define RANGE        "\tmap range4 {\n\t\ttype x : mark\n\t\tflags interval\n\t}\n\n"
#define HOOK(policy) "\tchain h {\n\t\ttype filter hook input priority 0; policy " policy ";\n\t}\n\n"
#define MARKER(name) "\tchain content-" name " {\n\t}\n"
#define WHOLE        "table inet lbgen\ndelete table inet lbgen\n" SHAPE("bb")

static struct own_table make(const char *shape, const char *elements)
{
    struct own_table t = {.exists = *shape != '\0'};

    buf_str(&t.shape, shape);
    buf_str(&t.elements, elements);
    own_table_find_marker(&t);
    return t;
}

static const struct {
    const char *from_shape, *from, *to_shape, *to, *script;
    size_t added, gone;
} changes[] = {
    /* Elements alone. */
    {SHAPE("aa"), "exact4 a comment \"w\" : 1\nexact4 b : 2\n", SHAPE("bb"),
     "exact4 a comment \"w\" : 1\nexact4 c : 3\nrange4 d-e : 4\n",
     "delete element inet lbgen exact4 { b }\nadd element inet lbgen exact4 { c : 3 }\n"
     "add element inet lbgen range4 { d-e : 4 }\n"
     "delete chain inet lbgen content-aa\nadd chain inet lbgen content-bb\n",
     2, 1},
    /* In front of all others; and where what is left is how another line ends. */
    {SHAPE("aa"), "exact4 b : 1\n", SHAPE("bb"), "exact4 a : 2\nexact4 b : 1\n",
     "add element inet lbgen exact4 { a : 2 }\n"
     "delete chain inet lbgen content-aa\nadd chain inet lbgen content-bb\n",
     1, 0},
    {SHAPE("aa"), "exact4 a : 2\nexact4 b : 1\n", SHAPE("bb"), "exact4 b : 1\n",
     "delete element inet lbgen exact4 { a }\n"
     "delete chain inet lbgen content-aa\nadd chain inet lbgen content-bb\n",
     0, 1},
    {SHAPE("aa"), "exact4 p : 9\nx4 a : 1\n", SHAPE("bb"), "exactx4 a : 1\n",
     "delete element inet lbgen exact4 { p }\ndelete element inet lbgen x4 { a }\n"
     "add element inet lbgen exactx4 { a : 1 }\n"
     "delete chain inet lbgen content-aa\nadd chain inet lbgen content-bb\n",
     1, 2},
    /* Another value of a key goes and comes in one transaction. */
    {SHAPE("aa"), "exact4 a comment \"w\" : 1\n", SHAPE("bb"), "exact4 a comment \"w\" : 2\n",
     "delete element inet lbgen exact4 { a }\nadd element inet lbgen exact4 { a comment \"w\" : 2 }\n"
     "delete chain inet lbgen content-aa\nadd chain inet lbgen content-bb\n",
     1, 1},
    /* Another shape: what both have stays, rules go first, and chains last, which elements may lead to. */
    {"table inet lbgen {\n}\n", "", SHAPE("bb"), "exact4 a : 1\nexact4 b : 2\n",
     "flush table inet lbgen\n" SHAPE("bb") "add element inet lbgen exact4 { a : 1, b : 2 }\n", 2, 0},
    {"table inet lbgen {\n" EXACT RANGE HOOK("accept") MARKER("aa") "}\n",
     "exact4 a : 1\nexact4 b : 2\nrange4 d-e : 4\n",
     "table inet lbgen {\n" EXACT HOOK("drop") MARKER("bb") "}\n", "exact4 a : 1\nexact4 c : 2\n",
     "flush table inet lbgen\ndelete element inet lbgen exact4 { b }\ndelete map inet lbgen range4\n"
     "delete chain inet lbgen content-aa\ntable inet lbgen {\n" EXACT HOOK("drop")
         MARKER("bb") "}\nadd element inet lbgen exact4 { c : 2 }\n",
     1, 2},
    /* A map of another type, a chain on another hook, something that lbgen does not know, no table: all of it
     * at once. */
    {"table inet lbgen {\n\tmap exact4 {\n\t\ttype y : mark\n\t}\n" MARKER("aa") "}\n", "exact4 a : 1\n",
     SHAPE("bb"), "exact4 a : 1\n", WHOLE "add element inet lbgen exact4 { a : 1 }\n", 0, 0},
    {"table inet lbgen {\n\tchain x {\n\t\ttype filter hook input priority 0; policy accept;\n\t}\n}\n", "",
     "table inet lbgen {\n\tchain x {\n\t\ttype filter hook input priority 1; policy accept;\n\t}\n}\n", "",
     "table inet lbgen\ndelete table inet lbgen\n"
     "table inet lbgen {\n\tchain x {\n\t\ttype filter hook input priority 1; policy accept;\n\t}\n}\n",
     0, 0},
    {"table inet lbgen {\n" EXACT "\tcounter c {\n\t}\n}\n", "", SHAPE("bb"), "exact4 a : 1\n",
     WHOLE "add element inet lbgen exact4 { a : 1 }\n", 1, 0},
    {"", "", SHAPE("bb"), "exact4 a : 1\n",
     "table inet lbgen\ndelete table inet lbgen\n" SHAPE("bb") "add element inet lbgen exact4 { a : 1 }\n", 1,
     0},
    {SHAPE("aa"), "exact4 a : 1\n", "", "", "table inet lbgen\ndelete table inet lbgen\n", 0, 1},
};

/* nft lists what is new behind what was there. */
START_TEST(test_order)
{
    struct own_table a = make("table inet lbgen {\n" EXACT RANGE HOOK("drop") MARKER("aa") "}\n",
                              "exact4 a : 1\n"),
                     b = make("table inet lbgen {\n" EXACT HOOK("drop") MARKER("bb") "\n" RANGE "}\n",
                              "exact4 a : 1\n"),
                     c = make("table inet lbgen {\n" EXACT HOOK("accept") MARKER("bb") "\n" RANGE "}\n",
                              "exact4 a : 1\n"),
                     d = make("table inet lbgen {\n" EXACT RANGE RANGE HOOK("drop") MARKER("aa") "}\n",
                              "exact4 a : 1\n"),
                     e = make("table inet lbgen {\n" EXACT RANGE HOOK("drop") "\tchain more {\n\t}\n}\n",
                              "exact4 a : 1\n");

    ck_assert(own_table_equal(&a, &b) && own_table_equal(&b, &a));
    ck_assert(!own_table_equal(&a, &c) && !own_table_equal(&a, &d) && !own_table_equal(&a, &e));
    own_table_free(&a);
    own_table_free(&b);
    own_table_free(&c);
    own_table_free(&d);
    own_table_free(&e);
}
END_TEST

START_TEST(test_change)
{
    struct own_table from = make(changes[_i].from_shape, changes[_i].from),
                     to = make(changes[_i].to_shape, changes[_i].to);
    struct buf out = {0}, diff = {0};
    size_t added, gone;

    ck_assert(!own_table_equal(&from, &to));
    own_table_change(&from, &to, &out, &added, &gone);
    ck_assert_str_eq(buf_text(&out), changes[_i].script);
    ck_assert_uint_eq(added, changes[_i].added);
    ck_assert_uint_eq(gone, changes[_i].gone);
    own_table_diff(&from, &to, &diff);
    ck_assert_uint_gt(diff.len, 0);
    ck_assert_ptr_null(strstr(buf_text(&diff), "content-"));
    buf_free(&diff);
    own_table_diff(&from, &from, &diff);
    ck_assert_uint_eq(diff.len, 0);
    buf_free(&out);
    buf_free(&diff);
    own_table_free(&from);
    own_table_free(&to);
}
END_TEST

START_TEST(test_equal)
{
    struct own_table a = make(SHAPE("aa"), "exact4 a : 1\nexact4 b : 2\nexact4 c : 3\n"),
                     b = make(SHAPE("bb.1"), "exact4 c : 3\nexact4 a : 1\nexact4 b : 2\n"),
                     twice = make(SHAPE("aa"), "exact4 a : 1\nexact4 a : 1\nexact4 b : 2\nexact4 c : 3\n"),
                     other = make("table inet lbgen {\n\tchain content-aa {\n\t}\n}\n",
                                  "exact4 a : 1\nexact4 b : 2\nexact4 c : 3\n");

    ck_assert_str_eq(a.marker, "content-aa");
    ck_assert_str_eq(b.marker, "content-bb.1");
    ck_assert(own_table_equal(&a, &b)); /* the order of elements and the marker say nothing */
    ck_assert(!own_table_equal(&a, &twice));
    ck_assert(!own_table_equal(&twice, &a));
    ck_assert(!own_table_equal(&a, &other));
    own_table_free(&a);
    own_table_free(&b);
    own_table_free(&twice);
    own_table_free(&other);
}
END_TEST

/* What lbgen never makes goes with the whole table, and no script names it. */
START_TEST(test_foreign)
{
    struct own_table with = make(SHAPE("aa"), "exact4 a : 1\n"),
                     without = make(SHAPE("bb"), "exact4 a : 1\n");
    struct buf out = {0};
    size_t added, gone;

    buf_str(&with.foreign, "exact4\nexact4\n");
    ck_assert(!own_table_equal(&with, &without) && !own_table_equal(&without, &with));
    ck_assert(!own_table_equal(&with, &with));
    own_table_change(&with, &without, &out, &added, &gone);
    ck_assert_str_eq(buf_text(&out), WHOLE "add element inet lbgen exact4 { a : 1 }\n");
    ck_assert_uint_eq(added, 0);
    ck_assert_uint_eq(gone, 2);
    out.len = 0;
    own_table_change(&without, &with, &out, &added, &gone);
    ck_assert_str_eq(buf_text(&out), "delete chain inet lbgen content-bb\nadd chain inet lbgen content-aa\n");
    ck_assert_uint_eq(added + gone, 0);
    out.len = 0;
    own_table_diff(&with, &without, &out);
    ck_assert_ptr_nonnull(strstr(buf_text(&out), "\n-exact4 (an element that lbgen does not make)\n"));
    ck_assert_ptr_null(strstr(buf_text(&out), "\n+exact4"));
    out.len = 0;
    own_table_diff(&without, &with, &out);
    ck_assert_ptr_nonnull(strstr(buf_text(&out), "\n+exact4 (an element that lbgen does not make)\n"));
    buf_free(&out);
    own_table_free(&with);
    own_table_free(&without);
}
END_TEST

/* Whatever is changed by chance, the lines that go and come are those that differ. */
START_TEST(test_chance)
{
    struct chance chance = {(uint64_t)_i + 3};

    for (int round = 0; round < 200; round++) {
        struct buf texts[2] = {{0}, {0}}, only = {0};
        struct own_table tables[2];
        size_t in_one[2] = {0, 0}, added, gone;
        struct buf out = {0};

        for (int line = 0; line < 40; line++) {
            unsigned where = chance_one_in(&chance, 6) ? 1 + chance_below(&chance, 2) : 3;

            for (int i = 0; i < 2; i++)
                if (where >> i & 1) {
                    buf_printf(&texts[i], "exact4 k%d : %d\n", line, line);
                    in_one[i] += where != 3;
                }
        }
        for (int i = 0; i < 2; i++)
            tables[i] = make(i ? SHAPE("bb") : SHAPE("aa"), buf_text(&texts[i]));
        own_table_change(&tables[0], &tables[1], &out, &added, &gone);
        MUST(gone == in_one[0]);
        MUST(added == in_one[1]);
        MUST(own_table_equal(&tables[0], &tables[1]) == (added + gone == 0));
        own_table_only(&tables[1], &tables[0], &only);
        size_t lines = 0;
        for (size_t i = 0; i < only.len; i++)
            lines += only.at[i] == '\n';
        MUST(lines == added);
        buf_free(&only);
        buf_free(&out);
        for (int i = 0; i < 2; i++) {
            own_table_free(&tables[i]);
            buf_free(&texts[i]);
        }
    }
}
END_TEST

/* A table of so many chains, listed from the one end or the other, each with an element that leads to it. */
static struct own_table make_large(const char *map, const char *marker, int chains, bool backwards)
{
    struct own_table t = {.exists = true};

    buf_printf(&t.shape, "table inet lbgen {\n\tmap %s {\n\t}\n\n", map);
    for (int i = 0; i < chains; i++) {
        int chain = backwards ? chains - 1 - i : i;

        buf_printf(&t.shape, "\tchain service-%d {\n\t\tmeta mark set %d\n\t}\n\n", chain, chain);
        buf_printf(&t.elements, "%s k%d : goto service-%d\n", map, chain, chain);
    }
    buf_printf(&t.shape, "\tchain content-%s {\n\t}\n}\n", marker);
    own_table_find_marker(&t);
    return t;
}

/* How many lines begin so. */
static size_t count(const struct buf *text, const char *with)
{
    const char *at = text->at, *end = at + text->len;
    size_t n = 0;

    for (; at < end; at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1)
        n += strncmp(at, with, strlen(with)) == 0;
    return n;
}

/* Walks over all chains for each chain, or for each element, would take longer than a case may. */
START_TEST(test_large)
{
    enum { CHAINS = 100000 };
    struct own_table a = make_large("exact4", "aa", CHAINS, false),
                     b = make_large("exact4", "bb", CHAINS, true),
                     fewer = make_large("exact4", "cc", 10, true),
                     other = make_large("range4", "dd", CHAINS, true);
    struct buf out = {0};
    size_t added, gone;

    ck_assert(own_table_equal(&a, &b) && own_table_equal(&b, &a));
    own_table_change(&a, &fewer, &out, &added, &gone);
    ck_assert_uint_eq(added, 0);
    ck_assert_uint_eq(gone, CHAINS - 10);
    ck_assert_uint_eq(count(&out, "delete element inet lbgen exact4 { "), 1);
    ck_assert_uint_eq(count(&out, "delete chain inet lbgen service-"), CHAINS - 10);
    out.len = 0;
    own_table_change(&a, &other, &out, &added, &gone);
    ck_assert_uint_eq(added, CHAINS);
    ck_assert_uint_eq(gone, CHAINS);
    ck_assert_uint_eq(count(&out, "delete map inet lbgen exact4\n"), 1);
    ck_assert_uint_eq(count(&out, "delete element "), 0);
    ck_assert_uint_eq(count(&out, "delete chain inet lbgen service-"), 0);
    buf_free(&out);
    own_table_free(&a);
    own_table_free(&b);
    own_table_free(&fewer);
    own_table_free(&other);
}
END_TEST

START_TEST(test_undo_text)
{
    struct table_undo undo = {.there = true, .before = {.exists = false}, .after = {true, "content-aa.1"}},
                      read;
    struct buf text = {0};
    size_t at = 4;

    buf_str(&undo.script, "delete table inet lbgen\nwith lines\n");
    buf_str(&text, "....");
    table_undo_print(&undo, &text);
    size_t whole = text.len;
    buf_str(&text, "what follows");
    ck_assert(table_undo_read(&read, text.at, text.len, &at));
    ck_assert_uint_eq(at, whole);
    ck_assert(read.there && !read.before.exists && read.after.exists);
    ck_assert_str_eq(read.before.marker, "");
    ck_assert_str_eq(read.after.marker, "content-aa.1");
    ck_assert_uint_eq(read.script.len, undo.script.len);
    ck_assert_mem_eq(read.script.at, undo.script.at, undo.script.len);
    table_undo_free(&read);
    for (size_t cut = 10; cut < whole; cut++) { /* a text that was cut is none */
        at = 4;
        MUST(!table_undo_read(&read, text.at, cut, &at));
    }
    at = whole; /* none is there */
    ck_assert(table_undo_read(&read, text.at, text.len, &at));
    ck_assert(!read.there);
    ck_assert_uint_eq(at, whole);
    table_undo_free(&undo);
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("own_table");
    TCase *tcase = new_case(suite, "own_table");

    tcase_add_test(new_case(suite, "order"), test_order);
    tcase_add_loop_test(tcase, test_change, 0, N_OF(changes));
    tcase_add_test(tcase, test_equal);
    tcase_add_test(tcase, test_foreign);
    tcase_add_loop_test(tcase, test_chance, 0, 5);
    tcase_add_test(new_case(suite, "large"), test_large);
    tcase_add_test(tcase, test_undo_text);
    return run_suite(suite);
}
