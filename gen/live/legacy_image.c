/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table is a row of entries (include/uapi/linux/netfilter_ipv4/ip_tables.h). A built-in chain goes from its
 * hook's entry to its underflow, which is its policy. An entry with the target ERROR begins a user chain and
 * has its name; the chain's last entry is a RETURN that the library has put there. The last entry of all is
 * an ERROR too. A verdict is a negative number, a jump the offset of the first rule of a chain, and a rule
 * without target a jump to the next entry. */
#include <stdlib.h>
#include <string.h>

#include <libiptc/libiptc.h>

#include "lbgen/legacy_image.h"
#include "lbgen/vec.h"
#include "lbgen/xt_entry.h"

struct start {
    size_t first;   /* offset of the chain's first entry */
    size_t ordinal; /* of the chain in the image */
};

struct reader {
    const struct legacy_tc *tc;
    const struct legacy_raw *raw;
    enum family family;
    enum table table;
    enum legacy_detail detail;
    struct image *out;
    struct {
        struct start *at; /* ascending */
        size_t n, cap;
    } starts;
};

static const char *entry_at(const struct reader *r, size_t at)
{
    return r->raw->entries + at;
}

static uint16_t number_at(const char *at)
{
    uint16_t number;

    memcpy(&number, at, sizeof number);
    return number;
}

static size_t next_of(const struct reader *r, size_t at)
{
    return at + number_at(entry_at(r, at) + r->tc->next_offset_at);
}

static const struct xt_entry_target *target_at(const struct reader *r, size_t at)
{
    const char *entry = entry_at(r, at);

    return (const void *)(entry + number_at(entry + r->tc->target_offset_at));
}

static bool is_error(const struct reader *r, size_t at)
{
    return strcmp(target_at(r, at)->u.user.name, XT_ERROR_TARGET) == 0;
}

/* The built-in chain that begins here; HOOKS where none does. */
static int hook_at(const struct reader *r, size_t at)
{
    for (int h = 0; h < HOOKS; h++)
        if ((r->raw->valid_hooks >> h & 1) && r->raw->hook_entry[h] == at)
            return h;
    return HOOKS;
}

static void begin_chain(struct reader *r, size_t first, const char *name, size_t len)
{
    image_add_chain(r->out, r->table, name, len);
    *VEC_ADD(&r->starts) = (struct start){first, r->out->of[r->table].n - 1};
}

/* First run: the chains, so that jumps in both directions can be named. */
static bool find_chains(struct reader *r)
{
    for (size_t at = 0; at < r->raw->size; at = next_of(r, at)) {
        int hook = hook_at(r, at);

        if (!entry_is_sound(r->family, entry_at(r, at), r->raw->size - at))
            return false;
        if (hook < HOOKS)
            begin_chain(r, at, hook_names[hook], strlen(hook_names[hook]));
        else if (is_error(r, at) && next_of(r, at) < r->raw->size) {
            const struct xt_error_target *error = (const void *)target_at(r, at);

            begin_chain(r, next_of(r, at), error->errorname,
                        strnlen(error->errorname, sizeof error->errorname));
        }
    }
    return true;
}

static int by_offset(const void *key, const void *item)
{
    size_t offset = *(const size_t *)key, first = ((const struct start *)item)->first;

    return (offset > first) - (offset < first);
}

/* Where the rule leads, as libiptc names it. NULL: to no chain that is there. */
static const char *jump_of(const struct reader *r, size_t at)
{
    const struct xt_entry_target *target = target_at(r, at);
    int verdict = ((const struct xt_standard_target *)(const void *)target)->verdict;

    if (target->u.user.name[0] != '\0')
        return target->u.user.name;
    switch (verdict) {
    case -NF_ACCEPT - 1: return "ACCEPT";
    case -NF_DROP - 1: return "DROP";
    case -NF_QUEUE - 1: return "QUEUE";
    case XT_RETURN: return "RETURN";
    default: break;
    }
    size_t offset = (size_t)verdict;
    if (verdict < 0)
        return NULL;
    if (offset == next_of(r, at))
        return "";
    const struct start *start = bsearch(&offset, r->starts.at, r->starts.n, sizeof *r->starts.at, by_offset);
    return start ? r->out->of[r->table].at[start->ordinal].name : NULL;
}

static void take_policy(struct reader *r, struct image_chain *chain, size_t at)
{
    struct xt_counters counters;
    const char *verdict = jump_of(r, at);

    memcpy(&counters, entry_at(r, at) + r->tc->counters_at, sizeof counters);
    chain->policy = verdict && strcmp(verdict, "DROP") == 0 ? POLICY_DROP : POLICY_ACCEPT;
    chain->packets = counters.pcnt;
    chain->bytes = counters.bcnt;
}

/* Second run: one chain's rules. */
static bool read_rules(struct reader *r, struct image_chain *chain, size_t first)
{
    int hook = chain->builtin ? hook_at(r, first) : HOOKS;
    size_t at = first;

    for (; at < r->raw->size; at = next_of(r, at)) {
        if (hook < HOOKS && at == r->raw->underflow[hook]) {
            take_policy(r, chain, at);
            return true;
        }
        if (hook == HOOKS && is_error(r, at))
            break;
        const char *jump = jump_of(r, at);
        if (!jump)
            return false;
        struct image_rule *rule = VEC_ADD(chain);
        if (r->detail == LEGACY_FULL)
            entry_image(r->family, entry_at(r, at), jump, &r->out->mem, rule);
        else
            *rule = (struct image_rule){.payload = entry_at(r, at), .jump = jump};
    }
    if (hook < HOOKS || chain->n == 0)
        return false;
    chain->n--; /* the library's RETURN */
    return true;
}

bool legacy_image_make(const struct legacy_tc *tc, enum family family, enum table table,
                       const struct legacy_raw *raw, enum legacy_detail detail, struct image *out,
                       struct complaint *why)
{
    struct reader r = {.tc = tc, .raw = raw, .family = family, .table = table, .detail = detail, .out = out};
    bool good = find_chains(&r);

    out->of[table].present = true;
    for (size_t i = 0; good && i < r.starts.n; i++)
        good = read_rules(&r, &out->of[table].at[r.starts.at[i].ordinal], r.starts.at[i].first);
    free(r.starts.at);
    return good || complain(why, 0, 0, "what the kernel says of table %s of %s makes no sense",
                            table_names[table], family_ops[family].name);
}
