/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an input wants, as lines and as entries. */
#include "lbgen/wanted.h"

#include "check_edit.h"
#include "check_input.h"

static const char input[] =
    "[service web]\nvip = 192.0.2.10 2001:db8::10\nports = 80 443 1000:2000\nfwmark = 80\n"
    "masquerade = 10.0.0.0/24\nexclude-mac = 52:54:00:12:34:56\naccept = yes\n"
    "[rules filter]\npolicy4 = INPUT DROP\npolicy6 = OUTPUT DROP\n";

static struct made made;
static struct complaint why;
static struct formed_rules none;
static struct buf tree; /* what `made` was read from must stay */

static void read_input(const char *text)
{
    ck_assert_str_eq(make(&made, text, 0), "");
}

static void teardown(void)
{
    made_free(&made);
    buf_free(&tree);
}

static void same_images(const struct image *a, const struct image *b)
{
    for (int t = 0; t < TABLES; t++) {
        ck_assert_int_eq(a->of[t].present, b->of[t].present);
        ck_assert_uint_eq(a->of[t].n, b->of[t].n);
        for (size_t c = 0; c < a->of[t].n; c++) {
            const struct image_chain *x = &a->of[t].at[c], *y = &b->of[t].at[c];

            ck_assert_str_eq(x->name, y->name);
            ck_assert_uint_eq(x->n, y->n);
            for (size_t i = 0; i < x->n; i++) {
                ck_assert_uint_eq(x->at[i].key, y->at[i].key);
                ck_assert_uint_eq(x->at[i].bare, y->at[i].bare);
                ck_assert_str_eq(x->at[i].jump, y->at[i].jump);
                ck_assert_pstr_eq(x->at[i].tag, y->at[i].tag);
                ck_assert_int_eq(x->at[i].final, y->at[i].final);
            }
        }
    }
}

/* The image is what the text says, with the policies of the family only. */
START_TEST(test_lines)
{
    enum family family = (enum family)_i;
    struct image image, read = {0};
    struct buf text = {0};

    read_input(input);
    wanted_text(&made.config, &none, family, &text);
    ck_assert(wanted_image(&made.config, &none, family, PAYLOAD_LINE, NULL, NULL, &image, &why));
    ck_assert_int_eq(image.form, PAYLOAD_LINE);
    read_image(buf_text(&text), &read);
    same_images(&image, &read);
    const struct image_table *filter = &image.of[TABLE_FILTER];
    ck_assert_int_eq(image_find_chain(filter, "INPUT")->policy, family == IPV4 ? POLICY_DROP : POLICY_NONE);
    ck_assert_int_eq(image_find_chain(filter, "OUTPUT")->policy, family == IPV4 ? POLICY_NONE : POLICY_DROP);
    ck_assert_int_eq(image_find_chain(filter, "FORWARD")->policy, POLICY_NONE);
    ck_assert(image_find_chain(&image.of[TABLE_MANGLE], "lbgen.web")->own);
    ck_assert_int_eq(image.of[TABLE_NAT].present, family == IPV4);
    ck_assert(wanted_is_more_than_vrrp(&image));
    image_free(&image);
    image_free(&read);
    buf_free(&text);
}
END_TEST

static bool keep_none_of_mangle(void *ctx, enum table table, const struct rule *rule)
{
    (void)rule;
    ++*(int *)ctx;
    return table != TABLE_MANGLE;
}

START_TEST(test_keep)
{
    struct image image;
    int asked = 0;

    read_input(input);
    ck_assert(
        wanted_image(&made.config, &none, IPV4, PAYLOAD_LINE, keep_none_of_mangle, &asked, &image, &why));
    ck_assert_int_gt(asked, 4);
    for (size_t c = 0; c < image.of[TABLE_MANGLE].n; c++)
        ck_assert_uint_eq(image.of[TABLE_MANGLE].at[c].n, 0);
    ck_assert_uint_gt(image_find_chain(&image.of[TABLE_FILTER], "INPUT")->n, 0);
    image_free(&image);
}
END_TEST

enum { IN_TREE = 24 };

/* Services a, b, ... in two places, more than the root takes itself. */
static void read_tree(void)
{
    buf_str(&tree, "[lbgen]\nlayout = tree\n");
    for (int i = 0; i < IN_TREE; i++)
        buf_printf(&tree, "[service %c]\nvip = %s.%d %s::%d\nports = 80\nfwmark = %d\n", 'a' + i,
                   i % 2 ? "10.0.0" : "192.0.2", i + 1, i % 2 ? "2001:db8" : "fd00", i + 1, i + 1);
    read_input(buf_text(&tree));
}

START_TEST(test_image_and_text)
{
    enum family family = (enum family)(_i & 1);
    enum payload_form form = _i & 2 ? PAYLOAD_ENTRY : PAYLOAD_LINE;
    struct image image, alone;
    struct buf text = {0}, text_alone = {0};
    size_t marked = 0;

    read_tree();
    ck_assert(wanted_image_and_text(&made.config, &none, family, form, &image, &text, &why));
    ck_assert(wanted_image(&made.config, &none, family, form, NULL, NULL, &alone, &why));
    wanted_text(&made.config, &none, family, &text_alone);
    same_images(&image, &alone);
    ck_assert_str_eq(buf_text(&text), buf_text(&text_alone));
    for (size_t c = 0; c < image.of[TABLE_MANGLE].n; c++)
        for (size_t i = 0; i < image.of[TABLE_MANGLE].at[c].n; i++) {
            const struct image_rule *rule = &image.of[TABLE_MANGLE].at[c].at[i];
            bool marks = strcmp(rule->jump, "MARK") == 0;

            marked += marks;
            ck_assert_int_eq(marks, rule->owner != NULL && strlen(rule->owner) == 1);
        }
    ck_assert_uint_eq(marked, IN_TREE);
    image_free(&image);
    image_free(&alone);
    buf_free(&text);
    buf_free(&text_alone);
}
END_TEST

/* The first rule of each kind. */
static bool keep_first(void *ctx, enum table table, const struct rule *rule)
{
    bool *seen = ctx;
    bool first = table == TABLE_MANGLE && !seen[rule->target];

    seen[rule->target] = true;
    return first;
}

/* Of the tree's chains only those come along that hold a rule which is kept, or that one leads to. */
START_TEST(test_keep_tree)
{
    bool seen[TARGET_GOTO + 1] = {false};
    struct image image, whole;
    size_t own = 0, rules = 0;

    read_tree();
    ck_assert(wanted_image(&made.config, &none, IPV4, _i ? PAYLOAD_ENTRY : PAYLOAD_LINE, keep_first, seen,
                           &image, &why));
    const struct image_table *mangle = &image.of[TABLE_MANGLE];
    for (size_t c = 0; c < mangle->n; c++) {
        own += mangle->at[c].own;
        rules += mangle->at[c].n;
        for (size_t i = 0; i < mangle->at[c].n; i++)
            if (strncmp(mangle->at[c].at[i].jump, "lbgen-", 6) == 0)
                ck_assert_ptr_nonnull(image_find_chain(mangle, mangle->at[c].at[i].jump));
        for (size_t other = 0; other < c; other++)
            ck_assert_str_ne(mangle->at[c].name, mangle->at[other].name);
    }
    ck_assert_uint_eq(rules, 3); /* the jump to the root, a goto, a mark */
    ck_assert_uint_le(own, 3);   /* the root, where the goto leads, where the mark is */
    ck_assert(wanted_image(&made.config, &none, IPV4, PAYLOAD_LINE, NULL, NULL, &whole, &why));
    ck_assert_uint_gt(whole.of[TABLE_MANGLE].n, mangle->n);
    image_free(&whole);
    image_free(&image);
}
END_TEST

static const struct {
    const char *input;
    enum family family;
    bool more;
} inputs[] = {
    {"", IPV4, false},
    {"", IPV6, false},
    {"[vrrp]\naccept = no\n", IPV4, false},
    {"[vrrp]\nsource = 192.0.2.1 192.0.2.2\nsync = no\n", IPV4, false},
    {"[service a]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\n", IPV6, false},
    {"[service a]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\n", IPV4, true},
    {"[service a]\nvip = 2001:db8::1\nports = 1\nfwmark = 1\n", IPV6, true},
    {"[rules filter]\npolicy4 = INPUT DROP\n", IPV4, true},
    {"[rules filter]\npolicy4 = INPUT DROP\n", IPV6, false},
    {"[rules filter]\npolicy = INPUT ACCEPT\n", IPV6, true},
};

START_TEST(test_more_than_vrrp)
{
    struct image image;

    read_input(inputs[_i].input);
    ck_assert(wanted_image(&made.config, &none, inputs[_i].family, PAYLOAD_LINE, NULL, NULL, &image, &why));
    ck_assert_int_eq(wanted_is_more_than_vrrp(&image), inputs[_i].more);
    image_free(&image);
}
END_TEST

/* Entries made by hand, and those that libxtables makes of the lines, are the same rules. */
START_TEST(test_entries)
{
    enum family family = (enum family)_i;
    struct image lines, entries;

    read_input(input);
    ck_assert(wanted_image(&made.config, &none, family, PAYLOAD_LINE, NULL, NULL, &lines, &why));
    ck_assert(wanted_image(&made.config, &none, family, PAYLOAD_ENTRY, NULL, NULL, &entries, &why));
    ck_assert_int_eq(entries.form, PAYLOAD_ENTRY);
    ck_assert_int_eq(image_find_chain(&entries.of[TABLE_FILTER], family == IPV4 ? "INPUT" : "OUTPUT")->policy,
                     POLICY_DROP);
    lines.of[TABLE_FILTER].at[0].at[0].packets = 7;
    ck_assert_msg(wanted_encode(&lines, family, &why), "%s", why.text);
    ck_assert_int_eq(lines.form, PAYLOAD_ENTRY);
    ck_assert_uint_eq(lines.of[TABLE_FILTER].at[0].at[0].packets, 7);
    same_images(&lines, &entries);
    image_free(&lines);
    image_free(&entries);
}
END_TEST

START_TEST(test_not_encoded)
{
    struct image image = {0};

    read_image("*filter\n-A INPUT -j ACCEPT\n-A INPUT -m nonesuch -j DROP\nCOMMIT\n", &image);
    ck_assert(!wanted_encode(&image, IPV4, &why));
    ck_assert_ptr_nonnull(strstr(why.text, "table filter: -A INPUT -m nonesuch -j DROP: "));
    image_free(&image);
    made_begin(&made);
}
END_TEST

/* --- undo --- */

/* What takes all out that is wanted, in both families. */
static void undo_of_all(enum payload_form form, struct undo *undo)
{
    *undo = (struct undo){.form = form};
    for (int f = 0; f < FAMILIES; f++) {
        struct image image;

        ck_assert(wanted_image(&made.config, &none, (enum family)f, form, NULL, NULL, &image, &why));
        for (int t = 0; t < TABLES; t++) {
            const struct image_table nothing = {0};
            struct edit edit;

            ck_assert(delta_find(&image.of[t], &nothing, (enum table)t, false, &edit, &why));
            undo_add(undo, (enum family)f, &image.of[t], &edit);
            edit_free(&edit);
        }
        image_free(&image);
    }
}

static bool collect(void *ctx, enum family family, enum table table, const char *chain,
                    struct image_rule *rule)
{
    struct buf *out = ctx;

    buf_printf(out, "%d %d %s %.*s\n", (int)family, (int)table, chain, (int)rule->len,
               (const char *)rule->payload);
    return true;
}

/* Entries become the lines that would have been printed, and the other way round. */
START_TEST(test_undo)
{
    struct undo entries, lines, decoded;
    struct buf of_lines = {0}, of_decoded = {0}, before = {0}, after = {0};

    read_input(input);
    undo_of_all(PAYLOAD_ENTRY, &entries);
    undo_of_all(PAYLOAD_LINE, &lines);
    ck_assert_msg(undo_decode(&entries, &decoded, &why), "%s", why.text);
    ck_assert_int_eq(decoded.form, PAYLOAD_LINE);
    ck_assert_int_eq(entries.form, PAYLOAD_ENTRY);
    undo_each_rule(&lines, collect, &of_lines);
    undo_each_rule(&decoded, collect, &of_decoded);
    ck_assert_str_eq(buf_text(&of_decoded), buf_text(&of_lines));
    ck_assert_msg(undo_encode(&decoded, &why), "%s", why.text);
    undo_print(&entries, &before);
    undo_print(&decoded, &after);
    ck_assert_uint_eq(before.len, after.len);
    ck_assert_mem_eq(before.at, after.at, before.len);
    undo_free(&entries);
    undo_free(&lines);
    undo_free(&decoded);
    buf_free(&of_lines);
    buf_free(&of_decoded);
    buf_free(&before);
    buf_free(&after);
}
END_TEST

static Suite *wanted_suite(void)
{
    Suite *s = suite_create("wanted");
    TCase *t = new_case(s, "wanted");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_loop_test(t, test_lines, 0, FAMILIES);
    tcase_add_test(t, test_keep);
    tcase_add_loop_test(t, test_image_and_text, 0, 4);
    tcase_add_loop_test(t, test_keep_tree, 0, 2);
    tcase_add_loop_test(t, test_more_than_vrrp, 0, N_OF(inputs));
    tcase_add_loop_test(t, test_entries, 0, FAMILIES);
    tcase_add_test(t, test_not_encoded);
    tcase_add_test(t, test_undo);
    return s;
}

int main(void)
{
    return run_suite(wanted_suite());
}
