/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables-nft-restore takes commands, not a result, and finds rules in its own way.
 *
 * -D CHAIN SPEC takes out the first rule that equals SPEC; a number would take out somebody else's rule if
 * the chain had changed since it was read. So where a rule goes that has an equal in front of it which stays,
 * that one is taken out too and comes again at its place, with its counters. (ip6tables 1.8.9 does not
 * compare the lengths of prefixes, so rules that differ in these alone count as equal here. Nor does it let a
 * rule begin with counters: what moves or comes again counts from 0 in IPv6.) Each search compares rule by
 * rule from the chain's head, 2.7 microseconds each: where many rules go from among many that stay, lbgen's
 * own in between come again too, which makes the searches short.
 *
 * -I CHAIN N SPEC puts a rule before number N. A run of rules goes in last one first, each at the same
 * number: at growing numbers they cost three times as much. At the chain's end -A does it and at its head -I
 * without a number, both without any search.
 *
 * All commands of a table are one transaction. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/edit_restore.h"
#include "lbgen/vec.h"
#include "lbgen/words.h"
#include "lbgen/xalloc.h"

/* Comparisons that deletions may cost: about a second's worth. */
enum { SEARCH_MAX = 400 * 1000 };

enum fate { STAYS, GOES, COMES_AGAIN };

/* A rule that goes in. */
struct entry {
    const struct image_rule *rule;
    uint64_t packets, bytes;
};

/* What becomes of one chain. */
struct chain_plan {
    const struct chain_edit *edit;
    size_t n;            /* rules there are now */
    unsigned char *fate; /* of each */
    struct {
        struct entry *at;
        size_t n, cap;
    } run; /* rules that go in at one place */
};

/* --- which rules are taken out --- */

struct keyed {
    uint64_t key;
    size_t at;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The last of the rules that go with this key; 0 when there is none (a rule that stays before number 0 does
 * not exist). */
static size_t last_with_key(const struct keyed *gone, size_t n, uint64_t key)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (gone[middle].key <= key)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && gone[low - 1].key == key ? gone[low - 1].at : 0;
}

static bool is_address_option(const char *text, size_t len)
{
    return len == 2 && text[0] == '-' && (text[1] == 's' || text[1] == 'd');
}

/* Rules that -D takes for the same have the same: words, without the lengths of IPv6 prefixes; an address of
 * all zeros is like none at all. */
static uint64_t search_key(const struct image_rule *rule)
{
    const char *line = rule->payload;
    struct word word = {0};
    uint64_t key = 0;

    word_next(line, rule->len, &word);
    word_next(line, rule->len, &word); /* -A CHAIN */
    while (word_next(line, rule->len, &word)) {
        struct word value = word;

        if (!is_address_option(line + word.at, word.len) || !word_next(line, rule->len, &value) ||
            !memchr(line + value.at, ':', value.len)) {
            key = image_hash(key, line + word.at, word.len);
            continue;
        }
        const char *slash = memchr(line + value.at, '/', value.len);
        size_t len = slash ? (size_t)(slash - line) - value.at : value.len;
        if (len > 2) { /* not :: */
            key = image_hash(key, line + word.at, word.len);
            key = image_hash(key, line + value.at, len);
        }
        word = value;
    }
    return key;
}

/* Equal rules before one that goes. */
static void take_out_equals(struct chain_plan *plan)
{
    struct {
        struct keyed *at;
        size_t n, cap;
    } gone = {0};

    for (size_t i = 0; i < plan->n; i++)
        if (plan->fate[i] == GOES)
            *VEC_ADD(&gone) = (struct keyed){search_key(&plan->edit->live->at[i]), i};
    if (gone.n)
        qsort(gone.at, gone.n, sizeof *gone.at, by_key);
    for (size_t i = 0; gone.n && i < plan->n; i++)
        if (plan->fate[i] == STAYS &&
            last_with_key(gone.at, gone.n, search_key(&plan->edit->live->at[i])) > i)
            plan->fate[i] = COMES_AGAIN;
    free(gone.at);
}

/* Own rules that stay before the last one that goes, where these make the searches long. */
static void shorten_searches(struct chain_plan *plan)
{
    size_t stay = 0, cost = 0, last = 0;

    for (size_t i = 0; i < plan->n; i++) {
        if (plan->fate[i] == STAYS) {
            stay++;
        } else {
            cost += stay;
            last = i;
        }
    }
    for (size_t i = 0; cost > SEARCH_MAX && i < last; i++)
        if (plan->fate[i] == STAYS && image_rule_is_own(plan->edit->live, &plan->edit->live->at[i]))
            plan->fate[i] = COMES_AGAIN;
}

static struct chain_plan make_plan(const struct chain_edit *edit)
{
    struct chain_plan plan = {.edit = edit, .n = edit->live ? edit->live->n : 0};

    plan.fate = xcalloc(plan.n, sizeof *plan.fate);
    for (size_t h = 0; h < edit->n; h++)
        for (size_t i = 0; i < edit->at[h].n_gone; i++)
            plan.fate[edit->at[h].at + i] = GOES;
    take_out_equals(&plan);
    shorten_searches(&plan);
    return plan;
}

static void free_plan(struct chain_plan *plan)
{
    free(plan->fate);
    free(plan->run.at);
}

/* --- printing --- */

/* What stands behind "-A CHAIN" in a line, with the blank in front. */
static void print_spec(const struct image_rule *rule, struct buf *out)
{
    const char *line = rule->payload;
    struct word word = {0};

    word_next(line, rule->len, &word);
    word_next(line, rule->len, &word);
    buf_add(out, line + word.at + word.len, rule->len - word.at - word.len);
    buf_char(out, '\n');
}

static void print_deletions(const struct chain_plan *plan, struct buf *out)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->fate[i] != STAYS) {
            buf_str(out, "-D ");
            buf_str(out, plan->edit->chain);
            print_spec(&plan->edit->live->at[i], out);
        }
}

/* number: before which rule, 1 the first; 0: at the end. */
static void print_entry(const struct chain_plan *plan, const struct entry *entry, size_t number,
                        struct buf *out)
{
    buf_str(out, number ? "-I " : "-A ");
    buf_str(out, plan->edit->chain);
    if (number > 1)
        buf_printf(out, " %zu", number);
    if (entry->packets || entry->bytes)
        buf_printf(out, " -c %llu %llu", (unsigned long long)entry->packets,
                   (unsigned long long)entry->bytes);
    print_spec(entry->rule, out);
}

/* The run goes in behind `before` rules, at the chain's end if it is last. */
static void print_run(struct chain_plan *plan, size_t before, bool last, struct buf *out)
{
    for (size_t i = 0; i < plan->run.n; i++)
        print_entry(plan, &plan->run.at[last ? i : plan->run.n - 1 - i], last ? 0 : before + 1, out);
    plan->run.n = 0;
}

static void add_hunk(struct chain_plan *plan, const struct hunk *hunk)
{
    for (size_t i = 0; i < hunk->n_added; i++)
        *VEC_ADD(&plan->run) = (struct entry){.rule = hunk->added[i],
                                              .packets = hunk->counters ? hunk->counters[i][0] : 0,
                                              .bytes = hunk->counters ? hunk->counters[i][1] : 0};
}

static void add_again(struct chain_plan *plan, const struct image_rule *rule)
{
    *VEC_ADD(&plan->run) = (struct entry){rule, rule->packets, rule->bytes};
}

static void print_insertions(struct chain_plan *plan, struct buf *out)
{
    const struct chain_edit *edit = plan->edit;
    size_t before = 0;

    for (size_t i = 0, h = 0; i <= plan->n; i++) {
        if (h < edit->n && edit->at[h].at == i)
            add_hunk(plan, &edit->at[h++]);
        if (i == plan->n)
            break;
        if (plan->fate[i] == COMES_AGAIN)
            add_again(plan, &edit->live->at[i]);
        if (plan->fate[i] == STAYS) {
            size_t run = plan->run.n;

            print_run(plan, before, false, out);
            before += run + 1;
        }
    }
    print_run(plan, before, true, out);
}

/* Chains that are made, and policies that change. */
static void print_declaration(const struct chain_edit *edit, struct buf *out)
{
    if (!edit->live && !edit->builtin && !edit->gone)
        buf_printf(out, ":%s - [0:0]\n", edit->chain);
    if (edit->builtin && edit->policy != edit->policy_before && edit->policy != POLICY_NONE)
        buf_printf(out, ":%s %s [%llu:%llu]\n", edit->chain, edit->policy == POLICY_DROP ? "DROP" : "ACCEPT",
                   edit->live ? (unsigned long long)edit->live->packets : 0,
                   edit->live ? (unsigned long long)edit->live->bytes : 0);
}

static void print_gone(const struct edit *edit, const char *command, struct buf *out)
{
    for (size_t i = 0; i < edit->n; i++)
        if (edit->at[i].gone)
            buf_printf(out, "%s %s\n", command, edit->at[i].chain);
}

void edit_restore_print(const struct edit *edit, struct buf *out)
{
    struct chain_plan *plans = xcalloc(edit->n, sizeof *plans);

    if (edit->n)
        buf_printf(out, "*%s\n", table_names[edit->table]);
    /* From the last name to the first: the program keeps chains in a sorted list, and looks for the place of
     * a new one from its beginning. */
    for (size_t i = edit->n; i-- > 0;) {
        print_declaration(&edit->at[i], out);
        if (!edit->at[i].gone)
            plans[i] = make_plan(&edit->at[i]);
    }
    /* What leads to a chain that goes is taken out before it. */
    for (size_t i = 0; i < edit->n; i++)
        print_deletions(&plans[i], out);
    print_gone(edit, "-F", out);
    print_gone(edit, "-X", out);
    for (size_t i = 0; i < edit->n; i++) {
        if (!edit->at[i].gone)
            print_insertions(&plans[i], out);
        free_plan(&plans[i]);
    }
    if (edit->n)
        buf_str(out, "COMMIT\n");
    free(plans);
}
