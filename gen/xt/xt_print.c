/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <xtables.h>

#include "lbgen/protocol_number.h"
#include "lbgen/xt_address.h"
#include "lbgen/xt_capture.h"
#include "lbgen/xt_print.h"

static const unsigned char *field(const struct xt_walk *walk, size_t offset)
{
    return (const unsigned char *)walk->entry + offset;
}

static const char *negation(const struct xt_walk *walk, unsigned bit)
{
    return *field(walk, walk->family->inversions) & bit ? " !" : "";
}

static void print_address(const struct xt_walk *walk, struct buf *out, char letter, size_t address,
                          size_t mask, unsigned inversion)
{
    const struct xt_family *family = walk->family;
    const char *not_it = negation(walk, inversion);
    int bits = xt_mask_length(family, field(walk, mask));
    char text[INET6_ADDRSTRLEN];

    if (!bits && !*not_it)
        return;
    inet_ntop(family->af, field(walk, address), text, sizeof text);
    buf_printf(out, "%s -%c %s/", not_it, letter, text);
    if (bits >= 0)
        buf_printf(out, "%d", bits);
    else
        buf_str(out, inet_ntop(family->af, field(walk, mask), text, sizeof text));
}

static void print_interface(const struct xt_walk *walk, struct buf *out, char letter, size_t name,
                            size_t mask, unsigned inversion)
{
    if (*field(walk, mask))
        buf_printf(out, "%s -%c %s", negation(walk, inversion), letter, (const char *)field(walk, name));
}

static const char *protocol_name(unsigned number)
{
    if (number == XT_VRRP)
        return "vrrp";
    for (const struct xtables_pprot *p = xtables_chain_protos; p->name; p++)
        if (p->num == number)
            return p->name;
    return number <= UINT8_MAX ? protocol_file_name((uint8_t)number) : NULL;
}

static void print_protocol(const struct xt_walk *walk, struct buf *out)
{
    const struct xt_family *family = walk->family;
    uint16_t number;

    memcpy(&number, field(walk, family->proto), sizeof number);
    if (number) {
        const char *name = protocol_name(number);

        buf_printf(out, "%s -p ", negation(walk, XT_NOT_PROTO));
        if (name)
            buf_str(out, name);
        else
            buf_dec(out, number);
    }
    if (*field(walk, family->flags) & family->fragment_flag)
        buf_printf(out, "%s -f", negation(walk, XT_NOT_FRAGMENT));
}

static void print_head(const struct xt_walk *walk, struct buf *out)
{
    const struct xt_family *f = walk->family;

    buf_printf(out, "-A %s", walk->chain);
    print_address(walk, out, 's', f->source, f->source_mask, XT_NOT_SOURCE);
    print_address(walk, out, 'd', f->destination, f->destination_mask, XT_NOT_DESTINATION);
    print_interface(walk, out, 'i', f->in, f->in_mask, XT_NOT_IN);
    print_interface(walk, out, 'o', f->out, f->out_mask, XT_NOT_OUT);
    print_protocol(walk, out);
}

/* From here on to stdout, as extensions do. */

static void print_match(const void *ip, const struct xt_entry_match *bytes)
{
    const char *name = bytes->u.user.name;
    struct xtables_match *any = xtables_find_match(name, XTF_TRY_LOAD, NULL), *match = NULL;

    if (any)
        match = xtables_find_match_revision(name, XTF_TRY_LOAD, any, bytes->u.user.revision);
    if (!match || bytes->u.match_size != XT_ALIGN(sizeof *bytes) + XT_ALIGN(match->size))
        xt_params->exit_err(OTHER_PROBLEM, "the match '%s' can't be printed", name);
    printf(" -m %s", match->alias ? match->alias(bytes) : name);
    if (match->save)
        match->save(ip, bytes);
}

static void print_target(const void *ip, const struct xt_entry_target *bytes)
{
    const char *name = bytes->u.user.name;
    struct xtables_target *any = xtables_find_target(name, XTF_TRY_LOAD), *target = NULL;

    if (any)
        target = xtables_find_target_revision(name, XTF_TRY_LOAD, any, bytes->u.user.revision);
    if (!target || bytes->u.target_size != XT_ALIGN(sizeof *bytes) + XT_ALIGN(target->size) ||
        (!target->save && target->size))
        xt_params->exit_err(OTHER_PROBLEM, "the target '%s' can't be printed", name);
    printf(" -j %s", target->alias ? target->alias(bytes) : name);
    if (target->save)
        target->save(ip, bytes);
}

static void print_extensions(const struct xt_walk *walk)
{
    const char *bytes = walk->extensions.at, *matches_end = bytes + walk->matches_size;

    while (bytes < matches_end) {
        const struct xt_entry_match *match = (const void *)bytes;

        print_match(walk->entry, match);
        bytes += match->u.match_size;
    }
    if (walk->has_target)
        print_target(walk->entry, (const void *)bytes);
}

void xt_print(const struct xt_walk *walk, struct buf *out, size_t *head_len)
{
    size_t len;

    out->len = 0;
    print_head(walk, out);
    *head_len = out->len;
    xt_capture_reset();
    if (walk->extensions.len)
        print_extensions(walk);
    const char *printed = xt_captured_output(&len);
    buf_add(out, printed, len);
    if (!walk->has_target && walk->jump[0])
        buf_printf(out, " -%c %s", walk->is_goto ? 'g' : 'j', walk->jump);
    buf_text(out);
}
