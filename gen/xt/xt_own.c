/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <string.h>
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

#include "lbgen/lower.h"
#include "lbgen/protocol_number.h"
#include "lbgen/xt_family.h"
#include "lbgen/xt_own.h"

_Static_assert((int)MULTIPORT_SLOTS == XT_MULTI_PORTS, "lower_rule fills what a match can carry");

/* Where the families differ beyond struct xt_family. struct ipt_icmp serves both ICMPs. */
static const struct own_family {
    const char *icmp; /* match */
    size_t nat_size;  /* of the data of MASQUERADE and SNAT; below: offsets in it */
    size_t nat_count, nat_flags, nat_min, nat_max;
    uint32_t nat_counts; /* what stands at nat_count */
    uint8_t snat_revision;
} own_families[FAMILIES] = {
    [IPV4] = {.icmp = "icmp",
              .nat_size = sizeof(struct nf_nat_ipv4_multi_range_compat),
              .nat_count = offsetof(struct nf_nat_ipv4_multi_range_compat, rangesize),
              .nat_flags = offsetof(struct nf_nat_ipv4_multi_range_compat, range[0].flags),
              .nat_min = offsetof(struct nf_nat_ipv4_multi_range_compat, range[0].min_ip),
              .nat_max = offsetof(struct nf_nat_ipv4_multi_range_compat, range[0].max_ip),
              .nat_counts = 1},
    [IPV6] = {.icmp = "icmp6",
              .nat_size = sizeof(struct nf_nat_range),
              .nat_flags = offsetof(struct nf_nat_range, flags),
              .nat_min = offsetof(struct nf_nat_range, min_addr),
              .nat_max = offsetof(struct nf_nat_range, max_addr),
              .snat_revision = 1},
};

struct writer {
    const struct xt_family *family;
    const struct own_family *own;
    unsigned char *bytes;
    size_t len;
};

static void put(struct writer *w, size_t offset, const void *data, size_t size)
{
    memcpy(w->bytes + offset, data, size);
}

static void put_number(struct writer *w, size_t offset, size_t number)
{
    uint16_t small = (uint16_t)number;

    put(w, offset, &small, sizeof small);
}

/* --- addresses, interfaces, protocol --- */

/* Most significant byte first, as many as the family has. */
static void put_address(struct writer *w, size_t offset, struct address a)
{
    uint64_t bytes[2] = {htobe64(a.high), htobe64(a.low)};

    put(w, offset, bytes, w->family->address_size);
}

static void put_prefix(struct writer *w, size_t address, size_t mask, const struct prefix *p)
{
    if (!p || p->len == 0)
        return;
    put_address(w, address, p->first);
    put_address(w, mask, address_mask(p->len));
}

/* The kernel compares what the mask covers: a name and its NUL, or what stands before a + at its end. */
static void put_interface(struct writer *w, size_t name, size_t mask, const struct interface *i)
{
    size_t len = i ? strnlen(i->name, INTERFACE_MAX) : 0;

    if (!len)
        return;
    put(w, name, i->name, len);
    memset(w->bytes + mask, 0xff, i->name[len - 1] == '+' ? len - 1 : len + 1);
}

enum { NO_PROTOCOL = 255 /* of no packet; 0 would be that of all */ };

static uint8_t number_of(const char *protocol)
{
    uint8_t number;

    return protocol_number(protocol, strlen(protocol), &number) ? number : NO_PROTOCOL;
}

static void put_head(struct writer *w, const struct rule *r)
{
    const struct xt_family *f = w->family;

    w->len = f->entry_size;
    memset(w->bytes, 0, w->len);
    put_prefix(w, f->source, f->source_mask, r->src);
    put_prefix(w, f->destination, f->destination_mask, r->dst);
    put_interface(w, f->in, f->in_mask, r->in);
    put_interface(w, f->out, f->out_mask, r->out);
    if (r->protocol) {
        put_number(w, f->proto, number_of(r->protocol));
        w->bytes[f->flags] |= f->proto_flag;
    }
    if (r->target == TARGET_GOTO)
        w->bytes[f->flags] |= f->goto_flag;
}

/* --- matches --- */

/* A match or a target, whose structs are alike; returns its data, zeroed. */
static void *put_extension(struct writer *w, const char *name, uint8_t revision, size_t data_size)
{
    unsigned char *at = w->bytes + w->len;
    size_t size = XT_ALIGN(sizeof(struct xt_entry_match)) + XT_ALIGN(data_size);

    memset(at, 0, size);
    put_number(w, w->len, size);
    memcpy(at + offsetof(struct xt_entry_match, u.user.name), name,
           strnlen(name, XT_EXTENSION_MAXNAMELEN - 1));
    at[offsetof(struct xt_entry_match, u.user.revision)] = revision;
    w->len += size;
    return at + XT_ALIGN(sizeof(struct xt_entry_match));
}

static void put_comment(struct writer *w, const struct rule *r)
{
    static const char prefix[] = "lbgen:";
    enum { PREFIX = sizeof prefix - 1, TAG_MAX = XT_MAX_COMMENT_LEN - 1 - PREFIX };

    if (r->in_own_chain)
        return;
    struct xt_comment_info *comment = put_extension(w, "comment", 0, sizeof *comment);
    memcpy(comment->comment, prefix, PREFIX);
    memcpy(comment->comment + PREFIX, r->tag, r->tag_len < TAG_MAX ? r->tag_len : TAG_MAX);
}

static void put_tcp(struct writer *w, const uint16_t source[2], const uint16_t destination[2])
{
    struct xt_tcp *tcp = put_extension(w, "tcp", 0, sizeof *tcp);

    memcpy(tcp->spts, source, sizeof tcp->spts);
    memcpy(tcp->dpts, destination, sizeof tcp->dpts);
}

static void put_udp(struct writer *w, const uint16_t source[2], const uint16_t destination[2])
{
    struct xt_udp *udp = put_extension(w, "udp", 0, sizeof *udp);

    memcpy(udp->spts, source, sizeof udp->spts);
    memcpy(udp->dpts, destination, sizeof udp->dpts);
}

/* sctp and dccp look only at what a flag names; the other ports stay 0. */
static void put_sctp(struct writer *w, const struct rule *r, const uint16_t ports[2])
{
    struct xt_sctp_info *sctp = put_extension(w, "sctp", 0, sizeof *sctp);
    bool source = r->side == PORTS_SOURCE;

    memcpy(source ? sctp->spts : sctp->dpts, ports, sizeof sctp->dpts);
    sctp->flags = source ? XT_SCTP_SRC_PORTS : XT_SCTP_DEST_PORTS;
    for (int i = 0; i < XT_NUM_SCTP_FLAGS; i++)
        sctp->flag_info[i].chunktype = UINT8_MAX;
}

static void put_dccp(struct writer *w, const struct rule *r, const uint16_t ports[2])
{
    struct xt_dccp_info *dccp = put_extension(w, "dccp", 0, sizeof *dccp);
    bool source = r->side == PORTS_SOURCE;

    memcpy(source ? dccp->spts : dccp->dpts, ports, sizeof dccp->dpts);
    dccp->flags = source ? XT_DCCP_SRC_PORTS : XT_DCCP_DEST_PORTS;
}

static void put_one_range(struct writer *w, const struct rule *r)
{
    static const uint16_t any[2] = {0, UINT16_MAX};
    const uint16_t ports[2] = {r->ports[0].low, r->ports[0].high};
    bool source = r->side == PORTS_SOURCE;

    switch (number_of(r->protocol)) {
    case IPPROTO_TCP: put_tcp(w, source ? ports : any, source ? any : ports); break;
    case IPPROTO_UDP: put_udp(w, source ? ports : any, source ? any : ports); break;
    case IPPROTO_SCTP: put_sctp(w, r, ports); break;
    case IPPROTO_DCCP: put_dccp(w, r, ports); break;
    default: break; /* has no match of its own */
    }
}

static void put_multiport(struct writer *w, const struct rule *r)
{
    struct xt_multiport_v1 *multi = put_extension(w, "multiport", 1, sizeof *multi);
    uint8_t n = 0;

    multi->flags = r->side == PORTS_SOURCE ? XT_MULTIPORT_SOURCE : XT_MULTIPORT_DESTINATION;
    for (uint32_t i = 0; i < r->n_ports && n < XT_MULTI_PORTS; i++) {
        multi->ports[n] = r->ports[i].low;
        if (r->ports[i].low != r->ports[i].high && n + 1 < XT_MULTI_PORTS) {
            multi->pflags[n++] = 1;
            multi->ports[n] = r->ports[i].high;
        }
        n++;
    }
    multi->count = n;
}

static void put_matches(struct writer *w, const struct rule *r)
{
    put_comment(w, r);
    if (r->n_ports == 1 && r->port_match && r->protocol)
        put_one_range(w, r);
    else if (r->n_ports)
        put_multiport(w, r);
    if (r->icmp_type >= 0) {
        struct ipt_icmp *icmp = put_extension(w, w->own->icmp, 0, sizeof *icmp);

        icmp->type = (uint8_t)r->icmp_type;
        icmp->code[1] = UINT8_MAX;
    }
    if (r->mac) {
        struct xt_mac_info *mac = put_extension(w, "mac", 0, sizeof *mac);

        memcpy(mac->srcaddr, r->mac->byte, sizeof mac->srcaddr);
    }
}

/* --- targets --- */

static void put_nat(struct writer *w, const char *name, uint8_t revision, const struct address *to)
{
    const struct own_family *own = w->own;
    const uint32_t map_addresses = NF_NAT_RANGE_MAP_IPS;
    unsigned char *data = put_extension(w, name, revision, own->nat_size);
    size_t at = (size_t)(data - w->bytes);

    if (own->nat_counts)
        put(w, at + own->nat_count, &own->nat_counts, sizeof own->nat_counts);
    if (!to)
        return;
    put(w, at + own->nat_flags, &map_addresses, sizeof map_addresses);
    put_address(w, at + own->nat_min, *to);
    put_address(w, at + own->nat_max, *to);
}

static void put_standard(struct writer *w, const char *name)
{
    put_extension(w, name, 0, sizeof(int));
}

static void put_target(struct writer *w, const struct rule *r)
{
    struct xt_mark_tginfo2 *mark;

    switch (r->target) {
    case TARGET_ACCEPT: put_standard(w, "ACCEPT"); break;
    case TARGET_RETURN: put_standard(w, "RETURN"); break;
    case TARGET_GOTO:
    case TARGET_JUMP: put_standard(w, r->jump); break;
    case TARGET_MASQUERADE: put_nat(w, "MASQUERADE", 0, NULL); break;
    case TARGET_SNAT: put_nat(w, "SNAT", w->own->snat_revision, &r->to.first); break;
    case TARGET_MARK:
        mark = put_extension(w, "MARK", 2, sizeof *mark);
        mark->mark = r->mark.value;
        mark->mask = r->mark.mask;
        break;
    }
}

void xt_own_write(enum family family, const struct rule *rule, struct xt_own_entry *out)
{
    struct writer w = {
        .family = xt_family(family_ops[family].number), .own = &own_families[family], .bytes = out->bytes};

    put_head(&w, rule);
    put_matches(&w, rule);
    put_number(&w, w.family->target_offset, w.len);
    put_target(&w, rule);
    put_number(&w, w.family->next_offset, w.len);
    out->len = (uint32_t)w.len;
}

const void *xt_own_entry(enum family family, const struct rule *rule, struct arena *mem, uint32_t *len)
{
    struct xt_own_entry entry;

    entry.len = 0;
    xt_own_write(family, rule, &entry);
    *len = entry.len;
    return arena_copy(mem, entry.bytes, entry.len);
}
