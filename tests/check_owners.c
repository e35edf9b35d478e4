/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/owners.h"
#include "lbgen/save_image.h"

#include "check_edit.h"

#define WEB  "-A lbgen-root -d 192.0.2.10/32 -j MARK --set-xmark 0x50/0xffffffff\n"
#define SHOP "-A lbgen-root -d 192.0.2.11/32 -j MARK --set-xmark 0x51/0xffffffff\n"

/* Two images of mangle; the first one's rules are those of web, shop and again web, in this order. */
struct pair {
    struct image wanted, live;
};

static void make_pair(struct pair *p, const char *wanted, const char *live)
{
    static const char *const owners[] = {"web", "shop", "web again"};
    size_t n = 0;

    *p = (struct pair){0};
    read_image(wanted, &p->wanted);
    read_image(live, &p->live);
    struct image_table *table = &p->wanted.of[TABLE_MANGLE];
    for (size_t c = 0; c < table->n; c++)
        for (size_t i = 0; i < table->at[c].n; i++)
            table->at[c].at[i].owner = owners[n++ % 3];
    owners_name(table, &p->live.of[TABLE_MANGLE]);
}

static void free_pair(struct pair *p)
{
    image_free(&p->wanted);
    image_free(&p->live);
}

static const struct {
    const char *wanted, *live, *owners; /* owners: of the live rules, one a word */
} cases[] = {
    {WEB SHOP, WEB SHOP, "web shop "},
    {WEB SHOP, SHOP WEB, "shop web "},
    {WEB SHOP, WEB, "web "},
    {"", WEB, "- "},
    {WEB, "", ""},
    /* each of the wanted ones is handed out once, in order */
    {WEB SHOP WEB, WEB WEB WEB, "web web again - "},
    /* of another chain */
    {WEB, ":lbgen-x - [0:0]\n-A lbgen-x -d 192.0.2.10/32 -j MARK --set-xmark 0x50/0xffffffff\n", "- "},
    /* with its counters, and another value */
    {WEB, "[5:6] " WEB, "web "},
    {WEB, "-A lbgen-root -d 192.0.2.10/32 -j MARK --set-xmark 0x5/0xffffffff\n", "- "},
    /* what has a tag needs no owner, and what is foreign has none */
    {"-A PREROUTING -j lbgen-root\n" WEB, "-A PREROUTING -j lbgen-root\n" WEB, "- shop "},
    {WEB, "-A lbgen-root -m comment --comment \"lbgen:x\" -j RETURN\n" WEB, "- web "},
};

START_TEST(test_names)
{
    struct buf wanted = {0}, live = {0}, got = {0};
    struct pair p;

    buf_printf(&wanted, "*mangle\n:PREROUTING ACCEPT [0:0]\n:lbgen-root - [0:0]\n%sCOMMIT\n",
               cases[_i].wanted);
    buf_printf(&live, "*mangle\n:PREROUTING ACCEPT [0:0]\n:lbgen-root - [0:0]\n%sCOMMIT\n", cases[_i].live);
    make_pair(&p, buf_text(&wanted), buf_text(&live));
    const struct image_table *table = &p.live.of[TABLE_MANGLE];
    for (size_t c = 0; c < table->n; c++)
        for (size_t i = 0; i < table->at[c].n; i++)
            buf_printf(&got, "%s ", table->at[c].at[i].owner ? table->at[c].at[i].owner : "-");
    ck_assert_str_eq(buf_text(&got), cases[_i].owners);
    free_pair(&p);
    buf_free(&wanted);
    buf_free(&live);
    buf_free(&got);
}
END_TEST

static Suite *owners_suite(void)
{
    Suite *s = suite_create("owners");
    TCase *t = new_case(s, "owners");

    tcase_add_loop_test(t, test_names, 0, sizeof cases / sizeof *cases);
    return s;
}

int main(void)
{
    return run_suite(owners_suite());
}
