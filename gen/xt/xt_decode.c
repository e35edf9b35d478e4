/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <net/if.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/netfilter/x_tables.h>

#include "lbgen/xalloc.h"
#include "lbgen/xt_decode.h"
#include "lbgen/xt_entry.h"
#include "lbgen/xt_extension.h"
#include "lbgen/xt_guard.h"
#include "lbgen/xt_library.h"
#include "lbgen/xt_names.h"
#include "lbgen/xt_print.h"

static struct xt_walk walk;
static struct buf text;

static uint16_t number_at(const char *at)
{
    uint16_t number;

    memcpy(&number, at, sizeof number);
    return number;
}

/* --- what no text says --- */

/* The kernel compares what the mask covers, and the text says the name alone. */
static bool mask_fits(const char *name, const char *mask)
{
    size_t len = strlen(name), covered = 0;

    while (covered < IFNAMSIZ && mask[covered] == '\xff')
        covered++;
    for (size_t i = covered; i < IFNAMSIZ; i++)
        if (mask[i])
            return false;
    return !covered || covered == len + 1 || (name[len - 1] == '+' && covered == len - 1);
}

static bool interface_can_be_said(const char *name, const char *mask)
{
    return memchr(name, 0, IFNAMSIZ) && xt_is_bare(name) && mask_fits(name, mask);
}

/* Bits outside of the mask make it match nothing; text has none. */
static bool address_can_be_said(const struct xt_family *f, const char *address, const char *mask)
{
    for (size_t i = 0; i < f->address_size; i++)
        if (address[i] & ~mask[i])
            return false;
    return true;
}

static bool head_can_be_said(const struct xt_family *f, const char *e, struct complaint *why)
{
    const uint8_t flags = (uint8_t)e[f->flags], inversions = (uint8_t)e[f->inversions];
    const uint8_t known_inversions =
        XT_NOT_IN | XT_NOT_OUT | XT_NOT_SOURCE | XT_NOT_DESTINATION | XT_NOT_PROTO;

    if (!interface_can_be_said(e + f->in, e + f->in_mask) ||
        !interface_can_be_said(e + f->out, e + f->out_mask))
        return complain(why, 0, 0, "it tests an interface in a way that no text says");
    if (!address_can_be_said(f, e + f->source, e + f->source_mask) ||
        !address_can_be_said(f, e + f->destination, e + f->destination_mask))
        return complain(why, 0, 0, "it tests an address in a way that no text says");
    if (flags & ~(f->proto_flag | f->goto_flag | f->fragment_flag) ||
        inversions & ~(known_inversions | (f->fragment_flag ? XT_NOT_FRAGMENT : 0)))
        return complain(why, 0, 0, "it has flags that no text says (0x%02x, 0x%02x)", flags, inversions);
    if (number_at(e + f->proto) && f->proto_flag && !(flags & f->proto_flag))
        return complain(why, 0, 0, "it names a protocol without testing it");
    return true;
}

/* --- printing --- */

static const char *name_in_target(const char *entry)
{
    return entry + number_at(entry + walk.family->target_offset) +
           offsetof(struct xt_entry_target, u.user.name);
}

static bool is_extension(const struct xt_decoding *rule)
{
    enum family family = walk.family->number == 6 ? IPV6 : IPV4;
    const char *name = walk.jump;

    return !entry_is_standard(family, rule->entry) ||
           (*name_in_target(rule->entry) && !xt_is_verdict(name) && xt_is_target(name));
}

static void take_entry(const struct xt_decoding *rule)
{
    const struct xt_family *f = walk.family;
    const char *e = rule->entry, *target = e + number_at(e + f->target_offset);

    if (!walk.entry)
        walk.entry = xmalloc(f->entry_size);
    memcpy(walk.entry, e, f->entry_size);
    walk.chain[0] = walk.jump[0] = '\0';
    strncat(walk.chain, rule->chain, sizeof walk.chain - 1);
    if (rule->jump)
        strncat(walk.jump, rule->jump, sizeof walk.jump - 1);
    else
        strncat(walk.jump, name_in_target(e), XT_EXTENSION_MAXNAMELEN);
    walk.is_goto = e[f->flags] & f->goto_flag;
    walk.extensions.len = 0;
    walk.matches_size = (size_t)(target - e) - f->entry_size;
    buf_add(&walk.extensions, e + f->entry_size, number_at(e + f->next_offset) - f->entry_size);
}

static bool print(void *ctx, struct complaint *why)
{
    const struct xt_decoding *rule = ctx;
    size_t head_len;

    take_entry(rule);
    if (!xt_is_bare(walk.chain) || !xt_is_bare(walk.jump))
        return complain(why, 0, 0, "it names a chain that no text can");
    if (!head_can_be_said(walk.family, rule->entry, why))
        return false;
    xt_library_reset();
    walk.has_target = is_extension(rule);
    if (!walk.has_target)
        walk.extensions.len = walk.matches_size;
    xt_print(&walk, &text, &head_len);
    return true;
}

static bool is_one_line(const struct buf *line, struct complaint *why)
{
    for (size_t i = 0; i < line->len; i++)
        if (((unsigned char)line->at[i] < ' ' && line->at[i] != '\t') || line->at[i] == 0x7f)
            return complain(why, 0, 0, "it has a control byte (0x%02x) in it", line->at[i]);
    return true;
}

bool xt_decode_rule(const struct xt_family *family, const struct xt_decoding *rule, struct buf *out,
                    struct complaint *why)
{
    walk.family = family;
    if (xt_guard(print, (void *)(uintptr_t)rule, why) != XT_GUARD_DONE || !is_one_line(&text, why))
        return false;
    buf_add(out, text.at, text.len);
    return true;
}
