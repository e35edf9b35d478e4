/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of matches and the forms of values are those of iptables 1.8.9 (iptables/iptables.c: print_rule4,
 * and the extensions' save functions). */
#include <string.h>

#include "lbgen/lower.h"
#include "lbgen/save_write.h"

static void write_ports(struct buf *out, const struct rule *r)
{
    bool single = r->port_match && r->protocol && r->n_ports == 1;
    const char *side = r->side == PORTS_DESTINATION ? "dport" : "sport";

    if (single) {
        buf_str(out, " -m ");
        buf_str(out, r->protocol);
        buf_str(out, " --");
    } else {
        buf_str(out, " -m multiport --");
    }
    buf_str(out, side);
    buf_str(out, single ? " " : "s ");
    for (uint32_t i = 0; i < r->n_ports; i++) {
        if (i)
            buf_char(out, ',');
        buf_dec(out, r->ports[i].low);
        if (r->ports[i].low != r->ports[i].high) {
            buf_char(out, ':');
            buf_dec(out, r->ports[i].high);
        }
    }
}

static void write_prefix(struct buf *out, const char *option, const struct prefix *p)
{
    if (!p || p->len == 0)
        return;
    buf_str(out, option);
    prefix_print(out, p);
}

static void write_interface(struct buf *out, const char *option, const struct interface *i)
{
    if (!i || !i->name[0])
        return;
    buf_str(out, option);
    buf_str(out, i->name);
}

static void write_comment(struct buf *out, const struct rule *r)
{
    if (r->in_own_chain)
        return;
    buf_str(out, " -m comment --comment \"lbgen:");
    buf_add(out, r->tag, r->tag_len);
    buf_char(out, '"');
}

static void write_matches(struct buf *out, const struct rule *r, enum family family)
{
    if (r->n_ports)
        write_ports(out, r);
    if (r->icmp_type >= 0) {
        buf_str(out, family_ops[family].icmp_match);
        buf_dec(out, (uint32_t)r->icmp_type);
    }
    if (r->mac) {
        buf_str(out, " -m mac --mac-source ");
        mac_print(out, r->mac);
    }
}

static void write_target(struct buf *out, const struct rule *r)
{
    switch (r->target) {
    case TARGET_ACCEPT: buf_str(out, " -j ACCEPT"); break;
    case TARGET_RETURN: buf_str(out, " -j RETURN"); break;
    case TARGET_MASQUERADE: buf_str(out, " -j MASQUERADE"); break;
    case TARGET_MARK:
        buf_str(out, " -j MARK --set-xmark ");
        buf_hex(out, r->mark.value);
        if (r->mark.mask == MARK_MASK_ALL) {
            buf_str(out, "/0xffffffff");
            break;
        }
        buf_char(out, '/');
        buf_hex(out, r->mark.mask);
        break;
    case TARGET_SNAT:
        buf_str(out, " -j SNAT --to-source ");
        address_print(out, r->to.family, r->to.first);
        break;
    case TARGET_JUMP:
        buf_str(out, " -j ");
        buf_str(out, r->jump);
        break;
    case TARGET_GOTO:
        buf_str(out, " -g ");
        buf_str(out, r->jump);
        break;
    }
}

static void write_text(struct buf *out, const struct rule *r)
{
    buf_add(out, r->text, r->head_len);
    write_comment(out, r);
    buf_add(out, r->text + r->head_len, r->text_len - r->head_len);
}

/* Above a run of rules of one service in one of lbgen's own chains: "# lbgen:web". */
static void write_tag_line(struct save_writer *w, const struct rule *r)
{
    if (!r->in_own_chain || !r->tag || (w->tag == r->tag && strcmp(w->chain, r->chain) == 0))
        return;
    buf_str(w->out, "# lbgen:");
    buf_add(w->out, r->tag, r->tag_len);
    buf_char(w->out, '\n');
    w->tag = r->tag;
    strncpy(w->chain, r->chain, CHAIN_NAME_MAX);
}

void save_write_rule(struct buf *out, const struct rule *r, enum family family)
{
    if (r->text) {
        write_text(out, r);
        return;
    }
    buf_str(out, "-A ");
    buf_str(out, r->chain);
    write_prefix(out, " -s ", r->src);
    write_prefix(out, " -d ", r->dst);
    write_interface(out, " -i ", r->in);
    write_interface(out, " -o ", r->out);
    if (r->protocol) {
        buf_str(out, " -p ");
        buf_str(out, r->protocol);
    }
    write_comment(out, r);
    write_matches(out, r, family);
    write_target(out, r);
}

static void write_rule(void *ctx, const struct rule *r)
{
    struct save_writer *w = ctx;

    write_tag_line(w, r);
    save_write_rule(w->out, r, w->family);
    buf_char(w->out, '\n');
}

static void write_lowered(void *ctx, const struct rule *r)
{
    const struct rule_sink pieces = {.ctx = ctx, .rule = write_rule};

    lower_rule(&pieces, r);
}

static void write_table(void *ctx, enum table table)
{
    struct save_writer *w = ctx;

    w->tag = NULL;
    buf_char(w->out, '*');
    buf_str(w->out, table_names[table]);
    buf_char(w->out, '\n');
}

static void write_chain(void *ctx, const char *name, const char *policy)
{
    struct save_writer *w = ctx;

    buf_char(w->out, ':');
    buf_str(w->out, name);
    buf_char(w->out, ' ');
    buf_str(w->out, policy);
    buf_str(w->out, " [0:0]\n");
}

static void write_note(void *ctx, const char *text)
{
    struct buf *out = ((struct save_writer *)ctx)->out;

    buf_str(out, "# lbgen: ");
    buf_str(out, text);
    buf_char(out, '\n');
}

static void write_end(void *ctx)
{
    buf_str(((struct save_writer *)ctx)->out, "COMMIT\n");
}

struct rule_sink save_writer_sink(struct save_writer *w, struct buf *out, enum family family)
{
    *w = (struct save_writer){.out = out, .family = family};
    return (struct rule_sink){.ctx = w,
                              .table = write_table,
                              .chain = write_chain,
                              .rule = write_lowered,
                              .note = write_note,
                              .end = write_end};
}
