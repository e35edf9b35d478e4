/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits carried out on images of lines, and tables by chance to try them on. */
#ifndef LBGEN_TESTS_CHECK_MODEL_H
#define LBGEN_TESTS_CHECK_MODEL_H

#include <inttypes.h>

#include "lbgen/merge.h"

#include "check_edit.h"

/* The place behind the last hunk; fails where hunks don't ascend, overlap, touch, or do nothing. */
static inline void model_check_hunks(const struct chain_edit *e)
{
    size_t n = e->live ? e->live->n : 0;

    for (size_t h = 0; h < e->n; h++) {
        MUST(e->at[h].at + e->at[h].n_gone <= n);
        MUST(e->at[h].n_gone + e->at[h].n_added > 0);
        MUST(h == 0 || e->at[h].at > e->at[h - 1].at + e->at[h - 1].n_gone);
    }
    MUST(!e->gone || (e->n == 0 && e->live));
}

static inline void model_add_rule(struct image_chain *chain, const struct image_rule *rule)
{
    *VEC_ADD(chain) = *rule;
}

static inline void model_edit_chain(const struct chain_edit *e, struct image_chain *to)
{
    size_t next = 0;

    for (size_t h = 0; h <= e->n; h++) {
        size_t end = h < e->n ? e->at[h].at : e->live ? e->live->n : 0;

        MUST(e->live || next >= end);
        while (next < end)
            model_add_rule(to, &e->live->at[next++]);
        if (h == e->n)
            return;
        for (size_t i = 0; i < e->at[h].n_added; i++) {
            struct image_rule rule = *e->at[h].added[i];

            rule.packets = e->at[h].counters ? e->at[h].counters[i][0] : 0;
            rule.bytes = e->at[h].counters ? e->at[h].counters[i][1] : 0;
            model_add_rule(to, &rule);
        }
        next += e->at[h].n_gone;
    }
}

static inline const struct chain_edit *model_edit_of(const struct edit *edit, const char *chain)
{
    const struct chain_edit *found = NULL;

    for (size_t i = 0; i < edit->n; i++)
        if (strcmp(edit->at[i].chain, chain) == 0) {
            MUST(!found);
            found = &edit->at[i];
        }
    return found;
}

/* What the edit makes of the table, into *out (zeroed before; image_free). Rules point where those of `now`
 * and of the edit do. */
static inline void model_apply(const struct image_table *now, const struct edit *edit, struct image *out)
{
    for (size_t i = 0; i < now->n; i++) {
        const struct image_chain *from = &now->at[i];
        const struct chain_edit *e = model_edit_of(edit, from->name);

        if (e) {
            MUST(e->live == from && e->builtin == from->builtin);
            model_check_hunks(e);
        }
        if (e && e->gone)
            continue;
        struct image_chain *to = image_add_chain(out, edit->table, from->name, strlen(from->name));
        to->policy = e && e->builtin ? e->policy : from->policy;
        to->packets = from->packets;
        to->bytes = from->bytes;
        if (e)
            model_edit_chain(e, to);
        for (size_t k = 0; !e && k < from->n; k++)
            model_add_rule(to, &from->at[k]);
    }
    for (size_t i = 0; i < edit->n; i++) {
        const struct chain_edit *e = &edit->at[i];

        if (e->live)
            continue;
        MUST(!image_find_chain(now, e->chain));
        model_check_hunks(e);
        struct image_chain *to = image_add_chain(out, edit->table, e->chain, strlen(e->chain));
        to->policy = e->builtin ? e->policy : POLICY_NONE;
        model_edit_chain(e, to);
    }
    out->of[edit->table].present = now->present || edit->n > 0;
}

/* As iptables-save would. */
static inline void model_print(const struct image_table *t, enum table table, struct buf *out)
{
    buf_printf(out, "*%s\n", table_names[table]);
    for (size_t i = 0; i < t->n; i++)
        buf_printf(out, ":%s %s [%" PRIu64 ":%" PRIu64 "]\n", t->at[i].name,
                   !t->at[i].builtin                ? "-"
                   : t->at[i].policy == POLICY_DROP ? "DROP"
                                                    : "ACCEPT",
                   t->at[i].packets, t->at[i].bytes);
    for (size_t i = 0; i < t->n; i++)
        for (size_t k = 0; k < t->at[i].n; k++) {
            const struct image_rule *rule = &t->at[i].at[k];

            buf_printf(out, "[%" PRIu64 ":%" PRIu64 "] %.*s\n", rule->packets, rule->bytes, (int)rule->len,
                       (const char *)rule->payload);
        }
    buf_str(out, "COMMIT\n");
}

/* The table after the edit, as read again from its text, which *text holds as long as the image is used. */
static inline void model_reread(const struct image_table *now, const struct edit *edit, struct buf *text,
                                struct image *out)
{
    struct image applied = {0};

    model_apply(now, edit, &applied);
    text->len = 0;
    model_print(&applied.of[edit->table], edit->table, text);
    image_free(&applied);
    *out = (struct image){0};
    read_image(buf_text(text), out);
}

/* --- tables by chance ----------------------------------------------------------------------------------- */

/* How many different rules there are of a kind: few make equal ones meet. */
struct model_kinds {
    uint32_t own, foreign;
    bool finals, doubles, own_jumps, policies;
};

static const char *const model_chains[] = {"INPUT", "OUTPUT", "DOCKER", "lbgen.a", "lbgen.b", "lbgen-root"};
enum { MODEL_BUILTIN = 2, MODEL_FOREIGN = 3, MODEL_CHAINS = 6 };

static inline bool model_chain_is_own(size_t chain)
{
    return chain >= MODEL_FOREIGN;
}

/* One line with newline; counter 0: none. */
static inline void model_print_rule(struct chance *c, const struct model_kinds *k, size_t chain, bool own,
                                    unsigned counter, struct buf *out)
{
    const char *name = model_chains[chain];

    if (counter)
        buf_printf(out, "[%u:%u] ", counter, counter + 7);
    if (model_chain_is_own(chain))
        buf_printf(out, "-A %s -s 192.0.2.%u/32 -j MARK --set-xmark 0x1/0x1\n", name,
                   chance_below(c, k->own));
    else if (own && k->finals && chance_one_in(c, 6))
        buf_printf(out, "-A %s -m comment --comment \"lbgen:rules\" -j %s\n", name,
                   chance_one_in(c, 2) ? "DROP" : "ACCEPT");
    else if (own)
        buf_printf(out, "-A %s -d 192.0.2.%u/32 -m comment --comment \"lbgen:web\" -j ACCEPT\n", name,
                   chance_below(c, k->own));
    else if (k->doubles && chance_one_in(c, 4))
        buf_printf(out, "-A %s -d 192.0.2.%u/32 -j ACCEPT\n", name, chance_below(c, k->own));
    else if (k->own_jumps && chance_one_in(c, 8))
        buf_printf(out, "-A %s -j lbgen.%c\n", name, "ab"[chance_below(c, 2)]);
    else
        buf_printf(out, "-A %s -s 10.0.%u.0/24 -j DROP\n", name, chance_below(c, k->foreign));
}

/* The kernel's: every rule with other counters, own and foreign ones mixed. Of own chains, those that
 * `chains` has a bit of. */
static inline void model_live(struct chance *c, enum table table, const struct model_kinds *k,
                              struct buf *out)
{
    unsigned chains = chance_below(c, 8), counter = 1;

    buf_printf(out, "*%s\n", table_names[table]);
    for (size_t i = 0; i < MODEL_CHAINS; i++)
        if (i < MODEL_FOREIGN || chains >> (i - MODEL_FOREIGN) & 1)
            buf_printf(out, ":%s %s [%zu:9]\n", model_chains[i],
                       i >= MODEL_BUILTIN                   ? "-"
                       : k->policies && chance_one_in(c, 3) ? "DROP"
                                                            : "ACCEPT",
                       i);
    for (size_t i = 0; i < MODEL_CHAINS; i++) {
        uint32_t n = i < MODEL_FOREIGN || chains >> (i - MODEL_FOREIGN) & 1 ? chance_below(c, 9) : 0;
        uint32_t own_share = 1 + chance_below(c, 4);

        for (uint32_t r = 0; r < n; r++)
            model_print_rule(c, k, i, i != 2 ? !chance_one_in(c, own_share) : chance_one_in(c, 9), counter++,
                             out);
    }
    buf_str(out, "COMMIT\n");
}

/* What an input wants: own rules only, without counters; own chains declared. given: whose policies count. */
static inline void model_wanted(struct chance *c, enum table table, const struct model_kinds *k,
                                struct policies_given *given, struct buf *out)
{
    unsigned chains = chance_below(c, 8);

    *given = (struct policies_given){0};
    buf_printf(out, "# Generated by lbgen 0\n*%s\n", table_names[table]);
    for (size_t i = 0; i < MODEL_CHAINS; i++)
        if (i < MODEL_BUILTIN) {
            bool set = k->policies && chance_one_in(c, 2);

            given->of[table][i == 0 ? HOOK_INPUT : HOOK_OUTPUT] = set;
            buf_printf(out, ":%s %s [0:0]\n", model_chains[i],
                       set && chance_one_in(c, 2) ? "DROP" : "ACCEPT");
        } else if (i >= MODEL_FOREIGN && chains >> (i - MODEL_FOREIGN) & 1) {
            buf_printf(out, ":%s - [0:0]\n", model_chains[i]);
        }
    for (size_t i = 0; i < MODEL_CHAINS; i++) {
        uint32_t n = i < MODEL_BUILTIN || (i >= MODEL_FOREIGN && chains >> (i - MODEL_FOREIGN) & 1)
                         ? chance_below(c, 8)
                         : 0;

        for (uint32_t r = 0; r < n; r++)
            model_print_rule(c, k, i, true, 0, out);
    }
    buf_str(out, "COMMIT\n");
}

/* The image of what model_wanted made. */
static inline void model_read_wanted(const char *text, const struct policies_given *given, struct image *out)
{
    read_image(text, out);
    for (int t = 0; t < TABLES; t++)
        for (size_t i = 0; i < out->of[t].n; i++) {
            enum hook hook;

            if (hook_find(out->of[t].at[i].name, strlen(out->of[t].at[i].name), &hook) && !given->of[t][hook])
                out->of[t].at[i].policy = POLICY_NONE;
        }
}

#endif
