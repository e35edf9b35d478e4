/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libiptc/libiptc.h>

#include "lbgen/legacy_edit.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt_entry.h"

enum { LEFT_FOR_LATER = 16 /* one chain of so many that go */ };
enum { WALK_MAX = 20 * 1000 * 1000 /* steps, of some nanoseconds each */ };

/* An edit on its way into a handle. */
struct work {
    const struct legacy_tc *tc;
    struct xtc_handle *h;
    const struct edit *edit;
    struct complaint *why;
    uint64_t *entry; /* room for a rule, aligned */
    size_t room;
};

static bool refused(const struct work *w, const char *chain, const char *what)
{
    int error = errno;

    return complain(w->why, 0, 0, "table %s, chain %s: %s: %s", table_names[w->edit->table], chain, what,
                    w->tc->strerror(error));
}

/* A rule as libiptc takes it: its counters set, and where a standard target leads written into it. */
static const void *ready(struct work *w, const struct image_rule *rule, const uint64_t *counters)
{
    const struct xt_counters c = {counters ? counters[0] : 0, counters ? counters[1] : 0};
    uint16_t at;

    if (!w->entry || w->room < rule->len) {
        w->entry = xrealloc(w->entry, 2, rule->len);
        w->room = (size_t)2 * rule->len;
    }
    char *entry = (char *)w->entry;
    memcpy(entry, rule->payload, rule->len);
    memcpy(entry + w->tc->counters_at, &c, sizeof c);
    memcpy(&at, entry + w->tc->target_offset_at, sizeof at);
    struct xt_entry_target *target = (struct xt_entry_target *)(entry + at);
    if (target->u.user.target_size == XT_ALIGN(sizeof(struct xt_standard_target)) &&
        (target->u.user.name[0] == '\0' || strcmp(target->u.user.name, rule->jump) == 0)) {
        memset(target->u.user.name, 0, sizeof target->u.user.name);
        strncpy(target->u.user.name, rule->jump, sizeof target->u.user.name - 1);
    }
    return entry;
}

/* libiptc walks to a rule's number from the nearer end of the chain. So rules go from the last to the first,
 * and come at one and the same number, the last one first. */
static bool apply_hunk(struct work *w, const char *chain, const struct hunk *hunk, size_t *n)
{
    for (size_t i = hunk->at + hunk->n_gone; i > hunk->at; i--)
        if (!w->tc->delete_rule(chain, (unsigned)(i - 1), w->h))
            return refused(w, chain, "a rule can't be taken out");
    *n -= hunk->n_gone;
    bool at_end = hunk->at == *n;
    for (size_t i = 0; i < hunk->n_added; i++) {
        size_t number = at_end ? i : hunk->n_added - 1 - i;
        const void *entry = ready(w, hunk->added[number], hunk->counters ? hunk->counters[number] : NULL);

        if (!(at_end ? w->tc->append(chain, entry, w->h)
                     : w->tc->insert(chain, entry, (unsigned)hunk->at, w->h)))
            return refused(w, chain, "a rule can't be put in");
    }
    *n += hunk->n_added;
    return true;
}

/* Steps that libiptc walks to where rules come and go. */
static size_t walk_cost(const struct chain_edit *edit, size_t n)
{
    size_t cost = 0;

    for (size_t i = 0; i < edit->n; i++) {
        const struct hunk *h = &edit->at[i];
        size_t from_end = n - h->at;

        cost += (h->n_added + h->n_gone) * (h->at < from_end ? h->at : from_end);
    }
    return cost;
}

/* What the chain's rules have counted, as the handle knows it. */
static uint64_t (*counters_of(const struct work *w, const struct chain_edit *edit))[2]
{
    uint64_t(*counters)[2] = xcalloc(edit->live->n, sizeof *counters);
    const void *e = w->tc->first_rule(edit->chain, w->h);

    for (size_t i = 0; e && i < edit->live->n; e = w->tc->next_rule(e, w->h), i++) {
        struct xt_counters c;

        memcpy(&c, (const char *)e + w->tc->counters_at, sizeof c);
        counters[i][0] = c.pcnt;
        counters[i][1] = c.bcnt;
    }
    return counters;
}

static bool append_rules(struct work *w, const struct chain_edit *edit, size_t from, size_t to,
                         uint64_t (*counters)[2])
{
    for (size_t i = from; i < to; i++)
        if (!w->tc->append(edit->chain, ready(w, &edit->live->at[i], counters[i]), w->h))
            return refused(w, edit->chain, "a rule can't be put in");
    return true;
}

/* The whole chain anew, for edits that would cost a walk over it too often: linear, but what rules that stay
 * count between the reading of the table and its commit is lost. */
static bool rebuild_chain(struct work *w, const struct chain_edit *edit)
{
    uint64_t(*counters)[2] = counters_of(w, edit);
    bool good = w->tc->flush(edit->chain, w->h) || refused(w, edit->chain, "it can't be emptied");
    size_t next = 0, n;

    for (size_t i = 0; good && i < edit->n; i++) {
        struct hunk hunk = edit->at[i];

        good = append_rules(w, edit, next, hunk.at, counters);
        next = hunk.at + hunk.n_gone;
        hunk.n_gone = hunk.at = n = 0;
        good = good && apply_hunk(w, edit->chain, &hunk, &n);
    }
    good = good && append_rules(w, edit, next, edit->live->n, counters);
    free(counters);
    return good;
}

static bool apply_chain(struct work *w, const struct chain_edit *edit)
{
    size_t n = edit->live ? edit->live->n : 0;

    if (edit->gone || (edit->n == 1 && n > 0 && edit->at[0].n_gone == n)) {
        if (!w->tc->flush(edit->chain, w->h))
            return refused(w, edit->chain, "it can't be emptied");
        if (edit->gone)
            return true;
        struct hunk all = edit->at[0];
        all.n_gone = n = 0;
        return apply_hunk(w, edit->chain, &all, &n);
    }
    if (edit->live && walk_cost(edit, n) > WALK_MAX)
        return rebuild_chain(w, edit);
    for (size_t i = edit->n; i-- > 0;)
        if (!apply_hunk(w, edit->chain, &edit->at[i], &n))
            return false;
    return true;
}

/* From the last name to the first: libiptc, which keeps chains sorted, walks over those of the same part of
 * its index that stand in front of a new one, up to some hundreds, twice. */
static bool make_chains(struct work *w)
{
    for (size_t i = w->edit->n; i-- > 0;) {
        const struct chain_edit *e = &w->edit->at[i];

        if (!e->live && !e->builtin && !w->tc->create_chain(e->chain, w->h))
            return refused(w, e->chain, "it can't be made");
    }
    return true;
}

/* libiptc's index has an entry for every 40 chains, and is made anew, with a walk over all chains, whenever
 * the last of these goes. So some of each are left for a second round, in which there are few. */
static bool drop_chains(struct work *w)
{
    for (int round = 0; round < 2; round++) {
        size_t n = 0;

        for (size_t i = 0; i < w->edit->n; i++) {
            const struct chain_edit *e = &w->edit->at[i];

            if (!e->gone || (n++ % LEFT_FOR_LATER == 0) != (round == 1))
                continue;
            if (!w->tc->delete_chain(e->chain, w->h))
                return refused(w, e->chain, "it can't be taken out");
        }
    }
    return true;
}

/* The policy of a built-in chain; NULL for others. libiptc searches for a chain at each question, so that
 * many are spared it by their names. */
static const char *policy_of(const struct legacy_tc *tc, struct xtc_handle *h, const char *chain,
                             uint64_t counters[2])
{
    enum hook hook;

    return hook_find(chain, strlen(chain), &hook) && tc->is_builtin(chain, h) ? tc->policy(chain, counters, h)
                                                                              : NULL;
}

static enum image_policy policy_after(const struct work *w, const char *chain, const char *now)
{
    for (size_t i = 0; i < w->edit->n; i++)
        if (strcmp(w->edit->at[i].chain, chain) == 0)
            return w->edit->at[i].policy;
    return strcmp(now, "DROP") == 0 ? POLICY_DROP : POLICY_ACCEPT;
}

/* Every commit sets the counters of all policies to 0, unless they are given. */
static bool set_policies(struct work *w)
{
    for (const char *chain = w->tc->first_chain(w->h); chain; chain = w->tc->next_chain(w->h)) {
        uint64_t counters[2];
        const char *policy = policy_of(w->tc, w->h, chain, counters);

        if (!policy)
            continue;
        if (!w->tc->set_policy(chain, policy_after(w, chain, policy) == POLICY_DROP ? "DROP" : "ACCEPT",
                               counters, w->h))
            return refused(w, chain, "its policy can't be set");
    }
    return true;
}

bool legacy_edit_apply(const struct legacy_tc *tc, struct xtc_handle *h, const struct edit *edit,
                       struct complaint *why)
{
    struct work w = {.tc = tc, .h = h, .edit = edit, .why = why};
    bool good = make_chains(&w);

    for (size_t i = 0; good && i < edit->n; i++)
        good = apply_chain(&w, &edit->at[i]);
    good = good && drop_chains(&w) && set_policies(&w);
    free(w.entry);
    return good;
}

static bool holds_rules(const struct legacy_tc *tc, enum family family, struct xtc_handle *h,
                        const struct image_chain *chain)
{
    const void *e = tc->first_rule(chain->name, h);
    size_t i = 0;

    for (; e && i < chain->n; e = tc->next_rule(e, h), i++) {
        const struct image_rule rule = {.payload = e, .jump = tc->target(e, h)};

        if (!entry_equal(family, &rule, &chain->at[i]))
            return false;
    }
    return !e && i == chain->n;
}

static bool holds_policy(const struct legacy_tc *tc, struct xtc_handle *h, const struct image_chain *chain)
{
    uint64_t ignored[2];
    const char *policy = policy_of(tc, h, chain->name, ignored);

    if (!policy)
        return !chain->builtin;
    return chain->builtin && (strcmp(policy, "DROP") == 0) == (chain->policy == POLICY_DROP);
}

bool legacy_holds(const struct legacy_tc *tc, enum family family, struct xtc_handle *h,
                  const struct image_table *table)
{
    const char *name = tc->first_chain(h);
    bool same = true;
    size_t i = 0;

    for (; same && name && i < table->n; name = tc->next_chain(h), i++)
        same = strcmp(name, table->at[i].name) == 0 && holds_policy(tc, h, &table->at[i]) &&
               holds_rules(tc, family, h, &table->at[i]);
    return same && !name && i == table->n;
}

bool legacy_is_empty(const struct legacy_tc *tc, struct xtc_handle *h)
{
    for (const char *chain = tc->first_chain(h); chain; chain = tc->next_chain(h)) {
        uint64_t ignored[2];
        const char *policy = policy_of(tc, h, chain, ignored);

        if (!policy || strcmp(policy, "DROP") == 0 || tc->first_rule(chain, h))
            return false;
    }
    return true;
}
