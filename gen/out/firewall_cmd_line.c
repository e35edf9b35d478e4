/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/firewall_cmd_line.h"
#include "lbgen/lower.h"
#include "lbgen/save_write.h"

static const char *const family_words[FAMILIES] = {[IPV4] = "ipv4", [IPV6] = "ipv6"};

void cmd_title(struct cmd_writer *w, const char *title, size_t len)
{
    w->title = title;
    w->title_len = len;
    w->rank = 0;
    w->indent = "";
}

void cmd_begin(struct cmd_writer *w)
{
    if (w->title) {
        buf_char(w->out, '\n');
        buf_str(w->out, w->indent);
        buf_str(w->out, "# ");
        buf_add(w->out, w->title, w->title_len);
        buf_char(w->out, '\n');
        w->title = NULL;
    }
    buf_str(w->out, w->indent);
    buf_str(w->out, "firewall-cmd --permanent ");
    w->lines++;
}

void cmd_end(struct cmd_writer *w)
{
    buf_free(&w->scratch);
}

static const char *verb(const struct cmd_writer *w)
{
    return w->remove ? "--remove-" : "--add-";
}

/* firewalld's names of the ICMP types that lbgen accepts. */
static const char *icmp_name(enum family family, int type)
{
    static const struct {
        enum family family;
        int type;
        const char *name;
    } names[] = {
        {IPV4, 3, "destination-unreachable"},
        {IPV4, 11, "time-exceeded"},
        {IPV4, 12, "parameter-problem"},
        {IPV6, 1, "destination-unreachable"},
        {IPV6, 2, "packet-too-big"},
        {IPV6, 3, "time-exceeded"},
        {IPV6, 4, "parameter-problem"},
        {IPV6, 133, "router-solicitation"},
        {IPV6, 134, "router-advertisement"},
        {IPV6, 135, "neighbour-solicitation"},
        {IPV6, 136, "neighbour-advertisement"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) /* GCOVR_EXCL_BR_LINE: all of them are there */
        if (names[i].family == family && names[i].type == type)
            return names[i].name;
    return "";
}

static void write_address(struct buf *out, const char *element, const struct prefix *p)
{
    if (!p || p->len == 0)
        return;
    buf_printf(out, " %s address=\"", element);
    prefix_print(out, p);
    buf_char(out, '"');
}

static void write_element(const struct cmd_writer *w, const struct rule *r, const struct port_range *port)
{
    if (port) {
        buf_printf(w->out, " %s port=\"%u", r->side == PORTS_SOURCE ? "source-port" : "port", port->low);
        if (port->low != port->high)
            buf_printf(w->out, "-%u", port->high);
        buf_printf(w->out, "\" protocol=\"%s\"", r->protocol);
    } else if (r->icmp_type >= 0) {
        buf_printf(w->out, " icmp-type name=\"%s\"", icmp_name(w->family, r->icmp_type));
    } else {
        buf_printf(w->out, " protocol value=\"%s\"", r->protocol);
    }
}

/* Behind "rule": all but the quotes. */
static void write_rich(const struct cmd_writer *w, const struct rule *r, const struct port_range *port)
{
    if (w->rank)
        buf_printf(w->out, " priority=\"%u\"", w->rank);
    if (!w->both_families)
        buf_printf(w->out, " family=\"%s\"", family_words[w->family]);
    write_address(w->out, "source", r->src);
    write_address(w->out, "destination", r->dst);
    write_element(w, r, port);
    if (r->target == TARGET_MARK)
        buf_printf(w->out, " mark set=\"%u\"", r->mark.value);
    else
        buf_str(w->out, " accept");
}

/* What its ports cut a rich rule into: firewalld takes one port or range in each. */
static void write_rich_rules(struct cmd_writer *w, const char *option, const char *name, const struct rule *r)
{
    uint32_t n = r->n_ports && !ports_is_any(r->ports[0]) ? r->n_ports : 0;

    for (uint32_t i = 0; i < n || i == 0; i++) {
        cmd_begin(w);
        if (name)
            buf_printf(w->out, "--%s=%s ", option, name);
        buf_str(w->out, verb(w));
        buf_str(w->out, "rich-rule='rule");
        write_rich(w, r, n ? &r->ports[i] : NULL);
        buf_str(w->out, "'\n");
    }
}

void cmd_zone_rule(void *ctx, const struct rule *r)
{
    struct cmd_writer *w = ctx;

    write_rich_rules(w, "zone", w->zone, r);
}

void cmd_policy_rule(void *ctx, const struct rule *r)
{
    write_rich_rules(ctx, "policy", CMD_POLICY, r);
}

/* A place for a direct rule, "direct --add-rule ipv4 mangle PREROUTING 0". */
static void write_direct_head(struct cmd_writer *w, const char *table, const char *chain, uint32_t priority)
{
    cmd_begin(w);
    buf_printf(w->out, "--direct %srule %s %s %s %u", verb(w), family_words[w->family], table, chain,
               priority);
}

/* The rule in iptables-save's form, without the -A that names the chain; instead_of_accept (may be NULL) are
 * matches and a target for the ACCEPT at its end. No word needs quotes of the shell's but the comment, which
 * has double ones: names of interfaces were looked at (firewall_cmd_check.h). */
static void write_direct(struct cmd_writer *w, const char *table, const struct rule *r, uint32_t priority,
                         const char *instead_of_accept)
{
    const size_t head_len = strlen("-A ") + strlen(r->chain);

    w->scratch.len = 0;
    save_write_rule(&w->scratch, r, w->family);
    if (instead_of_accept)
        w->scratch.len -= strlen(" -j ACCEPT");
    write_direct_head(w, table, r->chain, priority);
    buf_add(w->out, w->scratch.at + head_len, w->scratch.len - head_len);
    buf_str(w->out, instead_of_accept ? instead_of_accept : "");
    buf_char(w->out, '\n');
}

static void write_lowered_direct(void *ctx, const struct rule *r)
{
    struct cmd_writer *w = ctx;
    const char *table = strcmp(r->chain, "POSTROUTING") == 0 ? "nat" : "mangle";

    write_direct(w, table, r, r->in_own_chain ? r->target == TARGET_MARK : w->rank, NULL);
}

void cmd_direct_rule(void *w, const struct rule *r)
{
    lower_rule(&(struct rule_sink){.ctx = w, .rule = write_lowered_direct}, r);
}

static void write_lowered_untracked(void *ctx, const struct rule *r)
{
    struct rule raw = *r;
    /* Replies to the director itself, such as to its health checks, are left alone: it needs their state. */
    const char *end = strcmp(r->chain, "FORWARD") == 0 ? " -m addrtype ! --dst-type LOCAL -j CT --notrack"
                                                       : " -j CT --notrack";

    raw.chain = "PREROUTING";
    write_direct(ctx, "raw", &raw, 0, end);
}

void cmd_untracked_rule(void *w, const struct rule *r)
{
    lower_rule(&(struct rule_sink){.ctx = w, .rule = write_lowered_untracked}, r);
}

void cmd_chain(struct cmd_writer *w, const char *name)
{
    cmd_begin(w);
    buf_printf(w->out, "--direct %schain %s mangle %s\n", verb(w), family_words[w->family], name);
}
