/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits are carried out on a list; what comes out must have lbgen's part as it is wanted, and all else as it
 * was. */
#include "check_model.h"

#define S(n)  "-A INPUT -s 10.0.0." #n "/32 -j DROP\n"
#define W(n)  "-A INPUT -d 192.0.2." #n "/32 " R("web") " -j ACCEPT\n"
#define B(n)  "-A INPUT -d 192.0.2." #n "/32 -j ACCEPT\n"
#define FINAL "-A INPUT " R("rules") " -j DROP\n"

/* A table's rules before, those wanted, and after; adopt where it is said. Table names are in front. */
static const struct {
    const char *live, *wanted, *after;
    bool adopt;
    size_t doubles;
} places[] = {
    /* for the first time: at the head in filter, at the end elsewhere */
    {"*filter\n" S(1) S(2), W(1) W(2), W(1) W(2) S(1) S(2), false, 0},
    {"*mangle\n" S(1) S(2), W(1) W(2), S(1) S(2) W(1) W(2), false, 0},
    {"*nat\n" S(1), W(1), S(1) W(1), false, 0},
    {"*raw\n", W(1), W(1), false, 0},
    {"*security\n" S(1), W(1), S(1) W(1), false, 0},
    /* where the first own rule is, also if that one goes */
    {"*filter\n" S(1) W(1) S(2), W(1) W(2), S(1) W(1) W(2) S(2), false, 0},
    {"*filter\n" S(1) W(9) S(2), W(1), S(1) W(1) S(2), false, 0},
    {"*mangle\n" S(1) W(9) S(2), W(1), S(1) W(1) S(2), false, 0},
    {"*mangle\n" S(1) W(1) W(2) S(2), W(2) W(1), S(1) W(2) W(1) S(2), false, 0},
    /* split: put together at the first */
    {"*filter\n" W(1) S(1) W(2) S(2) W(3), W(1) W(2) W(3), W(1) W(2) W(3) S(1) S(2), false, 0},
    {"*mangle\n" S(1) W(3) S(2) W(1) W(2), W(1) W(2) W(3), S(1) W(1) W(2) W(3) S(2), false, 0},
    /* all goes */
    {"*filter\n" S(1) W(1) S(2) FINAL, "", S(1) S(2), false, 0},
    {"*filter\n" S(1), "", S(1), false, 0},
    /* what ends the walk is a block of its own, at the end */
    {"*filter\n" S(1), W(1) FINAL, W(1) S(1) FINAL, false, 0},
    {"*mangle\n" S(1), W(1) FINAL, S(1) W(1) FINAL, false, 0},
    {"*filter\n" W(1) S(1), W(1) FINAL, W(1) S(1) FINAL, false, 0},
    {"*filter\n" S(1), FINAL W(1), S(1) FINAL W(1), false, 0},
    {"*filter\n", W(1) FINAL, W(1) FINAL, false, 0},
    /* ... or where it was, foreign rules behind it or not */
    {"*filter\n" W(1) S(1) FINAL S(2), W(1) W(2) FINAL, W(1) W(2) S(1) FINAL S(2), false, 0},
    {"*filter\n" S(1) FINAL S(2), W(1) FINAL, W(1) S(1) FINAL S(2), false, 0},
    /* never behind it */
    {"*mangle\n" S(1) FINAL S(2), W(1) FINAL, S(1) W(1) FINAL S(2), false, 0},
    {"*filter\n" S(1) FINAL W(1), W(1) FINAL, W(1) S(1) FINAL, false, 0},
    {"*mangle\n" S(1) FINAL W(1), W(1) FINAL, S(1) W(1) FINAL, false, 0},
    {"*mangle\n" FINAL S(1) W(1), W(1), W(1) S(1), false, 0},
    {"*filter\n" FINAL S(1) FINAL, W(1) FINAL, W(1) FINAL S(1), false, 0},
    /* a final rule of somebody else's is a rule like others */
    {"*filter\n-A INPUT -j DROP\n", W(1) FINAL, W(1) "-A INPUT -j DROP\n" FINAL, false, 1},
    {"*mangle\n-A INPUT -j DROP\n", W(1), "-A INPUT -j DROP\n" W(1), false, 0},
    /* made by hand: told of, or taken over at the block's place */
    {"*filter\n" S(1) B(1) S(2), W(1) W(2), W(1) W(2) S(1) B(1) S(2), false, 1},
    {"*filter\n" S(1) B(1) S(2), W(1) W(2), W(1) W(2) S(1) S(2), true, 0},
    {"*filter\n" S(1) B(1) B(2), W(1) W(2), W(1) W(2) S(1), true, 0},
    {"*filter\n" B(1) B(1) S(1), W(1), W(1) B(1) B(1) S(1), false, 1},
    {"*filter\n" B(1) B(1) S(1), W(1), W(1) B(1) S(1), true, 0},
    {"*filter\n" S(1) W(1) B(1), W(1), S(1) W(1) B(1), false, 1},
    {"*filter\n" S(1) W(1) B(1), W(1), S(1) W(1), true, 0},
    {"*filter\n" B(3) S(1), W(1), W(1) B(3) S(1), true, 0},
    /* ... which is theirs outside of filter, where lbgen has no rules yet: what stands behind them may end
       walks */
    {"*mangle\n" B(1) S(1), W(1), W(1) S(1), true, 0},
    {"*mangle\n" B(1) S(1), W(1), B(1) S(1) W(1), false, 1},
    {"*mangle\n" S(1) B(2) S(2) B(1) S(3), W(1) W(2) W(3), S(1) W(1) W(2) W(3) S(2) S(3), true, 0},
    {"*mangle\n" B(1) S(1) W(2), W(1) W(2), S(1) W(1) W(2), true, 0},
    {"*mangle\n" S(1) FINAL B(1), W(1) FINAL, S(1) W(1) FINAL, true, 0},
};

struct found {
    struct image live, wanted, after;
    struct edit edit;
    struct buf text;
    enum table table;
    bool good;
    struct complaint why;
};

static void find(struct found *f, const char *live, const char *wanted, enum table table, bool adopt)
{
    *f = (struct found){.table = table};
    read_image(live, &f->live);
    read_image(wanted, &f->wanted);
    f->good = delta_find(&f->live.of[table], &f->wanted.of[table], table, adopt, &f->edit, &f->why);
    model_reread(&f->live.of[table], &f->edit, &f->text, &f->after);
}

static void found_free(struct found *f)
{
    edit_free(&f->edit);
    image_free(&f->live);
    image_free(&f->wanted);
    image_free(&f->after);
    buf_free(&f->text);
}

static void print_rules(const struct image_table *t, struct buf *out)
{
    for (size_t i = 0; i < t->n; i++)
        for (size_t k = 0; k < t->at[i].n; k++) {
            buf_add(out, t->at[i].at[k].payload, t->at[i].at[k].len);
            buf_char(out, '\n');
        }
}

static enum table table_of(const char *text)
{
    enum table table = TABLES;

    ck_assert(table_find(text + 1, strcspn(text, "\n") - 1, &table));
    return table;
}

START_TEST(test_place)
{
    struct buf live = {0}, wanted = {0}, shown = {0};
    enum table table = table_of(places[_i].live);
    struct found f;

    buf_printf(&live, "%sCOMMIT\n", places[_i].live);
    buf_printf(&wanted, "*%s\n%sCOMMIT\n", table_names[table], places[_i].wanted);
    find(&f, buf_text(&live), buf_text(&wanted), table, places[_i].adopt);
    ck_assert(f.good);
    print_rules(&f.after.of[table], &shown);
    ck_assert_str_eq(buf_text(&shown), places[_i].after);
    ck_assert_uint_eq(f.edit.doubles.n, places[_i].doubles);
    found_free(&f);
    buf_free(&live);
    buf_free(&wanted);
    buf_free(&shown);
}
END_TEST

/* Foreign rules are named by no hunk, and what is right stays. */
START_TEST(test_least)
{
    struct found f;

    find(&f, "*filter\n[1:2] " W(1) "[3:4] " W(2) "[5:6] " S(1) "[7:8] " FINAL "COMMIT\n",
         "*filter\n" W(1) W(3) W(2) FINAL "COMMIT\n", TABLE_FILTER, false);
    ck_assert_uint_eq(f.edit.n, 1);
    ck_assert_uint_eq(f.edit.at[0].n, 1);
    ck_assert_uint_eq(f.edit.at[0].at[0].at, 1);
    ck_assert_uint_eq(f.edit.at[0].at[0].n_gone, 0);
    ck_assert_uint_eq(f.edit.n_added, 1);
    ck_assert_uint_eq(f.edit.n_gone, 0);
    ck_assert_ptr_null(f.edit.at[0].at[0].counters);
    found_free(&f);
    find(&f, "*filter\n" W(1) S(1) "COMMIT\n", "*filter\n" W(1) "COMMIT\n", TABLE_FILTER, false);
    ck_assert(edit_is_empty(&f.edit));
    found_free(&f);
}
END_TEST

/* A rule that moves, and one that is taken over, keep what they have counted. */
START_TEST(test_counters)
{
    struct found f;

    find(&f, "*filter\n[1:2] " S(1) "[3:4] " B(3) "[5:6] " W(1) "[7:8] " W(2) "COMMIT\n",
         "*filter\n" W(2) W(1) W(3) W(4) "COMMIT\n", TABLE_FILTER, true);
    const struct image_chain *chain = &f.after.of[TABLE_FILTER].at[0];
    ck_assert_uint_eq(chain->n, 5);
    ck_assert_uint_eq(chain->at[1].packets, 7);
    ck_assert_uint_eq(chain->at[1].bytes, 8);
    ck_assert_uint_eq(chain->at[2].packets, 5);
    ck_assert_uint_eq(chain->at[3].bytes, 4);
    ck_assert_uint_eq(chain->at[4].packets, 0);
    found_free(&f);
}
END_TEST

/* Chains come and go; policies as they are given. */
static const struct {
    const char *live, *wanted, *edit; /* CHAIN[-+][>POLICY] ADDED GONE; */
} chains[] = {
    {"*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", "*filter\n:lbgen.a - [0:0]\nCOMMIT\n", "lbgen.a+ 0;"},
    {"*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", "*filter\n:lbgen.a - [0:0]\n-A lbgen.a -j RETURN\nCOMMIT\n",
     "lbgen.a+ 1;"},
    {"*filter\n:lbgen.a - [0:0]\n-A lbgen.a -j RETURN\nCOMMIT\n", "*filter\nCOMMIT\n", "lbgen.a- 0;"},
    {"*filter\n:lbgen.a - [0:0]\nCOMMIT\n", "*filter\n:lbgen.a - [0:0]\nCOMMIT\n", ""},
    {"*filter\n:lbgen.a - [0:0]\n-A lbgen.a\nCOMMIT\n", "*filter\n:lbgen.a - [0:0]\nCOMMIT\n", "lbgen.a 1;"},
    {"*filter\n:DOCKER - [0:0]\n-A DOCKER -j RETURN\nCOMMIT\n", "*filter\nCOMMIT\n", ""},
    {"*filter\n:DOCKER - [0:0]\n-A DOCKER " R("web") " -j RETURN\nCOMMIT\n", "*filter\nCOMMIT\n",
     "DOCKER 1;"},
    {"*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n", "INPUT>2 0;"},
    {"*filter\n:INPUT DROP [0:0]\nCOMMIT\n", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", "INPUT>1 0;"},
    {"*filter\n:INPUT DROP [0:0]\nCOMMIT\n", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n", ""},
    {"*filter\n:INPUT DROP [0:0]\nCOMMIT\n", "*filter\nCOMMIT\n", ""},
    {"", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", ""},
    {"", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n", "INPUT>2 0;"},
    {"", "*filter\n" W(1) "COMMIT\n", "INPUT 1;"},
    {"", "", ""},
};

START_TEST(test_chains)
{
    struct found f;
    struct buf shown = {0};

    find(&f, chains[_i].live, chains[_i].wanted, TABLE_FILTER, false);
    ck_assert(f.good);
    for (size_t i = 0; i < f.edit.n; i++) {
        const struct chain_edit *e = &f.edit.at[i];

        buf_printf(&shown, "%s%s", e->chain, e->gone ? "-" : e->live || e->builtin ? "" : "+");
        if (e->policy != e->policy_before)
            buf_printf(&shown, ">%d", e->policy);
        buf_printf(&shown, " %zu;", e->n);
    }
    ck_assert_str_eq(buf_text(&shown), chains[_i].edit);
    buf_free(&shown);
    found_free(&f);
}
END_TEST

/* Whether a rule that leads to a chain which goes stands in the way. */
static const struct {
    const char *live, *wanted, *why; /* NULL: it does not */
} jumps[] = {
    {"*filter\n:DOCKER - [0:0]\n:lbgen.a - [0:0]\n-A DOCKER\n-A DOCKER -s 10.0.0.1/32 -j lbgen.a\nCOMMIT\n",
     "*filter\nCOMMIT\n",
     "table filter: rule 2 of chain DOCKER leads to chain lbgen.a, which is lbgen's and goes away; take the "
     "rule out first"},
    {"*filter\n:lbgen.a - [0:0]\n-A INPUT -g lbgen.a\nCOMMIT\n", "*filter\n:lbgen.b - [0:0]\nCOMMIT\n",
     "table filter: rule 1 of chain INPUT leads to chain lbgen.a, which is lbgen's and goes away; take the "
     "rule out first"},
    {"*filter\n:lbgen.a - [0:0]\n-A INPUT -g lbgen.a\nCOMMIT\n", "*filter\n:lbgen.a - [0:0]\nCOMMIT\n", NULL},
    {"*filter\n:lbgen.a - [0:0]\n-A INPUT " R("a") " -j lbgen.a\nCOMMIT\n", "*filter\nCOMMIT\n", NULL},
    {"*filter\n:lbgen.a - [0:0]\n:lbgen.b - [0:0]\n-A lbgen.b -j lbgen.a\nCOMMIT\n", "*filter\nCOMMIT\n",
     NULL},
    {"*filter\n:lbgen.a - [0:0]\n-A INPUT -m comment --comment lbgen.a -j DROP\nCOMMIT\n",
     "*filter\nCOMMIT\n", NULL},
};

START_TEST(test_jumps)
{
    struct found f;

    find(&f, jumps[_i].live, jumps[_i].wanted, TABLE_FILTER, false);
    ck_assert_int_eq(f.good, jumps[_i].why == NULL);
    if (jumps[_i].why)
        ck_assert_str_eq(f.why.text, jumps[_i].why);
    found_free(&f);
}
END_TEST

START_TEST(test_doubles)
{
    struct found f;

    find(&f, "*filter\n" S(1) B(1) B(2) "-A FORWARD -d 192.0.2.1/32 -j ACCEPT\nCOMMIT\n",
         "*filter\n" W(2) "COMMIT\n", TABLE_FILTER, false);
    ck_assert_uint_eq(f.edit.doubles.n, 1);
    ck_assert_str_eq(f.edit.doubles.at[0].chain, "INPUT");
    ck_assert_ptr_eq(f.edit.doubles.at[0].rule, &f.live.of[TABLE_FILTER].at[0].at[2]);
    found_free(&f);
}
END_TEST

static Suite *delta_suite(void)
{
    Suite *s = suite_create("delta");
    TCase *t = new_case(s, "delta");

    tcase_add_loop_test(t, test_place, 0, N_OF(places));
    tcase_add_test(t, test_least);
    tcase_add_test(t, test_counters);
    tcase_add_loop_test(t, test_chains, 0, N_OF(chains));
    tcase_add_loop_test(t, test_jumps, 0, N_OF(jumps));
    tcase_add_test(t, test_doubles);
    return s;
}

int main(void)
{
    return run_suite(delta_suite());
}
