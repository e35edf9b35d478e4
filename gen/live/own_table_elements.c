/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "lbgen/nft_dump.h"
#include "lbgen/nft_text.h"
#include "lbgen/own_table_elements.h"

enum {
    FIELD = 4, /* each part of a concatenation is padded to it */
    USERDATA_COMMENT = 0
};

struct reading {
    enum family family;
    enum cell_layer layer;
    enum nft_value value;
    struct own_table *table;
    const char *name;
};

struct piece {
    const uint8_t *at;
    size_t len;
};

static struct piece value_of(const struct nlattr *attr)
{
    const struct nft_attrs inside = nft_attrs_inside(attr);
    const struct nlattr *value = inside.of[NFTA_DATA_VALUE];

    return value ? (struct piece){mnl_attr_get_payload(value), mnl_attr_get_payload_len(value)}
                 : (struct piece){0};
}

static uint64_t number(const uint8_t *at, size_t len)
{
    uint64_t value = 0;

    for (size_t i = 0; i < len; i++)
        value = value << 8 | at[i];
    return value;
}

/* Address, protocol and port out of a key. */
static bool read_key(const struct reading *r, struct piece key, struct address *a, uint8_t *proto,
                     uint16_t *port)
{
    size_t bytes = family_ops[r->family].bits / 8;

    if (key.len != bytes + FIELD + (cells_have_ports(r->layer) ? FIELD : 0))
        return false;
    if (r->family == IPV4)
        *a = (struct address){.high = number(key.at, 4) << 32};
    else
        *a = (struct address){.high = number(key.at, 8), .low = number(key.at + 8, 8)};
    *proto = key.at[bytes];
    *port = cells_have_ports(r->layer) ? (uint16_t)number(key.at + bytes + FIELD, 2) : 0;
    return true;
}

/* The other family's ICMP has no place in a map: it is no service's. */
static bool find_proto(enum family family, uint8_t protocol, uint8_t *out)
{
    for (int p = 0; p < PROTOS; p++)
        if (proto_ops[p].number == protocol) {
            *out = (uint8_t)p;
            return true;
        }
    *out = CELL_ICMP;
    return protocol == (family == IPV4 ? IP_PROTO_ICMP : IP_PROTO_ICMPV6);
}

static bool print_key(const struct reading *r, const struct nft_attrs *attrs)
{
    struct claim_cell cell = {0};
    uint8_t protocol, same;
    struct piece from = value_of(attrs->of[NFTA_SET_ELEM_KEY]);
    struct piece to = attrs->of[NFTA_SET_ELEM_KEY_END] ? value_of(attrs->of[NFTA_SET_ELEM_KEY_END]) : from;

    if (!read_key(r, from, &cell.from, &protocol, &cell.low) ||
        !read_key(r, to, &cell.to, &same, &cell.high) || protocol != same ||
        !find_proto(r->family, protocol, &cell.proto))
        return false;
    nft_key_print(&r->table->elements, r->family, r->layer, &cell);
    return true;
}

/* Type, length, value, as often as there is room. */
static void print_comment(struct buf *out, const struct nlattr *attr)
{
    const uint8_t *at = attr ? mnl_attr_get_payload(attr) : NULL;
    size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

    while (len >= 2 && len - 2 >= at[1]) {
        if (at[0] == USERDATA_COMMENT && at[1] > 0) {
            buf_str(out, " comment \"");
            buf_add(out, at + 2, strnlen((const char *)at + 2, at[1]));
            buf_char(out, '"');
            return;
        }
        len -= 2U + at[1];
        at += 2 + at[1];
    }
}

static bool print_mark(struct buf *out, struct piece mark)
{
    uint32_t value;

    if (mark.len != sizeof value)
        return false;
    memcpy(&value, mark.at, sizeof value);
    buf_hex(out, value);
    return true;
}

/* A verdict that leads to a chain. */
static bool print_verdict(struct buf *out, const struct nlattr *attr)
{
    const struct nft_attrs value = nft_attrs_inside(attr);
    const struct nft_attrs verdict = nft_attrs_inside(value.of[NFTA_DATA_VERDICT]);
    const int32_t code = (int32_t)nft_number(verdict.of[NFTA_VERDICT_CODE]);

    if (code != NFT_GOTO && code != NFT_JUMP)
        return false;
    buf_str(out, code == NFT_GOTO ? "goto " : "jump ");
    buf_str(out, nft_text(verdict.of[NFTA_VERDICT_CHAIN]));
    return true;
}

static bool print_value(const struct reading *r, const struct nlattr *attr)
{
    struct buf *out = &r->table->elements;

    if (r->value == NFT_ACCEPT)
        return true;
    buf_str(out, " : ");
    return r->value == NFT_MARK ? print_mark(out, value_of(attr)) : print_verdict(out, attr);
}

static int take_element(const struct nlattr *element, void *to)
{
    const struct reading *r = to;
    const struct nft_attrs attrs = nft_attrs_inside(element);
    struct buf *out = &r->table->elements;
    const size_t begin = out->len;

    buf_str(out, r->name);
    buf_char(out, ' ');
    bool own = print_key(r, &attrs);
    if (own)
        print_comment(out, attrs.of[NFTA_SET_ELEM_USERDATA]);
    if (own && print_value(r, attrs.of[NFTA_SET_ELEM_DATA])) {
        buf_char(out, '\n');
    } else {
        out->len = begin;
        buf_printf(&r->table->foreign, "%s\n", r->name);
    }
    return MNL_CB_OK;
}

static int take(const struct nlmsghdr *answer, void *to)
{
    const struct nft_attrs attrs = nft_attrs_of(answer);

    if (attrs.of[NFTA_SET_ELEM_LIST_ELEMENTS])
        mnl_attr_parse_nested(attrs.of[NFTA_SET_ELEM_LIST_ELEMENTS], take_element, to);
    return MNL_CB_OK;
}

static bool has_map(const struct buf *shape, enum nft_value value, const char *name)
{
    struct buf line = {0};

    buf_printf(&line, "\t%s %s {\n", value == NFT_ACCEPT ? "set" : "map", name);
    bool found = memmem(shape->at, shape->len, line.at, line.len) != NULL;
    buf_free(&line);
    return found;
}

static int dump_map(struct reading *r)
{
    struct mnl_socket *socket = nft_dump_open();

    if (!socket)
        return errno;
    int error = nft_dump_of(socket, NFT_MSG_GETSETELEM, NFPROTO_INET, NFT_TABLE, r->name, take, r);
    mnl_socket_close(socket);
    return error;
}

static bool read_map(struct reading *r, struct complaint *why)
{
    struct buf name = {0};

    nft_map_name(&name, r->family, r->layer, r->value);
    r->name = buf_text(&name);
    int error = has_map(&r->table->shape, r->value, r->name) ? dump_map(r) : 0;
    buf_free(&name);
    return error == 0 || complain(why, 0, 0, "the elements of a map can't be read: %s", strerror(error));
}

bool own_table_read_elements(struct own_table *table, struct complaint *why)
{
    bool good = true;

    for (int family = 0; family < FAMILIES; family++)
        for (int layer = 0; good && layer < CELL_LAYERS; layer++)
            for (int value = 0; good && value < NFT_VALUES; value++) {
                struct reading r = {.family = (enum family)family,
                                    .layer = (enum cell_layer)layer,
                                    .value = (enum nft_value)value,
                                    .table = table};

                good = read_map(&r, why);
            }
    return good;
}
