/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ldirectord.cf: directives at the beginning of lines; `virtual` begins a section, whose own directives are
 * indented. */
#include <string.h>

#include "lbgen/import_kinds.h"
#include "lbgen/number.h"
#include "lbgen/import_virtual.h"
#include "lbgen/words.h"

enum { RANGE_MAX = 4096 /* real servers of one line */ };

/* What a check is put together from. */
struct check {
    const char *type, *service, *request;
    uint16_t port;
};

struct reader {
    struct draft *draft;
    struct diag *diag;
    bool in_virtual, protocol_given;
    struct import_virtual server;
    struct draft_remarks remarks; /* of it */
    struct check check;
    struct import_real fallback; /* of all: the global one; at SRC_NONE: none */
    bool refused;                /* the section's header is not good: its lines are not worth a word */

    struct import_line line; /* at hand */
    const char *key, *value; /* NUL-terminated */
    size_t value_at;         /* offset in the line */
};

static bool refuse(struct reader *r, size_t at, size_t len, const char *text)
{
    diag_at(r->diag, SEVERITY_ERROR, r->line.at + (srcpos)(r->value_at + at), len ? len : 1, "%s", text);
    return false;
}

static bool refuse_value(struct reader *r, const char *text)
{
    return refuse(r, 0, strlen(r->value), text);
}

static bool key_is(const struct reader *r, const char *a, const char *b)
{
    return strcmp(r->key, a) == 0 || (b && strcmp(r->key, b) == 0);
}

static struct draft_remarks *remarks(struct reader *r)
{
    return r->in_virtual ? &r->remarks : &r->draft->remarks;
}

static bool leave_line(struct reader *r, const char *why)
{
    draft_leave(r->draft, remarks(r), r->line.at, "%s=%s%s", r->key, r->value, why);
    return true;
}

/* The value without its double quotes. */
static const char *unquoted(struct reader *r)
{
    size_t len = strlen(r->value);

    if (len < 2 || r->value[0] != '"' || r->value[len - 1] != '"')
        return r->value;
    return arena_text(&r->draft->mem, r->value + 1, len - 2);
}

/* --- checks --- */

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return word && (strcmp(word, a) == 0 || strcmp(word, b) == 0);
}

/* The check as services.ini has it: connect is tcp PORT, a negotiation with a web server http PORT PATH. */
static void settle_check(struct reader *r)
{
    const struct check *c = &r->check;
    struct import_virtual *v = &r->server;
    uint16_t port = c->port ? c->port : v->port ? v->port : v->reals.n ? v->reals.at[0].port : 0;
    const char *service = c->service ? c->service : port == 80 ? "http" : port == 443 ? "https" : NULL;
    struct buf b = {0};

    if (is_one_of(c->type, "off", "on"))
        buf_str(&b, "none");
    else if (is_one_of(c->type, "connect", "connect") && port && v->protocol == PROTO_TCP)
        buf_printf(&b, "tcp %u", port);
    else if (is_one_of(c->type ? c->type : "negotiate", "negotiate", "negotiate") && port &&
             is_one_of(service, "http", "https") && !(c->request && strpbrk(c->request, " \t")))
        buf_printf(&b, "%s %u %s%s", service, port, c->request && c->request[0] == '/' ? "" : "/",
                   c->request ? c->request : "");
    if (b.len)
        v->check = arena_text(&r->draft->mem, b.at, b.len);
    else if (c->type || c->service)
        draft_leave(r->draft, &r->remarks, v->at, "the check (checktype=%s%s%s)",
                    c->type ? c->type : "negotiate", c->service ? ", service=" : "",
                    c->service ? c->service : "");
    else if (c->request)
        draft_leave(r->draft, &r->remarks, v->at, "request=%s", c->request);
    buf_free(&b);
}

/* --- sections --- */

static void end_virtual(struct reader *r)
{
    if (!r->in_virtual || r->refused)
        return;
    if (r->server.sorry.at == SRC_NONE && r->fallback.at != SRC_NONE)
        r->server.sorry = r->fallback;
    if (!r->server.scheduler)
        r->server.scheduler = "wrr"; /* ldirectord's default */
    if (!r->protocol_given && r->server.port == 53)
        r->server.protocol = PROTO_UDP; /* likewise */
    settle_check(r);
    struct draft_service *s = import_virtual_draft(r->draft, &r->server);
    for (uint32_t i = 0; i < r->remarks.n; i++)
        draft_remark(r->draft, &s->remarks, "%s", r->remarks.at[i]);
}

static bool begin_virtual(struct reader *r)
{
    struct complaint why;
    size_t len = strlen(r->value);

    end_virtual(r);
    r->in_virtual = true;
    r->server = import_virtual_new(r->line.at);
    r->remarks = (struct draft_remarks){0};
    r->check = (struct check){0};
    r->refused = r->protocol_given = false;
    if (all_digits(r->value, len) && decimal_parse(r->value, len, &r->server.mark) && r->server.mark)
        return true;
    if (import_endpoint(r->value, len, &r->server.vip, &r->server.port, &why) && r->server.port)
        return true;
    r->refused = true;
    return refuse_value(r, "a virtual service is ADDRESS:PORT or a fwmark; host names are not looked up");
}

/* --- servers --- */

static bool take_method(const char *word, size_t len, enum forwarding *out)
{
    static const struct {
        const char *word;
        enum forwarding forwarding;
    } ways[] = {{"gate", FORWARDING_DR}, {"masq", FORWARDING_NAT}, {"ipip", FORWARDING_TUN}};

    for (int i = 0; i < 3; i++)
        if (strlen(ways[i].word) == len && memcmp(ways[i].word, word, len) == 0) {
            *out = ways[i].forwarding;
            return true;
        }
    return false;
}

/* ADDRESS, ADDRESS->ADDRESS, each perhaps with a port behind it. */
static bool take_addresses(struct reader *r, size_t len, struct import_real *first, struct prefix *last)
{
    const char *arrow = memmem(r->value, len, "->", 2);
    size_t head = arrow ? (size_t)(arrow - r->value) : len;
    struct complaint why;
    uint16_t port;

    if (!import_endpoint(r->value, head, &first->address, &first->port, &why))
        return refuse(r, why.at, why.len,
                      "this is no address, perhaps with a port; host names are not looked up");
    *last = first->address;
    if (!arrow)
        return true;
    if (!import_endpoint(arrow + 2, len - head - 2, last, &port, &why))
        return refuse(r, head + 2 + why.at, why.len, "a range of servers goes from ADDRESS->ADDRESS");
    if (first->port && port && port != first->port)
        return refuse(r, 0, len, "all servers of a range have the same port");
    first->port = port ? port : first->port;
    if (last->family != IPV4 || first->address.family != IPV4 ||
        address_compare(first->address.first, last->first) > 0 ||
        (last->first.high - first->address.first.high) >> 32 >= RANGE_MAX)
        return refuse(r, 0, len, "this is no range of at most 4096 IPv4 addresses");
    return true;
}

/* What stands behind the method *w: a weight, and what this server is asked and has to say. */
static void take_weight(struct reader *r, struct word *w, uint32_t *weight)
{
    size_t len = strlen(r->value);
    bool more = word_next(r->value, len, w);

    if (more && decimal_parse(r->value + w->at, w->len, weight))
        more = word_next(r->value, len, w);
    if (more)
        draft_leave(r->draft, &r->remarks, r->line.at, "%s of one server", r->value + w->at);
}

static bool take_real(struct reader *r)
{
    struct import_real real = {.at = r->line.at, .weight = 1, .forwarding = FORWARDING_DR};
    size_t len = strlen(r->value);
    struct word w = {0};
    struct prefix last;

    if (!word_next(r->value, len, &w))
        return refuse(r, 0, 1, "a server is missing here");
    if (!take_addresses(r, w.len, &real, &last))
        return false;
    if (word_next(r->value, len, &w)) {
        if (!take_method(r->value + w.at, w.len, &real.forwarding))
            return refuse(r, w.at, w.len, "a server is reached by gate, masq or ipip");
        take_weight(r, &w, &real.weight);
    }
    if (!draft_may_repeat(r->draft, (last.first.high - real.address.first.high) >> 32))
        return leave_line(r, ", which makes too many servers of too few lines");
    for (;; real.address.first.high += 1ULL << 32) {
        import_virtual_add_real(r->draft, &r->server, &real);
        if (address_compare(real.address.first, last.first) >= 0)
            return true;
    }
}

static bool take_fallback(struct reader *r)
{
    struct import_real sorry = {.at = r->line.at};
    size_t len = strcspn(r->value, " \t");
    struct complaint why;

    if (!import_endpoint(r->value, len, &sorry.address, &sorry.port, &why))
        return refuse(r, why.at, why.len,
                      "this is no address, perhaps with a port; host names are not looked up");
    *(r->in_virtual ? &r->server.sorry : &r->fallback) = sorry;
    if (r->value[len])
        return leave_line(r, " (how the sorry server is reached)");
    return true;
}

/* --- directives --- */

static bool take_protocol(struct reader *r)
{
    struct complaint why;
    enum proto proto;

    if (strcmp(r->value, "fwm") == 0)
        return r->server.mark || refuse_value(r, "protocol fwm goes with a virtual service that is a fwmark");
    if (!proto_parse(r->value, strlen(r->value), &proto, &why))
        return refuse_value(r, why.text);
    r->server.protocol = (uint8_t)proto;
    r->protocol_given = true;
    return true;
}

static bool take_mask(struct reader *r)
{
    struct complaint why;

    return import_virtual_set_mask(&r->server, r->value, &why) || refuse_value(r, why.text);
}

static bool take_persistent(struct reader *r)
{
    r->server.persistent = true;
    return decimal_parse(r->value, strlen(r->value), &r->server.persistence) ||
           refuse_value(r, "a number of seconds is expected here");
}

static bool take_check_port(struct reader *r)
{
    struct complaint why;

    return port_parse(r->value, strlen(r->value), &r->check.port, &why) || refuse_value(r, why.text);
}

/* A directive of a section. */
static bool take_local(struct reader *r)
{
    if (key_is(r, "real", "real6"))
        return take_real(r);
    if (key_is(r, "protocol", NULL))
        return take_protocol(r);
    if (key_is(r, "persistent", NULL))
        return take_persistent(r);
    if (key_is(r, "netmask", NULL))
        return take_mask(r);
    if (key_is(r, "checkport", NULL))
        return take_check_port(r);
    if (key_is(r, "scheduler", NULL))
        r->server.scheduler = r->value;
    else if (key_is(r, "ops", NULL))
        r->server.one_packet = strcmp(r->value, "yes") == 0;
    else if (key_is(r, "checktype", NULL))
        r->check.type = r->value;
    else if (key_is(r, "service", NULL))
        r->check.service = r->value;
    else if (key_is(r, "request", NULL))
        r->check.request = unquoted(r);
    else
        leave_line(r, "");
    return true;
}

static bool take(struct reader *r, bool indented)
{
    if (!indented && key_is(r, "virtual", "virtual6"))
        return begin_virtual(r);
    if (!indented && r->in_virtual) {
        end_virtual(r);
        r->in_virtual = false;
    }
    if (r->in_virtual && r->refused)
        return false;
    if (key_is(r, "fallback", "fallback6"))
        return take_fallback(r);
    return r->in_virtual ? take_local(r) : leave_line(r, "");
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool read_line(struct reader *r)
{
    const char *text = r->line.text;
    size_t len = r->line.len, i = 0, key, equals;

    while (i < len && blank(text[i]))
        i++;
    while (len > i && blank(text[len - 1]))
        len--;
    if (i == len || text[i] == '#')
        return true;
    for (key = i; key < len && !blank(text[key]) && text[key] != '=';)
        key++;
    for (equals = key; equals < len && blank(text[equals]);)
        equals++;
    r->value_at = i;
    if (equals == len || text[equals] != '=')
        return refuse(r, 0, len - i, "a directive is written: name=value");
    r->key = arena_text(&r->draft->mem, text + i, key - i);
    bool indented = i > 0;
    for (i = equals + 1; i < len && blank(text[i]);)
        i++;
    r->value_at = i;
    r->value = arena_text(&r->draft->mem, text + i, len - i);
    return take(r, indented);
}

void import_ldirectord(struct draft *draft, struct diag *diag)
{
    struct reader r = {.draft = draft, .diag = diag, .fallback.at = SRC_NONE};

    while (import_next_line(&draft->sources->at[draft->source], &r.line, diag))
        read_line(&r);
    end_virtual(&r);
}
