/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gotos between chains of others: what is carried over marks as the rules did. */
#include <stdio.h>

#include "lbgen/equiv.h"
#include "lbgen/wanted.h"

#include "check_import.h"
#include "check_rule_set.h"

enum { ROUNDS = 1500, CHAINS = 4 };

#define BEGIN   "*mangle\n:PREROUTING ACCEPT [0:0]\n:z - [0:0]\n:a - [0:0]\n:b - [0:0]\n-A PREROUTING -j z\n"
#define WEB     "-d 192.0.2.1/32 -p tcp -m tcp --dport 80 "
#define MAIL    "-d 192.0.2.1/32 -p tcp -m tcp --dport 25 "
#define MANY    "-d 192.0.2.1/32 -p tcp -m multiport --dports 25,80 "
#define M(mark) "-j MARK --set-xmark " mark "\n"
#define TAKES   "services can't say that the goto of line "
#define MAC_OUT ":m - [0:0]\n-A m -m mac --mac-source 52:54:00:12:34:56 -j RETURN\n-A m " M("0x1/0xffffffff")

/* --- whether it means the same --- */

static bool means_the_same(const char *rules, const struct imported *imported, struct equiv *out)
{
    struct input again;
    struct text_set old, new;
    struct buf made = {0};

    read_ini(&again, imported->text.at, imported->text.len);
    MUST(diag_errors(&again.diag) == 0);
    wanted_text(&again.config, &again.host.of[IPV4], IPV4, &made);
    text_set_read(&old, rules);
    text_set_read(&new, buf_text(&made));
    equiv(&old.rules, &new.rules, IPV4, PATH_INPUT, out);
    text_set_free(&old);
    text_set_free(&new);
    buf_free(&made);
    input_free(&again);
    return out->verdict == EQUIV_EQUAL;
}

/* --- by hand --- */

static const struct {
    const char *rules;
    const char *left; /* NULL: all is carried over */
    size_t services;
} cases[] = {
    /* The first goto's marks stand last. */
    {"-A z -i eth0 -g a\n-A z -g b\n-A a " WEB M("0x1/0xffffffff") "-A b " WEB M("0x2/0xffffffff"), NULL, 2},
    {"-A z -i eth0 -g a\n-A z -i eth+ -g b\n-A z " WEB M("0x3/0xffffffff") "-A a " WEB M(
         "0x1/0xffffffff") "-A b " WEB M("0x2/0xffffffff"),
     NULL, 3},
    {"-A z -i eth0 -g a\n-A z -g b\n-A a " MANY M("0x1/0xffffffff") "-A b " WEB M("0x2/0xffffffff"), NULL, 2},
    {"-A z -i eth0 -g a\n-A z " WEB M("0x2/0xffffffff") "-A PREROUTING " WEB M("0x3/0x3") "-A a " WEB M(
         "0x10/0xffffffff"),
     NULL, 3},
    {"-A z -i eth0 -g a\n-A z -j b\n-A a " WEB M("0x1/0xffffffff") "-A b " WEB M("0x2/0xffffffff"), NULL, 2},
    /* One that leads to another. */
    {"-A z -i eth0 -g a\n-A z " WEB M("0x3/0xffffffff") "-A a -s 10.0.0.0/8 -g b\n-A a " WEB M(
         "0x1/0xffffffff") "-A b " WEB M("0x2/0xffffffff"),
     NULL, 3},
    /* The same chain in two ways; nothing is lost. */
    {"-A z -i eth0 -g a\n-A z -g a\n-A a " WEB M("0x1/0xffffffff") "-A a " MAIL M("0x2/0xffffffff"), NULL, 4},
    /* Apart from each other, or with nothing behind. */
    {"-A z -i eth0 -g a\n-A z -i eth1 -g b\n-A a " WEB M("0x1/0xffffffff") "-A b " MAIL M("0x2/0xffffffff"),
     NULL, 2},
    {"-A z -d 192.0.2.1/32 -g a\n-A z -d 192.0.2.2/32 -p tcp -m tcp --dport 80 " M(
         "0x2/0xffffffff") "-A a " WEB M("0x1/0xffffffff"),
     NULL, 2},
    {"-A z -p udp -g a\n-A z " WEB M("0x2/0xffffffff") "-A a -d 192.0.2.1/32 -p udp -m udp --dport 80 " M(
         "0x1/0xffffffff"),
     NULL, 2},
    {"-A z " MAIL "-g a\n-A z " WEB M("0x2/0xffffffff") "-A a " M("0x1/0xffffffff"), NULL, 2},
    {"-A z " WEB M("0x2/0xffffffff") "-A z -i eth0 -g a\n-A a " MAIL M("0x1/0xffffffff"), NULL, 2},
    {"-A z " WEB M("0x2/0xffffffff") "-A z -i eth0 -g a\n-A PREROUTING " MAIL M("0x3/0xffffffff"), NULL, 2},
    /* What the goto takes would get a mark that it had not. */
    {"-A z -i eth0 -g a\n-A z -g b\n-A a " MAIL M("0x1/0xffffffff") "-A b " WEB M("0x2/0xffffffff"),
     TAKES "7", 1},
    {"-A z -i eth0 -g a\n-A z -g b\n-A a " WEB M("0x1/0xffffffff") "-A b " MANY M("0x2/0xffffffff"),
     TAKES "7", 1},
    {"-A z -i eth0 -g a\n-A z -g b\n-A a -s 10.0.0.0/8 " WEB M("0x1/0xffffffff") "-A b " WEB M(
         "0x2/0xffffffff"),
     TAKES "7", 1},
    {"-A z -i eth0 -g a\n-A z -g b\n-A a -i eth0 " WEB M("0x1/0xf") "-A b " WEB M("0x2/0xffffffff"),
     TAKES "7", 1},
    {"-A z -i eth+ -g a\n-A z -g b\n-A a -i eth0 " WEB M("0x1/0xffffffff") "-A b " WEB M("0x2/0xffffffff"),
     TAKES "7", 1},
    {"-A z -i eth0 -g a\n-A z -j b\n-A a " MAIL M("0x1/0xffffffff") "-A b " WEB M("0x2/0xffffffff"),
     TAKES "7", 1},
    {MAC_OUT "-A z " WEB "-i eth0 -g m\n-A z " WEB M("0x2/0xffffffff"), TAKES "10", 1},
    {"-A z -i eth0 -g a\n-A z -g b\n-A a " MAIL M("0x1/0xffffffff") "-A b " WEB M(
         "0x2/0xffffffff") "-A b " MAIL M("0x3/0xffffffff"),
     TAKES "7", 2},
    /* No packet gets there: it stays among the rules of others. */
    {"-A z -g a\n-A z " MAIL M("0x2/0xffffffff") "-A a " WEB M("0x1/0xffffffff"), "rule4 = -A z " MAIL, 1},
    /* A goto to no mark is one of those rules that end the walk. */
    {"-A z -i eth0 -g a\n-A z " WEB M("0x2/0xffffffff"), "what it ends the walk of gets no mark", 1},
};

START_TEST(test_by_hand)
{
    struct buf rules = {0};
    struct imported imported;
    struct equiv out;
    size_t services = 0;

    buf_printf(&rules, BEGIN "%sCOMMIT\n", cases[_i].rules);
    import_text(&imported, IMPORT_SAVE, rules.at, rules.len);
    ck_assert_uint_eq(diag_errors(&imported.diag), 0);
    for (const char *at = buf_text(&imported.text); (at = strstr(at, "[service ")); at++)
        services++;
    if (services != cases[_i].services || (cases[_i].left && !strstr(imported.text.at, cases[_i].left)))
        ck_abort_msg("%s\nmakes\n%s", rules.at, imported.text.at);
    if (!cases[_i].left && (imported.draft.remarks.n || !means_the_same(buf_text(&rules), &imported, &out)))
        ck_abort_msg("%s\nis not\n%s", buf_text(&rules), buf_text(&imported.text));
    imported_free(&imported);
    buf_free(&rules);
}
END_TEST

/* --- by chance --- */

#define PICK(c, list) list[chance_below(c, N_OF(list))]

static void put_rule(struct chance *c, struct buf *out, const char *chain, unsigned next)
{
    static const char *const places[] = {"",         "-i eth0 ", "-i eth0 ",
                                         "-i eth+ ", "-i eth1 ", "-s 10.0.0.0/8 "};
    static const char *const whats[] = {
        "-d 192.0.2.1/32 -p tcp -m tcp --dport 80 ", "-d 192.0.2.1/32 -p tcp -m tcp --dport 80:90 ",
        "-d 192.0.2.0/24 -p tcp -m multiport --dports 25,80 ", "-d 192.0.2.0/24 -p tcp "};

    buf_printf(out, "-A %s %s", chain, PICK(c, places));
    if (next < CHAINS && chance_one_in(c, 2))
        buf_printf(out, "-%c c%u\n", chance_one_in(c, 4) ? 'j' : 'g', next + chance_below(c, CHAINS - next));
    else
        buf_printf(out, "%s-j MARK --set-xmark %#x/%#x\n", PICK(c, whats), 1 + chance_below(c, 3),
                   chance_one_in(c, 4) ? 0xffU : UINT32_MAX);
}

static void put_rules(struct chance *c, struct buf *out)
{
    char name[16];

    buf_str(out, "*mangle\n:PREROUTING ACCEPT [0:0]\n");
    for (unsigned i = 0; i < CHAINS; i++)
        buf_printf(out, ":c%u - [0:0]\n", i);
    buf_str(out, "-A PREROUTING -j c0\n");
    for (unsigned i = 0, n = chance_below(c, 3); i < n; i++)
        put_rule(c, out, "PREROUTING", 0);
    for (unsigned i = 0; i < CHAINS; i++) {
        snprintf(name, sizeof name, "c%u", i);
        for (unsigned k = 0, n = 1 + chance_below(c, 3); k < n; k++)
            put_rule(c, out, name, i + 1);
    }
    buf_str(out, "COMMIT\n");
}

/* Where nothing is told, but for rules that no packet gets to, nothing differs. */
START_TEST(test_by_chance)
{
    struct chance c = {.state = 4711U + (uint64_t)_i};
    int whole = 0, moved = 0;

    for (int i = 0; i < ROUNDS; i++) {
        struct buf rules = {0};
        struct imported imported;
        struct equiv out;

        put_rules(&c, &rules);
        import_text(&imported, IMPORT_SAVE, rules.at, rules.len);
        MUST(diag_errors(&imported.diag) == 0);
        if (imported.draft.remarks.n == 0 && imported.draft.services.n) {
            if (!means_the_same(buf_text(&rules), &imported, &out))
                ck_abort_msg("%s\nis not\n%s", buf_text(&rules), buf_text(&imported.text));
            whole++;
            moved += strstr(buf_text(&rules), " -g ") && strstr(buf_text(&imported.text), "override");
        }
        imported_free(&imported);
        buf_free(&rules);
    }
    ck_assert_int_gt(whole, ROUNDS / 4);
    ck_assert_int_gt(moved, ROUNDS / 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import_goto");
    TCase *tcase = new_case(suite, "gotos");

    tcase_add_loop_test(tcase, test_by_hand, 0, N_OF(cases));
    tcase_add_loop_test(tcase, test_by_chance, 0, 3);
    return run_suite(suite);
}
