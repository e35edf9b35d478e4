/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each key of a service becomes:
 *
 * - marks: rich rules, or direct ones (firewall_cmd_plan.h);
 * - accept: rich rules of the zone; and direct rules that keep these packets out of connection tracking.
 *   firewalld drops what is in state INVALID before it asks any zone. IPVS takes its packets out of
 *   connection tracking (unless net.ipv4.vs.conntrack = 1), so that a client's FIN, an ICMP error about a
 *   connection, and a real server's SYN-ACK would be in that state;
 * - replies of real servers in FORWARD: rich rules of a policy of lbgen's own, from any zone to any;
 * - masquerade: direct rules in the order of the file, since the first one decides. */
#include <string.h>

#include "lbgen/firewall_cmd.h"
#include "lbgen/firewall_cmd_check.h"
#include "lbgen/firewall_cmd_line.h"
#include "lbgen/firewall_cmd_plan.h"
#include "lbgen/own_chain.h"
#include "lbgen/service_rules.h"

typedef void (*rule_fn)(void *w, const struct rule *rule);
typedef void (*emit_fn)(const struct rule_target *t, const struct service *s);

/* The rules that `emit` makes of a service, through `write`. */
static void write_rules(struct cmd_writer *w, const struct service *s, emit_fn emit, rule_fn write)
{
    const struct rule_sink sink = {.ctx = w, .rule = write};

    emit(&(struct rule_target){.sink = &sink, .family = w->family}, s);
}

static void write_excluding_marks(struct cmd_writer *w, const struct service *s)
{
    const struct chain_name chain = exclusion_chain(s);

    if (!service_claims(s, w->family))
        return;
    if (w->remove)
        write_rules(w, s, emit_marks, cmd_direct_rule);
    else
        cmd_chain(w, chain.text);
    write_rules(w, s, emit_exclusions, cmd_direct_rule);
    if (w->remove)
        cmd_chain(w, chain.text);
    else
        write_rules(w, s, emit_marks, cmd_direct_rule);
}

static void write_marks(struct cmd_writer *w, const struct service *s, bool direct, uint32_t rank)
{
    w->rank = rank;
    if (service_more(s)->exclude_macs.n)
        write_excluding_marks(w, s);
    else
        write_rules(w, s, emit_marks, direct ? cmd_direct_rule : cmd_zone_rule);
    w->rank = 0;
}

static bool accepts(const struct service *s, enum family family)
{
    return service_more(s)->accept && service_claims(s, family);
}

static void write_accepts(struct cmd_writer *w, const struct service *s)
{
    if (!accepts(s, w->family))
        return;
    write_rules(w, s, emit_accepts, cmd_zone_rule);
    write_rules(w, s, emit_accepts, cmd_untracked_rule);
    write_rules(w, s, emit_replies, cmd_untracked_rule);
}

static void write_service(struct cmd_writer *w, const struct format_job *job, const struct cmd_plan *plan,
                          uint32_t number)
{
    const struct service *s = &job->config->services.at[number];

    cmd_title(w, s->name, s->name_len);
    for (int f = 0; f < FAMILIES; f++) {
        if (!job->wants[f])
            continue;
        w->family = (enum family)f;
        write_marks(w, s, plan->direct[number], plan->rank[number]);
        write_accepts(w, s);
        w->rank = number;
        if (prefix_list_has(service_more(s)->masquerade, w->family))
            write_rules(w, s, emit_masquerade, cmd_direct_rule);
        w->rank = 0;
    }
}

/* IPv4's and IPv6's rules in one where they name no address. AH is accepted in IPv4 alone. */
static void write_vrrp_rule(void *ctx, const struct rule *r)
{
    struct cmd_writer *w = ctx;
    const bool both = w->both_families;

    w->both_families = both && !r->src && strcmp(r->protocol, "ah") != 0;
    if (!w->both_families || w->family == IPV4)
        cmd_zone_rule(w, r);
    w->both_families = both;
}

static void write_vrrp(struct cmd_writer *w, const struct format_job *job)
{
    const struct rule_sink sink = {.ctx = w, .rule = write_vrrp_rule};

    cmd_title(w, "vrrp", 4);
    w->both_families = job->wants[IPV4] && job->wants[IPV6];
    for (int f = 0; f < FAMILIES; f++)
        if (job->wants[f]) {
            w->family = (enum family)f;
            emit_vrrp(&(struct rule_target){.sink = &sink, .family = w->family}, &job->config->vrrp, false);
        }
    w->both_families = false;
}

/* Once, in no service's name. */
static void write_neighbours(struct cmd_writer *w, const struct format_job *job)
{
    const struct config *config = job->config;
    const struct rule_sink sink = {.ctx = w, .rule = cmd_zone_rule};

    cmd_title(w, "neighbours", strlen("neighbours"));
    w->family = IPV6;
    for (size_t i = 0; job->wants[IPV6] && i < config->special.n; i++) {
        const struct service *s = &config->services.at[config->special.at[i]];

        if (!accepts(s, IPV6))
            continue;
        emit_neighbours(&(struct rule_target){.sink = &sink, .family = IPV6}, s, "INPUT");
        return;
    }
}

static bool has_replies(const struct service *s, enum family family)
{
    const struct service_more *m = service_more(s);

    for (uint32_t i = 0; accepts(s, family) && i < m->n_real_servers; i++)
        if (m->real_servers[i].address.family == family &&
            real_server_forwarding(s, &m->real_servers[i]) == FORWARDING_NAT)
            return true;
    return false;
}

static bool any_replies(const struct format_job *job)
{
    const struct config *config = job->config;

    for (size_t i = 0; i < config->special.n; i++)
        for (int f = 0; f < FAMILIES; f++)
            if (job->wants[f] && has_replies(&config->services.at[config->special.at[i]], (enum family)f))
                return true;
    return false;
}

static void write_replies(struct cmd_writer *w, const struct format_job *job)
{
    const struct config *config = job->config;

    for (size_t i = 0; i < config->special.n; i++) {
        const struct service *s = &config->services.at[config->special.at[i]];

        cmd_title(w, s->name, s->name_len);
        w->indent = w->remove ? "    " : "";
        for (int f = 0; f < FAMILIES; f++) {
            w->family = (enum family)f;
            if (job->wants[f] && has_replies(s, w->family))
                write_rules(w, s, emit_replies, cmd_policy_rule);
        }
    }
}

#define LOOK_FOR_POLICY                                                                                      \
    "policies=$(firewall-cmd --permanent --get-policies)\n"                                                  \
    "case \" $policies \" in\n"

static void write_policy(struct cmd_writer *w, const struct format_job *job)
{
    static const char make[] =
        "\n# What lets replies of real servers through: from any zone, to any zone.\n" LOOK_FOR_POLICY
        "*' " CMD_POLICY " '*) ;;\n"
        "*) firewall-cmd --permanent --new-policy=" CMD_POLICY " ;;\n"
        "esac\n"
        "firewall-cmd --permanent --policy=" CMD_POLICY " --add-ingress-zone=ANY\n"
        "firewall-cmd --permanent --policy=" CMD_POLICY " --add-egress-zone=ANY\n";
    static const char take[] =
        "\n# What lets replies of real servers through.\n" LOOK_FOR_POLICY "*' " CMD_POLICY " '*)\n";
    static const char drop[] =
        "\n"
        "    left=$(firewall-cmd --permanent --policy=" CMD_POLICY " --list-rich-rules)\n"
        "    [ -n \"$left\" ] || firewall-cmd --permanent --delete-policy=" CMD_POLICY "\n"
        "    ;;\n"
        "esac\n";

    if (!any_replies(job))
        return;
    buf_str(w->out, w->remove ? take : make);
    write_replies(w, job);
    if (w->remove)
        buf_str(w->out, drop);
}

static void write_head(struct buf *out, const struct format_job *job)
{
    buf_str(out, "# Generated by lbgen " LBGEN_VERSION "\n# For /bin/sh, as root: ");
    buf_str(out, job->remove ? "takes lbgen's rules out of " : "gives lbgen's rules to ");
    if (job->firewalld_zone)
        buf_printf(out, "firewalld's zone %s", job->firewalld_zone);
    else
        buf_str(out, "firewalld's default zone");
    buf_str(out, ". It may be run again.\n"
                 "# It ends at the first line that fails; nothing is live before the reload at the end.\n"
                 "set -e\n");
}

static void cmd_write(const struct format_job *job, struct buf *out)
{
    struct cmd_writer w = {.out = out, .zone = job->firewalld_zone, .remove = job->remove, .indent = ""};
    struct cmd_plan plan;

    write_head(out, job);
    write_vrrp(&w, job);
    cmd_plan_make(&plan, job->config);
    for (size_t i = 0; i < job->config->services.n; i++)
        write_service(&w, job, &plan, (uint32_t)i);
    cmd_plan_free(&plan);
    write_neighbours(&w, job);
    write_policy(&w, job);
    cmd_end(&w);
    if (w.lines)
        buf_str(out, "\nfirewall-cmd --reload\n");
}

const struct format firewalld_format = {
    .name = "firewalld", .can_remove = true, .check = cmd_check, .write = cmd_write};
