/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of matches and the forms of values are those of iptables 1.8.9 (iptables/iptables.c: print_rule4,
 * and the extensions' save functions). */
#include <string.h>

#include "lbgen/lower.h"
#include "lbgen/put.h"
#include "lbgen/save_write.h"

/* What a rule's line has at most beside names, ports and texts: its words, two prefixes, two interfaces, a
 * MAC address, numbers. */
enum { LINE_WORDS = 400 };
#define PORTS_TEXT (sizeof "65535:65535," - 1)

static char *put_ports(char *to, const struct rule *r)
{
    bool single = r->port_match && r->n_ports == 1;

    if (single)
        to = put_str(put_str(put_str(to, " -m "), r->protocol), " --");
    else
        to = put_str(to, " -m multiport --");
    to = put_str(to, r->side == PORTS_DESTINATION ? "dport" : "sport");
    to = put_str(to, single ? " " : "s ");
    for (uint32_t i = 0; i < r->n_ports; i++) {
        if (i)
            to = put_char(to, ',');
        to = put_dec(to, r->ports[i].low);
        if (r->ports[i].low != r->ports[i].high)
            to = put_dec(put_char(to, ':'), r->ports[i].high);
    }
    return to;
}

static char *put_prefix(char *to, const char *option, const struct prefix *p)
{
    return !p || p->len == 0 ? to : prefix_put(put_str(to, option), p);
}

static char *put_interface(char *to, const char *option, const struct interface *i)
{
    return !i || !i->name[0] ? to : put_str(put_str(to, option), i->name);
}

static char *put_comment(char *to, const struct rule *r)
{
    if (r->in_own_chain)
        return to;
    to = put_str(to, " -m comment --comment \"lbgen:");
    return put_char(put_bytes(to, r->tag, r->tag_len), '"');
}

static char *put_matches(char *to, const struct rule *r, enum family family)
{
    if (r->n_ports)
        to = put_ports(to, r);
    if (r->icmp_type >= 0)
        to = put_dec(put_str(to, family_ops[family].icmp_match), (uint32_t)r->icmp_type);
    if (r->mac)
        to = mac_put(put_str(to, " -m mac --mac-source "), r->mac);
    return to;
}

static char *put_mark(char *to, struct mark mark)
{
    to = put_hex(put_str(to, " -j MARK --set-xmark "), mark.value);
    return mark.mask == MARK_MASK_ALL ? put_str(to, "/0xffffffff") : put_hex(put_char(to, '/'), mark.mask);
}

static char *put_target(char *to, const struct rule *r)
{
    switch (r->target) { /* GCOVR_EXCL_BR_LINE: all values have a case */
    case TARGET_ACCEPT: return put_str(to, " -j ACCEPT");
    case TARGET_RETURN: return put_str(to, " -j RETURN");
    case TARGET_MASQUERADE: return put_str(to, " -j MASQUERADE");
    case TARGET_MARK: return put_mark(to, r->mark);
    case TARGET_SNAT: return address_put(put_str(to, " -j SNAT --to-source "), r->to.family, r->to.first);
    case TARGET_JUMP: return put_str(put_str(to, " -j "), r->jump);
    case TARGET_GOTO: return put_str(put_str(to, " -g "), r->jump);
    }
    return to;
}

/* A host's own rule. */
static char *put_text(char *to, const struct rule *r)
{
    to = put_comment(put_bytes(to, r->text, r->head_len), r);
    return put_bytes(to, r->text + r->head_len, r->text_len - r->head_len);
}

static char *put_rule(char *to, const struct rule *r, enum family family)
{
    to = put_str(put_str(to, "-A "), r->chain);
    to = put_prefix(to, " -s ", r->src);
    to = put_prefix(to, " -d ", r->dst);
    to = put_interface(to, " -i ", r->in);
    to = put_interface(to, " -o ", r->out);
    if (r->protocol)
        to = put_str(put_str(to, " -p "), r->protocol);
    to = put_comment(to, r);
    to = put_matches(to, r, family);
    return put_target(to, r);
}

/* The most bytes that the line can have. */
static size_t line_room(const struct rule *r)
{
    const bool leads = r->target == TARGET_JUMP || r->target == TARGET_GOTO;
    const size_t room = LINE_WORDS + r->tag_len;

    if (r->text)
        return room + r->text_len;
    return room + r->n_ports * PORTS_TEXT + strlen(r->chain) + (r->protocol ? 2 * strlen(r->protocol) : 0) +
           (leads ? strlen(r->jump) : 0);
}

/* Room for the whole line is had once, so that its dozens of pieces need not ask for it one by one. */
void save_write_rule(struct buf *out, const struct rule *r, enum family family)
{
    char *line = buf_place(out, line_room(r));

    out->len += (size_t)((r->text ? put_text(line, r) : put_rule(line, r, family)) - line);
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
