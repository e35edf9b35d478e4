/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <string.h>

#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_TCPMSS.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_devgroup.h>
#include <linux/netfilter/xt_ecn.h>
#include <linux/netfilter/xt_physdev.h>
#include <linux/netfilter/xt_policy.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ipt_ECN.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>

#include "lbgen/xt_demands.h"
#include "lbgen/xt_names.h"

enum { TCP = IPPROTO_TCP, UDP = IPPROTO_UDP, ANY = 256, TCP_SYN = 0x02 };
enum { PRE = XT_PREROUTING, IN = XT_INPUT, FWD = XT_FORWARD, OUT = XT_OUTPUT, POST = XT_POSTROUTING };

/* --- ways of use --- */

static bool limits_in(const void *data)
{
    return ((const struct xt_addrtype_info_v1 *)data)->flags & XT_ADDRTYPE_LIMIT_IFACE_IN;
}

static bool limits_out(const void *data)
{
    return ((const struct xt_addrtype_info_v1 *)data)->flags & XT_ADDRTYPE_LIMIT_IFACE_OUT;
}

#define IPV4_TYPES "BROADCAST, BLACKHOLE, PROHIBIT, THROW, NAT or XRESOLVE"
enum {
    IPV4_TYPE_BITS = XT_ADDRTYPE_BROADCAST | XT_ADDRTYPE_BLACKHOLE | XT_ADDRTYPE_PROHIBIT |
                     XT_ADDRTYPE_THROW | XT_ADDRTYPE_NAT | XT_ADDRTYPE_XRESOLVE
};

static bool has_ipv4_source(const void *data)
{
    return ((const struct xt_addrtype_info_v1 *)data)->source & IPV4_TYPE_BITS;
}

static bool has_ipv4_destination(const void *data)
{
    return ((const struct xt_addrtype_info_v1 *)data)->dest & IPV4_TYPE_BITS;
}

static bool has_source_group(const void *data)
{
    return ((const struct xt_devgroup_info *)data)->flags & (XT_DEVGROUP_MATCH_SRC | XT_DEVGROUP_INVERT_SRC);
}

static bool has_destination_group(const void *data)
{
    return ((const struct xt_devgroup_info *)data)->flags & (XT_DEVGROUP_MATCH_DST | XT_DEVGROUP_INVERT_DST);
}

static bool reads_cwr(const void *data)
{
    return ((const struct xt_ecn_info *)data)->operation & XT_ECN_OP_MATCH_CWR;
}

static bool reads_ece(const void *data)
{
    return ((const struct xt_ecn_info *)data)->operation & XT_ECN_OP_MATCH_ECE;
}

static bool has_unbridged(const struct xt_physdev_info *info, unsigned what)
{
    return info->bitmask & what &&
           (!(info->bitmask & XT_PHYSDEV_OP_BRIDGED) || info->invert & XT_PHYSDEV_OP_BRIDGED);
}

static bool has_port_out(const void *data)
{
    return has_unbridged(data, XT_PHYSDEV_OP_OUT);
}

static bool is_port_out(const void *data)
{
    return has_unbridged(data, XT_PHYSDEV_OP_ISOUT);
}

static bool is_policy_in(const void *data)
{
    return ((const struct xt_policy_info *)data)->flags & XT_POLICY_MATCH_IN;
}

static bool is_policy_out(const void *data)
{
    return ((const struct xt_policy_info *)data)->flags & XT_POLICY_MATCH_OUT;
}

static bool has_helper(const void *data)
{
    return ((const struct xt_ct_target_info_v1 *)data)->helper[0];
}

static bool has_timeout(const void *data)
{
    return ((const struct xt_ct_target_info_v1 *)data)->timeout[0];
}

static bool writes_tcp(const void *data)
{
    return ((const struct ipt_ECN_info *)data)->operation & (IPT_ECN_OP_SET_ECE | IPT_ECN_OP_SET_CWR);
}

static bool resets4(const void *data)
{
    return ((const struct ipt_reject_info *)data)->with == IPT_TCP_RESET;
}

static bool resets6(const void *data)
{
    return ((const struct ip6t_reject_info *)data)->with == IP6T_TCP_RESET;
}

static bool clamps(const void *data)
{
    return ((const struct xt_tcpmss_info *)data)->mss == XT_TCPMSS_CLAMP_PMTU;
}

/* --- demands --- */

struct demand {
    const char *name, *option; /* option: what makes it this way of use; NULL: there is no other */
    size_t size;               /* of the data that is_so reads */
    bool (*is_so)(const void *data);
    int family; /* which the demand is made in, 0: both */
    unsigned hooks, protos[2];
    const char *proto_name;
    bool syn;   /* a match beside it has to require SYN */
    bool never; /* this way of use can't be had */
};
#define USE(name, option, type, is_so) (name), (option), sizeof(struct type), (is_so)

static const struct demand matches[] = {
    {USE("addrtype", "--limit-iface-in", xt_addrtype_info_v1, limits_in), .hooks = PRE | IN | FWD},
    {USE("addrtype", "--limit-iface-out", xt_addrtype_info_v1, limits_out), .hooks = FWD | OUT | POST},
    {USE("addrtype", "--src-type " IPV4_TYPES, xt_addrtype_info_v1, has_ipv4_source), .family = 6,
     .never = true},
    {USE("addrtype", "--dst-type " IPV4_TYPES, xt_addrtype_info_v1, has_ipv4_destination), .family = 6,
     .never = true},
    {USE("devgroup", "--src-group", xt_devgroup_info, has_source_group), .hooks = PRE | IN | FWD},
    {USE("devgroup", "--dst-group", xt_devgroup_info, has_destination_group), .hooks = FWD | OUT | POST},
    {USE("ecn", "--ecn-tcp-cwr", xt_ecn_info, reads_cwr), .protos = {TCP}, .proto_name = "-p tcp"},
    {USE("ecn", "--ecn-tcp-ece", xt_ecn_info, reads_ece), .protos = {TCP}, .proto_name = "-p tcp"},
    {USE("physdev", "--physdev-out", xt_physdev_info, has_port_out), .hooks = PRE | IN | FWD | POST},
    {USE("physdev", "--physdev-is-out", xt_physdev_info, is_port_out), .hooks = PRE | IN | FWD | POST},
    {USE("policy", "--dir in", xt_policy_info, is_policy_in), .hooks = PRE | IN | FWD},
    {USE("policy", "--dir out", xt_policy_info, is_policy_out), .hooks = FWD | OUT | POST},
};

static const struct demand targets[] = {
    {USE("CT", "--helper", xt_ct_target_info_v1, has_helper), .protos = {ANY}, .proto_name = "a -p"},
    {USE("CT", "--timeout", xt_ct_target_info_v1, has_timeout), .protos = {ANY}, .proto_name = "a -p"},
    {USE("ECN", "--ecn-tcp-remove", ipt_ECN_info, writes_tcp), .protos = {TCP}, .proto_name = "-p tcp"},
    {USE("REJECT", "--reject-with tcp-reset", ipt_reject_info, resets4), .family = 4, .protos = {TCP},
     .proto_name = "-p tcp"},
    {USE("REJECT", "--reject-with tcp-reset", ip6t_reject_info, resets6), .family = 6, .protos = {TCP},
     .proto_name = "-p tcp"},
    {USE("TCPMSS", "--clamp-mss-to-pmtu", xt_tcpmss_info, clamps), .hooks = FWD | OUT | POST},
    {.name = "TCPMSS", .syn = true},
    {.name = "TPROXY", .protos = {TCP, UDP}, .proto_name = "-p tcp or udp"},
};

/* Another revision of the extension has other data: it is not judged. */
static bool applies(const struct demand *d, const struct xt_use *use, int family)
{
    if (strcmp(d->name, use->name) != 0 || (d->family && d->family != family))
        return false;
    return !d->is_so || (use->size == XT_ALIGN(d->size) && d->is_so(use->data));
}

static bool has_proto(const struct demand *d, unsigned proto)
{
    return d->protos[0] == ANY ? proto != 0 : proto && (proto == d->protos[0] || proto == d->protos[1]);
}

static bool is_met(const char *what, const struct demand *d, const struct xt_place *place,
                   struct complaint *why)
{
    const char *with = d->option ? " with " : "", *option = d->option ? d->option : "";
    unsigned hook = xt_hook(place->chain);

    if (d->never)
        return complain(why, 0, 0, "the %s %s%s%s is not for IPv%d", what, d->name, with, option,
                        place->family);
    if (d->hooks && hook && !(d->hooks & hook))
        return complain(why, 0, 0, "the %s %s%s%s is not for %s", what, d->name, with, option, place->chain);
    if (d->protos[0] && !has_proto(d, place->proto))
        return complain(why, 0, 0, "the %s %s%s%s needs %s", what, d->name, with, option, d->proto_name);
    if (d->syn && !place->syn)
        return complain(why, 0, 0, "the %s %s needs a match for SYN: --syn or --tcp-flags SYN,RST SYN", what,
                        d->name);
    return true;
}

static bool are_met(const char *what, const struct demand *table, size_t n, const struct xt_use *use,
                    const struct xt_place *place, const char **option, struct complaint *why)
{
    for (size_t i = 0; i < n; i++) {
        *option = table[i].option;
        if (applies(&table[i], use, place->family) && !is_met(what, &table[i], place, why))
            return false;
    }
    return true;
}

bool xt_match_may_be_used(const struct xt_use *match, const struct xt_place *place, const char **option,
                          struct complaint *why)
{
    return are_met("match", matches, sizeof matches / sizeof *matches, match, place, option, why);
}

bool xt_target_may_be_used(const struct xt_use *target, const struct xt_place *place, const char **option,
                           struct complaint *why)
{
    return are_met("target", targets, sizeof targets / sizeof *targets, target, place, option, why);
}

/* As the kernel judges it: the mask of --tcp-flags doesn't count. */
bool xt_requires_syn(const struct xt_use *match)
{
    const struct xt_tcp *tcp = match->data;

    return !strcmp(match->name, "tcp") && match->size == XT_ALIGN(sizeof *tcp) && tcp->flg_cmp & TCP_SYN &&
           !(tcp->invflags & XT_TCP_INV_FLAGS);
}
