/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lbgen/import_ka.h"
#include "lbgen/number.h"
#include "lbgen/vec.h"
#include "lbgen/import_virtual.h"
#include "lbgen/xalloc.h"

/* SERVICE_LINES: of a service, or so, beside those of its servers. */
enum { PERSISTENCE_DEFAULT = 360, SAME_MAX = 64, RANGE_MAX = 4096, SERVICE_LINES = 8 };

/* Something that has no key, and how often it is there. */
struct left {
    const char *text;
    srcpos at;
    size_t times;
};

/* A virtual_server on its way. */
struct taker {
    const struct ka_import *import;
    struct draft *draft;
    struct import_virtual server;
    enum forwarding forwarding;
    const char *check; /* of the servers so far; "" where they differ */
    unsigned family;   /* ip_family: FAMILY_BIT_*; 0: not given */
    size_t services;   /* that were made of it */
    bool has_protocol; /* one that Keepalived knows */
    struct {
        const char **at;
        size_t n, cap;
    } lines; /* for the key `keepalived` */
    struct {
        struct left *at;
        size_t n, cap;
    } left;
};

/* --- words --- */

/* The line's word number i; "" where it has none, or one that is not known. */
static const char *word(const struct ka_line *line, uint32_t i)
{
    const struct ka_word *w = ka_line_word(line, i);

    return w && !w->unknown ? w->text : "";
}

static bool number(const struct ka_line *line, uint32_t i, uint32_t *out)
{
    const char *text = word(line, i);

    while (text[0] == '0' && text[1])
        text++;
    return decimal_parse(text, strlen(text), out);
}

static bool port(const struct ka_line *line, uint32_t i, uint16_t *out)
{
    const char *text = word(line, i);
    struct complaint why;

    if (strcmp(text, "0") == 0) {
        *out = 0;
        return true;
    }
    return port_parse(text, strlen(text), out, &why);
}

static bool address(const struct ka_line *line, uint32_t i, struct prefix *out)
{
    const char *text = word(line, i);
    struct complaint why;

    return prefix_parse(text, strlen(text), ADDRESS_ONLY, out, &why);
}

static bool method(const struct ka_line *line, enum forwarding *out)
{
    static const char *const names[] = {"NAT", "DR", "TUN"};

    for (int i = 0; i < 3; i++)
        if (strcasecmp(word(line, 1), names[i]) == 0) {
            *out = (enum forwarding)i;
            return true;
        }
    return false;
}

/* --- what is left --- */

static void leave(struct taker *t, srcpos at, const char *text)
{
    for (size_t i = 0; i < t->left.n && i < SAME_MAX; i++)
        if (strcmp(t->left.at[i].text, text) == 0) {
            t->left.at[i].times++;
            return;
        }
    *VEC_ADD(&t->left) = (struct left){.text = text, .at = at, .times = 1};
}

static void leave_line(struct taker *t, const char *inside, const struct ka_line *line)
{
    struct buf b = {0};

    buf_printf(&b, "%s%s%s%s", inside, *inside ? ": " : "", import_ka_text(t->draft, line),
               line->block ? " { ... }" : "");
    leave(t, line->n_words ? line->words[0].at : line->open_at, arena_text(&t->draft->mem, b.at, b.len));
    buf_free(&b);
}

/* --- checks --- */

/* Whether the block has this keyword; the last one's line. */
static const struct ka_line *find(const struct ka_line *block, const char *keyword)
{
    const struct ka_line *found = NULL;

    for (const struct ka_line *l = block->first; l; l = l->next)
        if (ka_line_is(l, keyword))
            found = l;
    return found;
}

static const char *path_of(struct taker *t, const struct ka_line *check)
{
    const char *path = "/";

    for (const struct ka_line *l = check->first; l; l = l->next)
        if (ka_line_is(l, "url"))
            for (const struct ka_line *u = l->first; u; u = u->next)
                if (ka_line_is(u, "path") && word(u, 1)[0] == '/')
                    path = word(u, 1);
                else
                    leave_line(t, word(check, 0), u);
        else if (!ka_line_is(l, "connect_port"))
            leave_line(t, word(check, 0), l);
    return path;
}

/* A checker as services.ini has it; NULL: it has no such. */
static const char *check_of(struct taker *t, const struct ka_line *check, uint16_t server_port)
{
    const struct ka_line *port_line = find(check, "connect_port");
    bool tcp = ka_line_is(check, "TCP_CHECK"), https = ka_line_is(check, "SSL_GET");
    struct buf b = {0};

    if (!tcp && !https && !ka_line_is(check, "HTTP_GET"))
        return NULL;
    if (port_line && !port(port_line, 1, &server_port))
        server_port = 0;
    if (!server_port)
        return NULL;
    if (tcp)
        for (const struct ka_line *l = check->first; l; l = l->next) {
            if (!ka_line_is(l, "connect_port"))
                leave_line(t, "TCP_CHECK", l);
        }
    const char *path = tcp ? "" : path_of(t, check);
    if (strpbrk(path, " \t;"))
        return NULL;
    buf_printf(&b, "%s %u%s%s", tcp ? "tcp" : https ? "https" : "http", server_port, tcp ? "" : " ", path);
    const char *text = arena_text(&t->draft->mem, b.at, b.len);
    buf_free(&b);
    return text;
}

/* --- servers --- */

static bool is_method(const struct ka_line *line)
{
    return ka_line_is(line, "lb_kind") || ka_line_is(line, "lvs_method");
}

static void take_check(struct taker *t, const struct ka_line *line, uint16_t server_port)
{
    const char *check = line->block ? check_of(t, line, server_port) : NULL;

    if (!check)
        leave_line(t, "real_server", line);
    else if (!t->check)
        t->check = check;
    else if (strcmp(t->check, check) != 0) {
        leave_line(t, "one check for all real servers can be written; beside the first", line);
    }
}

static void take_real(struct taker *t, const struct ka_line *line)
{
    struct import_real real = {.at = line->words[0].at, .weight = 1, .forwarding = t->forwarding};

    if (!address(line, 1, &real.address) || (line->n_words > 2 && !port(line, 2, &real.port))) {
        leave_line(t, "", line);
        return;
    }
    for (const struct ka_line *l = line->first; l; l = l->next)
        if (ka_line_is(l, "weight") ? !number(l, 1, &real.weight)
            : is_method(l)          ? !method(l, &real.forwarding)
                                    : !l->block)
            leave_line(t, "real_server", l);
        else if (l->block)
            take_check(t, l, real.port ? real.port : t->server.port);
    import_virtual_add_real(t->draft, &t->server, &real);
}

static void take_sorry(struct taker *t, const struct ka_line *line)
{
    struct import_real sorry = {.at = line->words[0].at};

    if (address(line, 1, &sorry.address) && (line->n_words < 3 || port(line, 2, &sorry.port)))
        t->server.sorry = sorry;
    else
        leave_line(t, "", line);
}

/* --- the block --- */

static bool take_mask(struct taker *t, const struct ka_line *line)
{
    struct complaint why;

    return import_virtual_set_mask(&t->server, word(line, 1), &why);
}

static bool take_scheduler(struct taker *t, const struct ka_line *line)
{
    const char *name = word(line, 1);

    t->server.scheduler = *name ? name : NULL;
    return *name != '\0';
}

static bool take_protocol(struct taker *t, const struct ka_line *line)
{
    static const struct {
        const char *word;
        enum proto proto;
    } protocols[] = {{"TCP", PROTO_TCP}, {"UDP", PROTO_UDP}, {"SCTP", PROTO_SCTP}};

    for (int i = 0; i < 3; i++)
        if (strcasecmp(word(line, 1), protocols[i].word) == 0) {
            t->server.protocol = (uint8_t)protocols[i].proto;
            return t->has_protocol = true;
        }
    return false;
}

static bool take_persistence(struct taker *t, const struct ka_line *line)
{
    t->server.persistent = true;
    t->server.persistence = PERSISTENCE_DEFAULT;
    return line->n_words < 2 || number(line, 1, &t->server.persistence);
}

/* Whether the keyword's meaning has a key of services.ini. */
static bool has_key(const struct ka_line *l)
{
    static const char *const words[] = {
        "lb_algo", "lvs_sched", "persistence_timeout", "persistence_granularity", "protocol", "ops"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ka_line_is(l, words[i]))
            return true;
    return is_method(l) || (l->n_words == 1 && import_flag(word(l, 0)));
}

/* A line that has_key; false where its value is none. */
static bool take_known(struct taker *t, const struct ka_line *l)
{
    if (ka_line_is(l, "lb_algo") || ka_line_is(l, "lvs_sched"))
        return take_scheduler(t, l);
    if (is_method(l))
        return true; /* find_method */
    if (ka_line_is(l, "persistence_timeout"))
        return take_persistence(t, l);
    if (ka_line_is(l, "persistence_granularity"))
        return take_mask(t, l);
    if (ka_line_is(l, "protocol"))
        return take_protocol(t, l);
    if (ka_line_is(l, "ops"))
        t->server.one_packet = true;
    else
        t->server.flags |= import_flag(word(l, 0));
    return true;
}

/* What is copied into the block that lbgen will write: a line without a block that is known to the last
 * byte. */
static bool can_be_copied(const struct ka_line *line, const char *text)
{
    for (uint32_t i = 0; i < line->n_words; i++)
        if (line->words[i].unknown || strpbrk(line->words[i].text, "\"\\"))
            return false;
    return !line->block && draft_value_good(text, strlen(text));
}

static void take_line(struct taker *t, const struct ka_line *l)
{
    const char *text = import_ka_text(t->draft, l);

    if (ka_line_is(l, "real_server"))
        take_real(t, l);
    else if (ka_line_is(l, "sorry_server"))
        take_sorry(t, l);
    else if (!has_key(l) && can_be_copied(l, text))
        *VEC_ADD(&t->lines) = text;
    else if (!has_key(l) || !take_known(t, l))
        leave_line(t, "", l);
}

static void take_block(struct taker *t, const struct ka_line *line)
{
    const struct ka_line *family = find(line, "ip_family");

    for (const struct ka_line *l = line->first; l; l = l->next)
        if (is_method(l) && !method(l, &t->forwarding))
            leave_line(t, "", l);
    if (family)
        t->family = strcmp(word(family, 1), "inet6") == 0 ? FAMILY_BIT_6 : FAMILY_BIT_4;
    for (const struct ka_line *l = line->first; l; l = l->next)
        if (!ka_line_is(l, "ip_family"))
            take_line(t, l);
    if (t->check)
        t->server.check = t->check;
}

/* --- services --- */

/* NULL: nothing was done, since it would repeat too much. */
static struct draft_service *put_service(struct taker *t)
{
    struct draft *d = t->draft;
    struct draft_service *s;

    if (t->services++ && !draft_may_repeat(d, SERVICE_LINES + t->server.reals.n + t->lines.n + t->left.n))
        return NULL;
    if (t->server.mark && t->server.vip.family == FAMILIES) {
        enum family family = t->family == FAMILY_BIT_6 ? IPV6 : IPV4;

        if (!t->family && t->server.reals.n)
            family = (enum family)t->server.reals.at[0].address.family;
        t->server.vip_proposal = t->import->draft->addresses[family];
    }
    bool by_default = !t->has_protocol && !t->server.mark;
    if (!t->has_protocol)
        t->server.protocol = by_default ? PROTO_UDP : PROTO_TCP;
    s = import_virtual_draft(d, &t->server);
    if (by_default)
        draft_remark(
            d, &s->remarks,
            "keepalived.conf names no protocol, and Keepalived takes UDP then, whatever the check is: "
            "where TCP is meant, write protocol = tcp here and protocol TCP there");
    for (size_t i = 0; i < t->lines.n; i++)
        draft_set(d, s, KEY_KEEPALIVED, "%s", t->lines.at[i]);
    for (size_t i = 0; i < t->left.n; i++) {
        const struct left *l = &t->left.at[i];

        if (l->times == 1)
            draft_leave(d, &s->remarks, l->at, "%s", l->text);
        else
            draft_leave(d, &s->remarks, l->at, "%s (there %zu times)", l->text, l->times);
    }
    return s;
}

/* "192.0.2.3-10", "2001:db8::3-10": the last part of the address goes up. */
static uint32_t range_of(const char *text, struct prefix *first)
{
    const char *dash = strchr(text, '-');
    struct complaint why;
    char *end;

    if (!prefix_parse(text, dash ? (size_t)(dash - text) : strlen(text), ADDRESS_ONLY, first, &why))
        return 0;
    if (!dash)
        return 1;
    unsigned long last = strtoul(dash + 1, &end, first->family == IPV4 ? 10 : 16);
    unsigned long from = first->family == IPV4 ? (unsigned long)(first->first.high >> 32 & 0xff)
                                               : (unsigned long)(first->first.low & 0xffff);
    if (end == dash + 1 || *end || last < from || last > (first->family == IPV4 ? 0xffUL : 0xffffUL) ||
        last - from >= RANGE_MAX)
        return 0;
    return (uint32_t)(last - from + 1);
}

static void add_vips(struct taker *t, struct draft_service *s, struct prefix first, uint32_t n)
{
    struct buf b = {0};

    for (uint32_t i = 0; i < n; i++) {
        b.len = 0;
        address_print(&b, (enum family)first.family, first.first);
        draft_set(t->draft, s, KEY_VIP, "%s", buf_text(&b));
        if (first.family == IPV4)
            first.first.high += 1ULL << 32;
        else
            first.first.low++;
    }
    buf_free(&b);
}

static const char too_many[] = ", which makes too many lines of too few";

static void leave_member(struct taker *t, const struct ka_line *l, const char *why)
{
    draft_leave(t->draft, &t->draft->remarks, l->words[0].at, "%s of virtual_server_group %s%s",
                import_ka_text(t->draft, l), t->server.name, why);
}

/* A member by address: there is a service for each port of the group, with all addresses that have it. */
static void take_member(struct taker *t, const struct ka_line *l, struct draft_service **of_port)
{
    struct prefix first;
    uint16_t the_port = 0;
    uint32_t count = range_of(word(l, 0), &first);

    if (!count || (l->n_words > 1 && !port(l, 1, &the_port))) {
        leave_member(t, l, "");
        return;
    }
    if (!draft_may_repeat(t->draft, count - 1)) {
        leave_member(t, l, too_many);
        return;
    }
    if (!of_port[the_port]) {
        t->server.vip = first;
        t->server.port = the_port;
        t->server.mark = 0;
        of_port[the_port] = put_service(t);
        if (!of_port[the_port]) {
            leave_member(t, l, too_many);
            return;
        }
        first.first.high += first.family == IPV4 ? 1ULL << 32 : 0;
        first.first.low += first.family == IPV6;
        count--;
    }
    add_vips(t, of_port[the_port], first, count);
}

/* A member by mark: a service of its own. */
static void take_mark_member(struct taker *t, const struct ka_line *l)
{
    if (!number(l, 1, &t->server.mark) || !t->server.mark) {
        leave_member(t, l, "");
        return;
    }
    t->server.vip.family = FAMILIES;
    t->server.port = 0;
    if (!put_service(t))
        leave_member(t, l, too_many);
}

static void take_group(struct taker *t, const struct ka_line *group)
{
    struct draft_service **of_port = xcalloc(UINT16_MAX + 1, sizeof *of_port);

    for (const struct ka_line *l = group->first; l; l = l->next)
        if (ka_line_is(l, "fwmark"))
            take_mark_member(t, l);
        else
            take_member(t, l, of_port);
    free(of_port);
}

static void take_by_group(struct taker *t, const struct ka_line *line)
{
    const struct ka_line *group = import_ka_group(t->import, word(line, 2));

    if (!group) {
        draft_leave(t->draft, &t->draft->remarks, line->words[0].at, "%s, whose group is not there",
                    import_ka_text(t->draft, line));
        return;
    }
    t->server.name = word(line, 2);
    take_block(t, line);
    take_group(t, group);
}

/* `virtual_server ADDRESS PORT` or `virtual_server fwmark MARK`: whether it is known which one. */
static bool take_name(struct taker *t, const struct ka_line *line)
{
    if (strcmp(word(line, 1), "fwmark") == 0)
        return number(line, 2, &t->server.mark) && t->server.mark;
    return address(line, 1, &t->server.vip) && (line->n_words < 3 || port(line, 2, &t->server.port));
}

void import_ka_virtual(const struct ka_import *import, const struct ka_line *line)
{
    struct taker t = {.import = import,
                      .draft = import->draft,
                      .server = import_virtual_new(line->words[0].at),
                      .forwarding = FORWARDING_NAT};

    if (strcmp(word(line, 1), "group") == 0) {
        take_by_group(&t, line);
    } else if (take_name(&t, line)) {
        take_block(&t, line);
        put_service(&t);
    } else {
        draft_leave(t.draft, &t.draft->remarks, line->words[0].at, "%s", import_ka_text(t.draft, line));
    }
    free(t.lines.at);
    free(t.left.at);
}
