/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entry is read as if it were lbgen's, without looking at all that there is in it; then an entry is made
 * of what was read. Where both are equal nothing was overlooked. */
#include <endian.h>
#include <string.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_dccp.h>
#include <linux/netfilter/xt_mac.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_sctp.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include "lbgen/own_chain.h"
#include "lbgen/proto.h"
#include "lbgen/save_write.h"
#include "lbgen/xt_address.h"
#include "lbgen/xt_entry.h"
#include "lbgen/xt_family.h"
#include "lbgen/xt_names.h"
#include "lbgen/xt_own.h"
#include "lbgen/xt_own_text.h"

enum { HEAD = sizeof(struct xt_entry_match) };

/* A rule and all that it points to. */
struct reading {
    enum family family;
    const struct xt_family *f;
    struct rule rule;
    struct prefix src, dst;
    struct interface in, out;
    struct mac mac;
    struct port_range ports[XT_MULTI_PORTS];
};

static uint16_t number_at(const char *at)
{
    uint16_t number;

    memcpy(&number, at, sizeof number);
    return number;
}

/* --- addresses, interfaces, protocol --- */

static struct address address_at(const struct xt_family *f, const char *at)
{
    uint64_t bytes[2] = {0, 0};

    memcpy(bytes, at, f->address_size);
    return (struct address){be64toh(bytes[0]), be64toh(bytes[1])};
}

static bool read_prefix(const struct reading *r, const char *e, size_t address, size_t mask,
                        struct prefix *out)
{
    int len = xt_mask_length(r->f, e + mask);

    *out = (struct prefix){
        .first = address_at(r->f, e + address), .family = (uint8_t)r->family, .len = (uint8_t)len};
    for (size_t i = 0; i < r->f->address_size; i++)
        if (e[address + i] & ~e[mask + i])
            return false; /* it matches nothing */
    return len >= 0;
}

static bool read_interface(const char *at, struct interface *out)
{
    memcpy(out->name, at, sizeof out->name);
    out->name[INTERFACE_MAX] = '\0';
    return xt_is_bare(out->name);
}

static bool read_protocol(struct rule *rule, unsigned number)
{
    static const struct {
        const char *name;
        uint8_t number;
    } more[] = {{"vrrp", IP_PROTO_VRRP}, {"icmp", IP_PROTO_ICMP}, {"ipv6-icmp", IP_PROTO_ICMPV6}};

    for (int p = 0; p < PROTOS; p++)
        if (proto_ops[p].number == number) {
            rule->protocol = proto_ops[p].name;
            return true;
        }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i].number == number)
            rule->protocol = more[i].name;
    return !number || rule->protocol;
}

static bool read_head(struct reading *r, const char *e)
{
    const struct xt_family *f = r->f;

    r->rule.src = &r->src;
    r->rule.dst = &r->dst;
    r->rule.in = &r->in;
    r->rule.out = &r->out;
    return read_prefix(r, e, f->source, f->source_mask, &r->src) &&
           read_prefix(r, e, f->destination, f->destination_mask, &r->dst) &&
           read_interface(e + f->in, &r->in) && read_interface(e + f->out, &r->out) &&
           read_protocol(&r->rule, number_at(e + f->proto));
}

/* --- matches --- */

/* Of names of services, which need no escapes. */
static bool is_tag(const char *text, size_t len)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

    for (size_t i = 0; i < len; i++)
        if (!memchr(plain, text[i], sizeof plain - 1))
            return false;
    return true;
}

static bool read_comment(struct reading *r, const void *data)
{
    static const char prefix[] = "lbgen:";
    const struct xt_comment_info *comment = data;
    size_t len = strnlen(comment->comment, sizeof comment->comment), head = sizeof prefix - 1;

    if (len < head || memcmp(comment->comment, prefix, head) != 0)
        return false;
    r->rule.in_own_chain = false;
    r->rule.tag = comment->comment + head;
    r->rule.tag_len = len - head;
    return is_tag(r->rule.tag, r->rule.tag_len);
}

/* A match that tests no port says so by another text. */
static bool take_ports(struct reading *r, enum port_side side, const uint16_t ports[2])
{
    r->ports[0] = (struct port_range){ports[0], ports[1]};
    r->rule.ports = r->ports;
    r->rule.n_ports = 1;
    r->rule.port_match = true;
    r->rule.side = side;
    return ports[0] != 0 || ports[1] != UINT16_MAX;
}

static bool take_one_side(struct reading *r, const uint16_t source[2], const uint16_t destination[2])
{
    bool no_destination = destination[0] == 0 && destination[1] == UINT16_MAX;

    return no_destination ? take_ports(r, PORTS_SOURCE, source)
                          : take_ports(r, PORTS_DESTINATION, destination);
}

static bool read_tcp(struct reading *r, const void *data)
{
    const struct xt_tcp *tcp = data;

    return take_one_side(r, tcp->spts, tcp->dpts);
}

static bool read_udp(struct reading *r, const void *data)
{
    const struct xt_udp *udp = data;

    return take_one_side(r, udp->spts, udp->dpts);
}

static bool read_sctp(struct reading *r, const void *data)
{
    const struct xt_sctp_info *sctp = data;

    return sctp->flags == XT_SCTP_SRC_PORTS ? take_ports(r, PORTS_SOURCE, sctp->spts)
                                            : take_ports(r, PORTS_DESTINATION, sctp->dpts);
}

static bool read_dccp(struct reading *r, const void *data)
{
    const struct xt_dccp_info *dccp = data;

    return dccp->flags == XT_DCCP_SRC_PORTS ? take_ports(r, PORTS_SOURCE, dccp->spts)
                                            : take_ports(r, PORTS_DESTINATION, dccp->dpts);
}

static bool read_multiport(struct reading *r, const void *data)
{
    const struct xt_multiport_v1 *multi = data;
    uint32_t n = 0;

    for (unsigned i = 0; i < multi->count && i < XT_MULTI_PORTS; i++) {
        uint16_t low = multi->ports[i];

        if (multi->pflags[i] && i + 1 < XT_MULTI_PORTS)
            i++;
        r->ports[n++] = (struct port_range){low, multi->ports[i]};
    }
    r->rule.ports = r->ports;
    r->rule.n_ports = n;
    r->rule.port_match = false;
    r->rule.side = multi->flags == XT_MULTIPORT_SOURCE ? PORTS_SOURCE : PORTS_DESTINATION;
    return n;
}

/* libxtables has names for some: 255 is "any". */
static bool read_icmp(struct reading *r, const void *data)
{
    const struct ipt_icmp *icmp = data;

    r->rule.icmp_type = icmp->type;
    return icmp->type != UINT8_MAX;
}

static bool read_mac(struct reading *r, const void *data)
{
    const struct xt_mac_info *mac = data;

    memcpy(r->mac.byte, mac->srcaddr, sizeof r->mac.byte);
    r->rule.mac = &r->mac;
    return true;
}

static const struct {
    const char *name;
    size_t size; /* of what `read` looks at */
    bool (*read)(struct reading *r, const void *data);
} matches[] = {
    {"comment", sizeof(struct xt_comment_info), read_comment},
    {"tcp", sizeof(struct xt_tcp), read_tcp},
    {"udp", sizeof(struct xt_udp), read_udp},
    {"multiport", sizeof(struct xt_multiport_v1), read_multiport},
    {"sctp", sizeof(struct xt_sctp_info), read_sctp},
    {"dccp", sizeof(struct xt_dccp_info), read_dccp},
    {"icmp", sizeof(struct ipt_icmp), read_icmp},
    {"icmp6", sizeof(struct ipt_icmp), read_icmp},
    {"mac", sizeof(struct xt_mac_info), read_mac},
};

static const char *name_of(const char *at)
{
    return at + offsetof(struct xt_entry_match, u.user.name);
}

static bool is_named(const char *at, const char *name)
{
    return strncmp(name_of(at), name, XT_EXTENSION_MAXNAMELEN) == 0;
}

static bool read_match(struct reading *r, const char *at)
{
    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++)
        if (is_named(at, matches[i].name))
            return number_at(at) >= HEAD + matches[i].size && matches[i].read(r, at + HEAD);
    return false;
}

/* --- targets --- */

static bool read_standard(struct rule *rule, const char *at, const char *jump, bool is_goto)
{
    if (!*jump)
        return false;
    rule->target = is_goto ? TARGET_GOTO : TARGET_JUMP;
    rule->jump = jump;
    /* A name that is no own chain's, in an entry that has one, might be an extension's. */
    return !*name_of(at) || strcmp(jump, "ACCEPT") == 0 || strcmp(jump, "RETURN") == 0 ||
           chain_is_own(jump, strlen(jump));
}

static bool read_mark(struct rule *rule, const char *at)
{
    struct xt_mark_tginfo2 mark;

    if (number_at(at) < HEAD + sizeof mark)
        return false;
    memcpy(&mark, at + HEAD, sizeof mark);
    rule->target = TARGET_MARK;
    rule->mark = (struct mark){.value = mark.mark, .mask = mark.mask};
    return true;
}

static bool read_snat(struct reading *r, const char *at)
{
    size_t address = r->family == IPV4 ? offsetof(struct nf_nat_ipv4_multi_range_compat, range[0].min_ip)
                                       : offsetof(struct nf_nat_range, min_addr);

    if (number_at(at) < HEAD + address + r->f->address_size)
        return false;
    r->rule.target = TARGET_SNAT;
    r->rule.to = (struct prefix){.first = address_at(r->f, at + HEAD + address),
                                 .family = (uint8_t)r->family,
                                 .len = family_ops[r->family].bits};
    return true;
}

static bool read_target(struct reading *r, const char *entry, const char *at, const char *jump)
{
    if (entry_is_standard(r->family, entry))
        return read_standard(&r->rule, at, jump, entry[r->f->flags] & r->f->goto_flag);
    if (is_named(at, "MARK"))
        return read_mark(&r->rule, at);
    if (is_named(at, "SNAT"))
        return read_snat(r, at);
    r->rule.target = TARGET_MASQUERADE;
    return is_named(at, "MASQUERADE");
}

static bool is_all(const struct reading *r, const char *entry, const char *jump)
{
    struct xt_own_entry made;

    made.len = 0;
    xt_own_write(r->family, &r->rule, &made);
    return entry_equal(r->family, &(struct image_rule){.payload = entry, .jump = jump},
                       &(struct image_rule){.payload = made.bytes, .jump = jump});
}

bool xt_own_text(enum family family, const struct xt_decoding *rule, struct buf *out)
{
    struct reading r = {.family = family,
                        .f = xt_family(family_ops[family].number),
                        .rule = {.chain = rule->chain, .icmp_type = -1, .in_own_chain = true}};
    const char *e = rule->entry, *target = e + number_at(e + r.f->target_offset);
    const char *jump = rule->jump ? rule->jump : name_of(target);

    if (strnlen(jump, XT_EXTENSION_MAXNAMELEN) == XT_EXTENSION_MAXNAMELEN || !xt_is_bare(jump) ||
        !xt_is_bare(rule->chain) || !read_head(&r, e))
        return false;
    for (const char *at = e + r.f->entry_size; at < target; at += number_at(at))
        if (!read_match(&r, at))
            return false;
    if (!read_target(&r, e, target, jump) || !is_all(&r, e, jump))
        return false;
    save_write_rule(out, &r.rule, family);
    return true;
}
