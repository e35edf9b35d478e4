/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "check_edit.h"

/* --- texts --- */

static const char live_text[] = "*filter\n"
                                ":INPUT ACCEPT [5:6]\n"
                                ":lbgen.old - [0:0]\n"
                                ":lbgen.older - [0:0]\n"
                                "[1:2] -A INPUT -s 10.0.0.1/32 -j ACCEPT\n"
                                "[3:4] -A INPUT -m comment --comment \"lbgen:a\"\n"
                                "[5:6] -A INPUT -m comment --comment \"lbgen:b\"\n"
                                "[7:8] -A INPUT -m comment --comment \"lbgen:a\"\n"
                                "-A INPUT -j DROP\n"
                                "-A lbgen.old -j lbgen.older\n"
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

    edit_restore_print(&edit, &out);
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

START_TEST(test_head)
{
    begin("INPUT");
    ADD_HUNK(&edit, 0, 0, "-A INPUT -j one", "-A INPUT -j two");
    prints("*filter\n-I INPUT -j two\n-I INPUT -j one\nCOMMIT\n");
}
END_TEST

START_TEST(test_end)
{
    begin("INPUT");
    ADD_HUNK(&edit, 5, 0, "-A INPUT -j one", "-A INPUT -j two");
    prints("*filter\n-A INPUT -j one\n-A INPUT -j two\nCOMMIT\n");
}
END_TEST

/* Numbers are those of the final chain; counters come along. */
START_TEST(test_middle)
{
    static const char *const counted[] = {"-A INPUT -s 10.0.0.3/32 -j three"};

    begin("INPUT");
    ADD_HUNK(&edit, 1, 1, "-A INPUT -j one", "-A INPUT -j two");
    add_hunk(&edit, 4, 0, counted, 1, true);
    prints("*filter\n-D INPUT " R("a") "\n"
                                       "-I INPUT 2 -j two\n-I INPUT 2 -j one\n"
                                       "-I INPUT 6 -c 100 200 -s 10.0.0.3/32 -j three\nCOMMIT\n");
}
END_TEST

/* -D takes the first of two equal rules: where the second goes, both do, and the first comes again. */
START_TEST(test_second_of_two)
{
    begin("INPUT");
    add_hunk(&edit, 3, 1, NULL, 0, false);
    prints("*filter\n-D INPUT " R("a") "\n-D INPUT " R("a") "\n"
                                                            "-I INPUT 2 -c 3 4 " R("a") "\nCOMMIT\n");
}
END_TEST

START_TEST(test_first_of_two)
{
    begin("INPUT");
    add_hunk(&edit, 1, 1, NULL, 0, false);
    prints("*filter\n-D INPUT " R("a") "\nCOMMIT\n");
}
END_TEST

START_TEST(test_chains)
{
    begin("INPUT");
    edit.at[0].policy = POLICY_DROP;
    begin("OUTPUT"); /* not in the kernel */
    edit.at[1].policy = POLICY_DROP;
    begin("FORWARD");
    ADD_HUNK(&edit, 0, 0, "-A FORWARD -j lbgen.new");
    begin("lbgen.new");
    ADD_HUNK(&edit, 0, 0, "-A lbgen.new -j RETURN");
    begin("lbgen.old");
    edit.at[4].gone = true;
    begin("lbgen.older");
    edit.at[5].gone = true;
    prints("*filter\n:lbgen.new - [0:0]\n:OUTPUT DROP [0:0]\n:INPUT DROP [5:6]\n"
           "-F lbgen.old\n-F lbgen.older\n-X lbgen.old\n-X lbgen.older\n"
           "-A FORWARD -j lbgen.new\n-A lbgen.new -j RETURN\nCOMMIT\n");
}
END_TEST

/* --- a chain that carries commands out, as iptables-nft-restore does --- */

struct model_rule {
    char spec[96];
    unsigned long long packets, bytes;
    int id; /* -1: it came */
};

static struct model {
    struct model_rule *at;
    size_t n, cap;
} model;

static void insert_rule(size_t place, struct model_rule rule)
{
    MUST(place <= model.n);
    (void)VEC_ADD(&model);
    memmove(&model.at[place + 1], &model.at[place], (model.n - 1 - place) * sizeof rule);
    model.at[place] = rule;
}

/* Whether ip6tables takes them for the same: it forgets to compare the lengths of prefixes. */
static bool equal_specs(const char *a, const char *b)
{
    if (strncmp(a, "-d ::/128 ", 10) == 0)
        a += 10;
    if (strncmp(b, "-d ::/128 ", 10) == 0)
        b += 10;
    while (*a && *a == *b) {
        if (*a == '/') {
            a += strspn(a + 1, "0123456789");
            b += strspn(b + 1, "0123456789");
        }
        a++;
        b++;
    }
    return *a == *b;
}

static void delete_rule(const char *spec)
{
    size_t i = 0;

    while (i < model.n && !equal_specs(model.at[i].spec, spec))
        i++;
    MUST(i < model.n);
    model.n--;
    memmove(&model.at[i], &model.at[i + 1], (model.n - i) * sizeof *model.at);
}

/* "-I CHAIN [NUMBER] [-c PACKETS BYTES] SPEC" and the like, without newline. */
static void carry_out(char *line)
{
    struct model_rule rule = {.id = -1};
    char command = line[1];
    char *rest = strchr(line + 3, ' ') + 1;
    unsigned long number = 1;

    if (command == 'D') {
        delete_rule(rest);
        return;
    }
    MUST(command == 'I' || command == 'A');
    if (*rest >= '0' && *rest <= '9')
        number = strtoul(rest, &rest, 10);
    rest += *rest == ' ';
    if (strncmp(rest, "-c ", 3) == 0) {
        rule.packets = strtoull(rest + 3, &rest, 10);
        rule.bytes = strtoull(rest + 1, &rest, 10);
        rest++;
    }
    snprintf(rule.spec, sizeof rule.spec, "%s", rest);
    insert_rule(command == 'A' ? model.n : number - 1, rule);
}

static void run_commands(char *text)
{
    char *next;

    for (char *line = text; *line; line = next) {
        next = strchr(line, '\n');
        MUST(next);
        *next++ = '\0';
        if (*line == '-')
            carry_out(line);
    }
}

/* What the rule's payload says behind "-A CHAIN ". */
static bool has_spec(const struct image_rule *rule, const char *spec)
{
    const char *from = memchr((const char *)rule->payload + 3, ' ', rule->len - 3);
    size_t len = (size_t)((const char *)rule->payload + rule->len - (from + 1));

    return strlen(spec) == len && memcmp(spec, from + 1, len) == 0;
}

static void put_into_model(const struct image_chain *chain)
{
    model.n = 0;
    for (size_t i = 0; i < chain->n; i++) {
        const struct image_rule *rule = &chain->at[i];
        struct model_rule r = {.packets = rule->packets, .bytes = rule->bytes, .id = (int)i};
        const char *spec = memchr((const char *)rule->payload + 3, ' ', rule->len - 3);

        snprintf(r.spec, sizeof r.spec, "%.*s", (int)((const char *)rule->payload + rule->len - (spec + 1)),
                 spec + 1);
        insert_rule(model.n, r);
    }
}

/* The model's rule number i is this one of the live chain: it has its counters, and is the very same if it is
 * foreign. */
static void is_the_old(size_t i, const struct image_chain *chain, size_t number)
{
    const struct image_rule *rule = &chain->at[number];

    MUST(i < model.n && has_spec(rule, model.at[i].spec));
    MUST(model.at[i].packets == rule->packets && model.at[i].bytes == rule->bytes);
    MUST(image_rule_is_own(chain, rule) || model.at[i].id == (int)number);
}

/* The model is what the edit's only chain has to become. */
static void model_is_edited(const struct chain_edit *e)
{
    size_t i = 0, old = 0;

    for (size_t h = 0; h <= e->n; h++) {
        size_t end = h < e->n ? e->at[h].at : e->live->n;

        while (old < end)
            is_the_old(i++, e->live, old++);
        if (h == e->n)
            break;
        for (size_t k = 0; k < e->at[h].n_added; k++, i++) {
            MUST(i < model.n && has_spec(e->at[h].added[k], model.at[i].spec));
            MUST(model.at[i].packets == (e->at[h].counters ? e->at[h].counters[k][0] : 0));
        }
        old += e->at[h].n_gone;
    }
    MUST(i == model.n);
}

static size_t edit_model(void)
{
    struct buf out = {0};
    size_t lines = 0;

    put_into_model(edit.at[0].live);
    edit_restore_print(&edit, &out);
    for (const char *p = buf_text(&out); (p = strchr(p, '\n')); p++)
        lines++;
    run_commands((char *)(uintptr_t)buf_text(&out));
    buf_free(&out);
    model_is_edited(&edit.at[0]);
    return lines;
}

/* --- any edits --- */

/* A chain of few different rules, so that equal ones meet; foreign ones differ from lbgen's. */
static void make_live(struct chance *c, const char *chain, struct buf *text)
{
    static const char *const addresses[] = {"", "", "-d ::/128 ", "-d 2001:db8::/32 ", "-d 2001:db8::/48 "};
    size_t n = chance_below(c, 12);

    buf_printf(text, "*filter\n:%s - [0:0]\n", chain);
    for (size_t i = 0; i < n; i++)
        if (chance_one_in(c, 3))
            buf_printf(text, "[%zu:%zu] -A %s -s 10.0.0.%u/32 -j foreign\n", i + 1, i + 2, chain,
                       chance_below(c, 3));
        else
            buf_printf(text, "[%zu:%zu] -A %s %s" R("%u") "\n", i + 1, i + 2, chain,
                       addresses[chance_below(c, N_OF(addresses))], chance_below(c, 3));
    buf_str(text, "COMMIT\n");
}

static void make_hunks(struct chance *c, const struct image_chain *chain)
{
    static const char *const lines[] = {"-A C " R("0"), "-A C " R("1"), "-A C " R("7"), "-A C " R("8")};

    for (size_t at = chance_below(c, 4); at <= chain->n; at += 1 + chance_below(c, 4)) {
        size_t gone = 0, n = chance_below(c, 4);

        while (chance_one_in(c, 2) && at + gone < chain->n && image_rule_is_own(chain, &chain->at[at + gone]))
            gone++;
        if (gone + n)
            add_hunk(&edit, at, gone, lines + chance_below(c, 2), n < 3 ? n : 2, chance_one_in(c, 2));
        at += gone;
    }
}

START_TEST(test_chance)
{
    struct chance chance = {20261125};

    for (int round = 0; round < 20000; round++) {
        const char *name = round % 2 ? "INPUT" : "lbgen.x";
        struct buf text = {0};

        live = (struct image){0};
        edit = (struct edit){.table = TABLE_FILTER};
        make_live(&chance, name, &text);
        read_image(buf_text(&text), &live);
        begin(name);
        make_hunks(&chance, edit.at[0].live);
        edit_model();
        edit_free(&edit);
        image_free(&live);
        buf_free(&text);
    }
    free(model.at);
    model = (struct model){0};
}
END_TEST

/* Every second of many rules goes: the searches of 3,000 deletions stay short. */
START_TEST(test_many_deletions)
{
    enum { RULES = 6000 };
    struct buf text = {0};

    live = (struct image){0};
    edit = (struct edit){.table = TABLE_FILTER};
    buf_str(&text, "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j foreign\n");
    for (int i = 0; i < RULES; i++)
        buf_printf(&text, "[%d:1] -A INPUT -s 10.0.%d.%d/32 " R("x") "\n", i, i >> 8, i & 255);
    buf_str(&text, "-A INPUT -j foreign\nCOMMIT\n");
    read_image(buf_text(&text), &live);
    begin("INPUT");
    for (size_t i = 1; i <= RULES; i += 2)
        add_hunk(&edit, i, 1, NULL, 0, false);
    ck_assert_uint_gt(edit_model(), RULES);
    edit_free(&edit);
    image_free(&live);
    buf_free(&text);
    free(model.at);
    model = (struct model){0};
}
END_TEST

static Suite *edit_restore_suite(void)
{
    Suite *s = suite_create("edit_restore");
    TCase *texts = new_case(s, "texts"), *models = new_case(s, "models");

    tcase_add_checked_fixture(texts, setup, teardown);
    tcase_add_test(texts, test_nothing);
    tcase_add_test(texts, test_head);
    tcase_add_test(texts, test_end);
    tcase_add_test(texts, test_middle);
    tcase_add_test(texts, test_second_of_two);
    tcase_add_test(texts, test_first_of_two);
    tcase_add_test(texts, test_chains);
    tcase_add_test(models, test_chance);
    tcase_add_test(models, test_many_deletions);
    return s;
}

int main(void)
{
    return run_suite(edit_restore_suite());
}
