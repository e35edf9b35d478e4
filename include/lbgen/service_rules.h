/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of one service, and of [vrrp], for one chain each. */
#ifndef LBGEN_SERVICE_RULES_H
#define LBGEN_SERVICE_RULES_H

#include "lbgen/config.h"
#include "lbgen/rule.h"

/* Where rules go, and for which family they are made. */
struct rule_target {
    const struct rule_sink *sink;
    enum family family;
};

/* mangle PREROUTING: mark what the service claims, or send it to the chain that leaves out some MAC
 * addresses. */
void emit_marks(const struct rule_target *t, const struct service *s);
/* The same of one VIP, for a chain of the dispatch tree. */
void emit_vip_marks(const struct rule_target *t, const struct service *s, const struct prefix *vip,
                    const char *chain);
/* The body of the former chain. The service has exclude-mac. */
void emit_exclusions(const struct rule_target *t, const struct service *s);
/* nat POSTROUTING: MASQUERADE or SNAT. */
void emit_masquerade(const struct rule_target *t, const struct service *s);
/* filter INPUT: the service's traffic, and the ICMP errors that its VIPs need. */
void emit_accepts(const struct rule_target *t, const struct service *s);
/* The same of one VIP, for a chain of the dispatch tree. */
void emit_vip_accepts(const struct rule_target *t, const struct service *s, const struct prefix *vip,
                      const char *chain);
/* filter FORWARD: replies of real servers that are reached by nat. */
void emit_replies(const struct rule_target *t, const struct service *s);
/* filter OUTPUT: what IPVS sends to real servers. */
void emit_forwarded(const struct rule_target *t, const struct service *s);
/* filter INPUT or OUTPUT: neighbour discovery, without which no IPv6 packet finds its way; in the service's
 * name. */
void emit_neighbours(const struct rule_target *t, const struct service *s, const char *chain);
/* filter INPUT, or OUTPUT: VRRP, its authentication header, and the sync daemon; nothing where [vrrp] does
 * not accept. */
void emit_vrrp(const struct rule_target *t, const struct vrrp *v, bool output);

/* Whether emit_vrrp makes any rule: a list of sources without one of the family makes none, in OUTPUT
 * neither. */
bool vrrp_is_accepted(const struct vrrp *v, enum family family);

#endif
