/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <netinet/in.h>
#include <linux/netfilter/x_tables.h>

#include "lbgen/xt_encode.h"
#include "lbgen/xt_guard.h"
#include "lbgen/xt_parse.h"

static struct xt_walk walk;

static bool parse(void *ctx, struct complaint *why)
{
    (void)ctx;
    return xt_parse(&walk, why);
}

static void put_number(struct buf *out, size_t at, size_t number)
{
    uint16_t small = (uint16_t)number;

    memcpy(out->at + at, &small, sizeof small);
}

static void add_standard_target(struct buf *out, const char *name)
{
    struct xt_standard_target target;

    memset(&target, 0, sizeof target);
    target.target.u.user.target_size = sizeof target;
    memcpy(target.target.u.user.name, name, strnlen(name, sizeof target.target.u.user.name - 1));
    buf_add(out, &target, sizeof target);
}

static bool add_entry(struct buf *out, struct complaint *why)
{
    const struct xt_family *f = walk.family;
    size_t start = out->len;

    buf_add(out, walk.entry, f->entry_size);
    buf_add(out, walk.extensions.at, walk.extensions.len);
    if (!walk.has_target)
        add_standard_target(out, walk.jump);
    if (out->len - start > UINT16_MAX)
        return complain(why, 0, 0, "this rule has %zu bytes in the kernel's form, which holds up to %d",
                        out->len - start, UINT16_MAX);
    put_number(out, start + f->target_offset, f->entry_size + walk.matches_size);
    put_number(out, start + f->next_offset, out->len - start);
    return true;
}

bool xt_encode_rule(const struct xt_family *family, const char *table, const char *rule, struct buf *out,
                    struct complaint *why)
{
    walk.family = family;
    walk.table = table;
    walk.rule = rule;
    bool good = xt_words_split(&walk.words, rule, why) && xt_guard(parse, NULL, why) == XT_GUARD_DONE;
    xt_walk_end(&walk);
    return good && add_entry(out, why);
}
