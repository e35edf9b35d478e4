/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/nft_text.h"
#include "lbgen/protocol_number.h"
#include "lbgen/xalloc.h"

enum { COMMENT_LONGEST = 120 /* NFTNL_UDATA_COMMENT_MAXLEN is 128 */ };

void nft_begin_block(struct buf *out, bool *any)
{
    if (*any)
        buf_char(out, '\n');
    *any = true;
}

/* How many bits it takes to write the number, which is not 0. */
static unsigned bits_of(uint64_t number)
{
    return 64 - (unsigned)__builtin_clzll(number);
}

/* The length of the prefix that goes from the one address to the other, which is not the same; -1 where they
 * are no prefix's. */
static int prefix_length(enum family family, struct address from, struct address to)
{
    struct address host = {.high = from.high ^ to.high, .low = from.low ^ to.low};
    unsigned host_bits = host.high ? 64 + bits_of(host.high) : bits_of(host.low);

    if (family == IPV4) {
        host.high >>= 32;
        host_bits = bits_of(host.high);
    }
    /* A prefix's first and last address differ in all of the host's bits, and in these the first has none. */
    if (host_bits > 64 ? host.low != UINT64_MAX || host.high != UINT64_MAX >> (128 - host_bits)
                       : (family == IPV4 ? host.high : host.low) != UINT64_MAX >> (64 - host_bits))
        return -1;
    if (family == IPV4 ? from.high >> 32 & host.high : (from.high & host.high) | (from.low & host.low))
        return -1;
    return (int)(family_ops[family].bits - host_bits);
}

static void print_addresses(struct buf *out, enum family family, struct address from, struct address to)
{
    int len;

    address_print(out, family, from);
    if (address_compare(from, to) == 0)
        return;
    len = prefix_length(family, from, to);
    if (len >= 0) {
        buf_char(out, '/');
        buf_dec(out, (uint32_t)len);
        return;
    }
    buf_char(out, '-');
    address_print(out, family, to);
}

static void print_ports(struct buf *out, struct port_range ports)
{
    buf_dec(out, ports.low);
    if (ports.low == ports.high)
        return;
    buf_char(out, '-');
    buf_dec(out, ports.high);
}

void nft_key_print(struct buf *out, enum family family, enum cell_layer layer, const struct claim_cell *cell)
{
    print_addresses(out, family, cell->from, cell->to);
    buf_str(out, " . ");
    buf_str(out, cell->proto != CELL_ICMP ? proto_ops[cell->proto].name : family == IPV4 ? "icmp" : "icmpv6");
    if (!cells_have_ports(layer))
        return;
    buf_str(out, " . ");
    print_ports(out, (struct port_range){cell->low, cell->high});
}

/* The names of the services, as many as a comment takes. */
static void print_names(struct buf *out, const struct service *services, const struct service_list *list)
{
    size_t room = COMMENT_LONGEST;

    buf_str(out, " comment \"");
    for (uint32_t i = 0; i < list->n; i++) {
        const struct service *s = &services[list->at[i]];

        if (s->name_len + 5U > room) {
            buf_str(out, " ...");
            break;
        }
        if (i)
            buf_char(out, ' ');
        buf_add(out, s->name, s->name_len);
        room -= s->name_len + 1U;
    }
    buf_char(out, '"');
}

void nft_element_print(struct buf *out, const struct nft_model *model, enum family family,
                       enum cell_layer layer, enum nft_value value, const struct nft_element *element)
{
    nft_key_print(out, family, layer, element->cell);
    print_names(out, value == NFT_ACCEPT ? model->accepts[family].at : model->config->services.at,
                element->cell->services);
    if (value == NFT_ACCEPT)
        return;
    buf_str(out, " : ");
    if (element->chain) {
        buf_str(out, "goto ");
        buf_str(out, element->chain);
    } else {
        buf_hex(out, element->mark);
    }
}

void nft_mark_print(struct buf *out, struct mark mark)
{
    buf_str(out, "meta mark set ");
    if (mark.mask != MARK_MASK_ALL) {
        buf_str(out, "meta mark & ");
        buf_hex(out, ~mark.mask);
        buf_str(out, " | ");
    }
    buf_hex(out, mark.value);
}

void nft_interface_print(struct buf *out, const char *key, const struct interface *interface)
{
    size_t len = interface ? strlen(interface->name) : 0;

    if (len == 0)
        return;
    bool open = interface->name[len - 1] == '+';
    buf_printf(out, "%s \"%.*s%s\" ", key, (int)(len - open), interface->name, open ? "*" : "");
}

void nft_address_match_print(struct buf *out, const char *key, const struct prefix *prefix)
{
    if (!prefix || prefix->len == 0)
        return;
    buf_printf(out, "%s %s ", prefix->family == IPV4 ? "ip" : "ip6", key);
    if (prefix_is_host(prefix))
        address_print(out, prefix->family, prefix->first);
    else
        prefix_print(out, prefix);
    buf_char(out, ' ');
}

static int by_low(const void *a, const void *b)
{
    return ((const struct port_range *)a)->low - ((const struct port_range *)b)->low;
}

uint32_t port_ranges_merge(struct port_range *at, uint32_t n)
{
    uint32_t kept = 0;

    if (n)
        qsort(at, n, sizeof *at, by_low);
    for (uint32_t i = 0; i < n; i++)
        if (kept && at[i].low <= at[kept - 1].high + 1)
            at[kept - 1].high = at[i].high > at[kept - 1].high ? at[i].high : at[kept - 1].high;
        else
            at[kept++] = at[i];
    return kept;
}

static void print_port_match(struct buf *out, const struct rule *r)
{
    struct port_range *ports;
    uint32_t n;

    if (r->n_ports == 0 || ports_is_any(r->ports[0]))
        return;
    ports = xmalloc(r->n_ports * sizeof *ports);
    memcpy(ports, r->ports, r->n_ports * sizeof *ports);
    n = port_ranges_merge(ports, r->n_ports);
    buf_str(out, r->side == PORTS_DESTINATION ? "th dport " : "th sport ");
    if (n > 1)
        buf_str(out, "{ ");
    for (uint32_t i = 0; i < n; i++) {
        buf_str(out, i ? ", " : "");
        print_ports(out, ports[i]);
    }
    buf_str(out, n > 1 ? " } " : " ");
    free(ports);
}

/* nft's name of a protocol; NULL where it goes by number. */
static const char *protocol_name(uint8_t number)
{
    for (int p = 0; p < PROTOS; p++)
        if (proto_ops[p].number == number)
            return proto_ops[p].name;
    return NULL;
}

/* nft has a name of its own for what lbgen's services have; others go by number. */
static void print_protocol(struct buf *out, const struct rule *r)
{
    const char *name = r->protocol;
    uint8_t number;

    if (!name)
        return;
    buf_str(out, "meta l4proto ");
    if (protocol_number(name, strlen(name), &number))
        name = protocol_name(number);
    if (name)
        buf_str(out, name);
    else
        buf_dec(out, number);
    buf_char(out, ' ');
}

static void print_target(struct buf *out, const struct rule *r)
{
    switch (r->target) { /* GCOVR_EXCL_BR_LINE: all values have a case */
    case TARGET_ACCEPT: buf_str(out, "accept"); break;
    case TARGET_MASQUERADE: buf_str(out, "masquerade"); break;
    case TARGET_SNAT:
        buf_str(out, r->to.family == IPV4 ? "snat ip to " : "snat ip6 to ");
        address_print(out, r->to.family, r->to.first);
        break;
    case TARGET_MARK: nft_mark_print(out, r->mark); break;
    case TARGET_RETURN: buf_str(out, "return"); break;
    case TARGET_JUMP: buf_printf(out, "jump %s", r->jump); break;
    case TARGET_GOTO: buf_printf(out, "goto %s", r->jump); break;
    }
}

void nft_rule_print(struct buf *out, const struct rule *r, enum family family)
{
    buf_printf(out, "meta nfproto %s ", family == IPV4 ? "ipv4" : "ipv6");
    nft_interface_print(out, "iifname", r->in);
    nft_interface_print(out, "oifname", r->out);
    nft_address_match_print(out, "saddr", r->src);
    nft_address_match_print(out, "daddr", r->dst);
    if (r->icmp_type >= 0)
        buf_printf(out, "%s type %d ", family == IPV4 ? "icmp" : "icmpv6", r->icmp_type);
    else
        print_protocol(out, r);
    print_port_match(out, r);
    print_target(out, r);
    buf_printf(out, " comment \"%.*s\"", (int)r->tag_len, r->tag);
}
