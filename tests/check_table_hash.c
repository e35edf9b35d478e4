/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/table_hash.h"

#include "check_edit.h"

static uint64_t hash_of(const char *text)
{
    struct image image = {0};
    uint64_t hash;

    read_image(text, &image);
    hash = table_hash(&image.of[TABLE_FILTER]);
    image_free(&image);
    return hash;
}

#define T(lines) "*filter\n" lines "COMMIT\n"

static const struct {
    const char *a, *b;
    bool same;
} pairs[] = {
    {"", T(""), true},
    {"", T(":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [5:5]\n"), true},
    {"", T(":INPUT DROP [0:0]\n"), false},
    {"", T(":U - [0:0]\n"), false},
    {T(":INPUT DROP [0:0]\n"), T(":FORWARD DROP [0:0]\n"), false},
    {T(":INPUT DROP [0:0]\n"), T(":INPUT DROP [8:9]\n"), true},
    {T(":U - [0:0]\n:V - [0:0]\n"), T(":V - [0:0]\n:U - [0:0]\n"), true},
    {T(":U - [0:0]\n:V - [0:0]\n-A U -j DROP\n"), T(":U - [0:0]\n:V - [0:0]\n-A V -j DROP\n"), false},
    {T("-A INPUT -j A\n-A INPUT -j B\n"), T("-A INPUT -j B\n-A INPUT -j A\n"), false},
    {T("-A INPUT -j A\n-A INPUT -j A\n"), T("-A INPUT -j A\n"), false},
    {T("[1:2] -A INPUT -j A\n"), T(":INPUT ACCEPT [0:0]\n-A INPUT -j A\n"), true},
    {T("-A INPUT -p vrrp\n"), T("-A INPUT -p 112\n"), true},
};

START_TEST(test_pairs)
{
    ck_assert_int_eq(hash_of(pairs[_i].a) == hash_of(pairs[_i].b), pairs[_i].same);
}
END_TEST

/* What is computed for after the edit is what is found afterwards. */
START_TEST(test_after)
{
    static const char before[] = T(":INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n:U - [0:0]\n:lbgen.old - [0:0]\n"
                                   "-A INPUT -j a\n-A INPUT -j b\n-A INPUT -j c\n-A OUTPUT -j d\n"
                                   "-A lbgen.old -j e\n");
    static const char after[] = T(":INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n:U - [0:0]\n:lbgen.new - [0:0]\n"
                                  "-A INPUT -j x\n-A INPUT -j y\n-A INPUT -j b\n-A INPUT -j z\n"
                                  "-A FORWARD -j f\n-A lbgen.new -j n\n");
    struct image live = {0};
    struct edit edit = {.table = TABLE_FILTER};

    read_image(before, &live);
    const struct image_table *t = &live.of[TABLE_FILTER];
    add_chain_edit(&edit, t, "INPUT")->policy = POLICY_DROP;
    ADD_HUNK(&edit, 0, 1, "-A INPUT -j x", "-A INPUT -j y");
    ADD_HUNK(&edit, 2, 1, "-A INPUT -j z");
    add_chain_edit(&edit, t, "OUTPUT");
    add_hunk(&edit, 0, 1, NULL, 0, false);
    add_chain_edit(&edit, t, "FORWARD");
    ADD_HUNK(&edit, 0, 0, "-A FORWARD -j f");
    add_chain_edit(&edit, t, "lbgen.old")->gone = true;
    add_chain_edit(&edit, t, "lbgen.new");
    ADD_HUNK(&edit, 0, 0, "-A lbgen.new -j n");
    ck_assert_uint_eq(table_hash_after(table_hash(t), &edit), hash_of(after));
    edit_free(&edit);
    image_free(&live);
}
END_TEST

static Suite *table_hash_suite(void)
{
    Suite *s = suite_create("table_hash");
    TCase *t = new_case(s, "table_hash");

    tcase_add_loop_test(t, test_pairs, 0, N_OF(pairs));
    tcase_add_test(t, test_after);
    return s;
}

int main(void)
{
    return run_suite(table_hash_suite());
}
