/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Piranha's lvs.cf: `key = value` lines, and blocks `virtual NAME {` with blocks `server NAME {` in them. */
#include <string.h>

#include "lbgen/import_kinds.h"
#include "lbgen/number.h"
#include "lbgen/import_virtual.h"

enum { DEPTH_MAX = 2 };
enum block { BLOCK_NONE, BLOCK_VIRTUAL, BLOCK_SERVER, BLOCK_OTHER };

struct reader {
    struct draft *draft;
    struct diag *diag;
    enum block block[DEPTH_MAX + 1];
    srcpos opened[DEPTH_MAX + 1];
    int depth;
    enum forwarding forwarding; /* `network`: of all servers */
    bool device_noted, heartbeat_noted;

    struct import_virtual server; /* of the virtual block at hand */
    struct draft_remarks remarks; /* of it */
    bool active, broken;          /* broken: what it lacks is not worth a word */
    struct import_real real;      /* of the server block at hand */
    bool real_active, real_has_address;

    struct import_line line; /* at hand */
    const char *key, *value; /* NUL-terminated */
    size_t value_at;         /* offset in the line */
};

static bool refuse(struct reader *r, size_t at, size_t len, const char *text)
{
    diag_at(r->diag, SEVERITY_ERROR, r->line.at + (srcpos)at, len ? len : 1, "%s", text);
    r->broken = true;
    return false;
}

static bool refuse_value(struct reader *r, const char *text)
{
    return refuse(r, r->value_at, strlen(r->value), text);
}

static bool key_is(const struct reader *r, const char *key)
{
    return strcmp(r->key, key) == 0;
}

static bool leave_line(struct reader *r, struct draft_remarks *to)
{
    draft_leave(r->draft, to, r->line.at, "%s = %s", r->key, r->value);
    return true;
}

/* --- values --- */

static bool take_number(struct reader *r, uint32_t *out)
{
    return decimal_parse(r->value, strlen(r->value), out) ||
           refuse_value(r, "a decimal number is expected here");
}

static bool take_flag(struct reader *r, bool *out)
{
    *out = strcmp(r->value, "0") != 0;
    return strcmp(r->value, "1") == 0 || !*out || refuse_value(r, "0 or 1 is expected here");
}

static bool take_port(struct reader *r, uint16_t *out)
{
    struct complaint why;

    return port_parse(r->value, strlen(r->value), out, &why) || refuse_value(r, why.text);
}

/* An address, and perhaps a device behind it. */
static bool take_address(struct reader *r, struct prefix *out)
{
    size_t len = strcspn(r->value, " \t");
    struct prefix address;
    struct complaint why;

    if (!prefix_parse(r->value, len, ADDRESS_ONLY, &address, &why))
        return refuse(r, r->value_at + why.at, why.len, why.text);
    *out = address;
    if (r->value[len] && !r->device_noted)
        draft_remark(r->draft, &r->draft->remarks,
                     "Piranha puts the addresses on their devices; here that is another program's part, "
                     "such as Keepalived's (virtual_ipaddress).");
    r->device_noted |= r->value[len] != '\0';
    return true;
}

static bool take_mask(struct reader *r)
{
    struct complaint why;

    return import_virtual_set_mask(&r->server, r->value, &why) || refuse_value(r, why.text);
}

static bool take_protocol(struct reader *r)
{
    struct complaint why;
    enum proto proto;

    if (!proto_parse(r->value, strlen(r->value), &proto, &why))
        return refuse_value(r, why.text);
    r->server.protocol = (uint8_t)proto;
    return true;
}

/* --- keys --- */

static bool take_global(struct reader *r)
{
    struct draft *d = r->draft;

    if (key_is(r, "network"))
        return true; /* find_network */
    if (strncmp(r->key, "heartbeat", 9) == 0 && !r->heartbeat_noted) {
        draft_remark(d, &d->vrrp_remarks,
                     "Piranha's routers speak with each other by heartbeats (udp 539), "
                     "not by VRRP. With Keepalived, leave this section out.");
        draft_vrrp(d, "accept = no");
        r->heartbeat_noted = true;
    }
    return leave_line(r, &d->remarks);
}

static bool take_virtual(struct reader *r)
{
    struct import_virtual *v = &r->server;

    if (key_is(r, "address"))
        return take_address(r, &v->vip);
    if (key_is(r, "port"))
        return take_port(r, &v->port);
    if (key_is(r, "fwmark"))
        return take_number(r, &v->mark);
    if (key_is(r, "pmask"))
        return take_mask(r);
    if (key_is(r, "protocol"))
        return take_protocol(r);
    if (key_is(r, "active"))
        return take_flag(r, &r->active);
    if (key_is(r, "persistent")) {
        v->persistent = true;
        return take_number(r, &v->persistence);
    }
    if (key_is(r, "scheduler")) {
        v->scheduler = r->value;
        return true;
    }
    if (key_is(r, "sorry_server")) {
        v->sorry.at = r->line.at;
        return take_address(r, &v->sorry.address);
    }
    return leave_line(r, &r->remarks);
}

static bool take_server(struct reader *r)
{
    if (key_is(r, "address")) {
        r->real_has_address = true;
        return take_address(r, &r->real.address);
    }
    if (key_is(r, "port"))
        return take_port(r, &r->real.port);
    if (key_is(r, "weight"))
        return take_number(r, &r->real.weight);
    if (key_is(r, "active"))
        return take_flag(r, &r->real_active);
    return leave_line(r, &r->remarks);
}

static bool take_key(struct reader *r)
{
    switch (r->block[r->depth]) {
    case BLOCK_VIRTUAL: return take_virtual(r);
    case BLOCK_SERVER: return take_server(r);
    case BLOCK_OTHER: return true; /* told of as a whole */
    default: return take_global(r);
    }
}

/* --- blocks --- */

static bool open_block(struct reader *r, const char *name)
{
    enum block outer = r->block[r->depth], block = BLOCK_OTHER;

    if (r->depth == DEPTH_MAX)
        return refuse(r, 0, r->line.len, "blocks stand in each other too deep");
    if (outer == BLOCK_NONE && key_is(r, "virtual"))
        block = BLOCK_VIRTUAL;
    else if (outer == BLOCK_VIRTUAL && key_is(r, "server"))
        block = BLOCK_SERVER;
    else if (outer != BLOCK_OTHER)
        draft_leave(r->draft, outer ? &r->remarks : &r->draft->remarks, r->line.at, "the block %s %s", r->key,
                    name);
    if (block == BLOCK_VIRTUAL) {
        r->server = import_virtual_new(r->line.at);
        r->server.name = name;
        r->remarks = (struct draft_remarks){0};
        r->active = true;
        r->broken = false;
    }
    if (block == BLOCK_SERVER) {
        r->real = (struct import_real){.at = r->line.at, .weight = 1, .forwarding = r->forwarding};
        r->real_active = true;
        r->real_has_address = false;
    }
    r->depth++;
    r->block[r->depth] = block;
    r->opened[r->depth] = r->line.at;
    return true;
}

static void close_server(struct reader *r)
{
    struct buf address = {0};

    if (r->broken)
        return;
    if (!r->real_has_address) {
        r->broken = true;
        diag_at(r->diag, SEVERITY_ERROR, r->opened[r->depth], 1, "this server has no address");
        return;
    }
    address_print(&address, (enum family)r->real.address.family, r->real.address.first);
    if (r->real_active)
        import_virtual_add_real(r->draft, &r->server, &r->real);
    else
        draft_leave(r->draft, &r->remarks, r->real.at, "server %s, which is not active", buf_text(&address));
    buf_free(&address);
}

static void close_virtual(struct reader *r)
{
    if (r->broken)
        return;
    if (!r->active) {
        draft_leave(r->draft, &r->draft->remarks, r->server.at, "virtual server '%s', which is not active",
                    r->server.name);
        return;
    }
    if (r->server.vip.family == FAMILIES && !r->server.mark) {
        diag_at(r->diag, SEVERITY_ERROR, r->opened[r->depth], 1,
                "this virtual server has neither an address nor a fwmark");
        return;
    }
    struct draft_service *s = import_virtual_draft(r->draft, &r->server);
    for (uint32_t i = 0; i < r->remarks.n; i++)
        draft_remark(r->draft, &s->remarks, "%s", r->remarks.at[i]);
}

static bool close_block(struct reader *r)
{
    if (r->depth == 0)
        return refuse(r, 0, r->line.len, "this } closes nothing");
    if (r->block[r->depth] == BLOCK_SERVER)
        close_server(r);
    else if (r->block[r->depth] == BLOCK_VIRTUAL)
        close_virtual(r);
    r->depth--;
    return true;
}

/* --- lines --- */

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *trimmed(struct reader *r, size_t from, size_t end)
{
    const char *text = r->line.text;

    while (from < end && blank(text[from]))
        from++;
    while (end > from && blank(text[end - 1]))
        end--;
    r->value_at = from;
    return arena_text(&r->draft->mem, text + from, end - from);
}

/* A comment begins at a # outside of double quotes. */
static size_t without_comment(const char *text, size_t len)
{
    bool quoted = false;

    for (size_t i = 0; i < len; i++)
        if (text[i] == '\\' && quoted)
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == '#' && !quoted)
            return i;
    return len;
}

static bool read_line(struct reader *r)
{
    size_t end = without_comment(r->line.text, r->line.len), i = 0, key;

    while (i < end && blank(r->line.text[i]))
        i++;
    while (end > i && blank(r->line.text[end - 1]))
        end--;
    if (i == end)
        return true;
    if (end - i == 1 && r->line.text[i] == '}')
        return close_block(r);
    for (key = i; key < end && !blank(r->line.text[key]) && !strchr("={", r->line.text[key]);)
        key++;
    r->key = arena_text(&r->draft->mem, r->line.text + i, key - i);
    for (i = key; i < end && blank(r->line.text[i]);)
        i++;
    if (i < end && r->line.text[i] == '=') {
        r->value = trimmed(r, i + 1, end);
        return take_key(r);
    }
    if (r->line.text[end - 1] == '{')
        return open_block(r, trimmed(r, i, end - 1));
    return refuse(r, key, end - key, "a line is `key = value`, `virtual NAME {`, `server NAME {` or }");
}

/* How servers are reached is said once for all of them. */
static void find_network(struct reader *r)
{
    static const struct {
        const char *word;
        enum forwarding forwarding;
    } ways[] = {{"nat", FORWARDING_NAT}, {"direct", FORWARDING_DR}, {"tunnel", FORWARDING_TUN}};
    struct import_line line = {0};
    struct diag ignored = {0};

    while (import_next_line(&r->draft->sources->at[r->draft->source], &line, &ignored))
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
            const char *equals = memchr(line.text, '=', line.len), *p = line.text;

            while (equals && p < equals && blank(*p))
                p++;
            if (!equals || !import_begins(p, (size_t)(equals - p), "network"))
                continue;
            for (p = equals + 1; p < line.text + line.len && blank(*p);)
                p++;
            if (import_begins(p, (size_t)(line.text + line.len - p), ways[i].word))
                r->forwarding = ways[i].forwarding;
        }
    diag_free(&ignored);
}

void import_lvs_cf(struct draft *draft, struct diag *diag)
{
    struct reader r = {.draft = draft, .diag = diag, .forwarding = FORWARDING_DR};

    find_network(&r);
    while (import_next_line(&draft->sources->at[draft->source], &r.line, diag))
        read_line(&r);
    if (r.depth)
        diag_at(diag, SEVERITY_ERROR, r.opened[r.depth], 1, "this block is not closed");
}
