/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `ipvsadm -Sn` prints: a line for each service, then one for each of its servers. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/import_kinds.h"
#include "lbgen/key_table.h"
#include "lbgen/number.h"
#include "lbgen/vec.h"
#include "lbgen/import_virtual.h"
#include "lbgen/words.h"

enum { PERSISTENCE_DEFAULT = 360 /* ipvsadm(8): -p without a timeout */ };

/* Something of a service that has no key. */
struct left {
    srcpos at;
    const char *text;
    uint32_t next; /* of the same service: number + 1; 0: none */
};

struct entry {
    struct import_virtual server;
    uint32_t left; /* the last one: number + 1; 0: none */
    bool ipv6;     /* a mark of IPv6's */
};

struct reader {
    struct draft *draft;
    struct diag *diag;
    struct {
        struct entry *at;
        size_t n, cap;
    } entries;
    struct {
        struct left *at;
        size_t n, cap;
    } left;
    struct key_table names;  /* protocol and address, or mark: entries by number */
    struct import_line line; /* at hand */
    struct word word;
};

/* --- words --- */

static bool next(struct reader *r)
{
    return word_next(r->line.text, r->line.len, &r->word);
}

static const char *text_of(const struct reader *r)
{
    return r->line.text + r->word.at;
}

static bool word_is(const struct reader *r, const char *a, const char *b)
{
    const char *text = text_of(r);
    size_t len = r->word.len;

    return (strlen(a) == len && memcmp(a, text, len) == 0) ||
           (b && strlen(b) == len && memcmp(b, text, len) == 0);
}

static bool refuse(struct reader *r, const struct complaint *why)
{
    diag_at(r->diag, SEVERITY_ERROR, r->line.at + (srcpos)(r->word.at + why->at),
            why->len ? why->len : r->word.len, "%s", why->text);
    return false;
}

static bool refuse_word(struct reader *r, const char *text)
{
    diag_at(r->diag, SEVERITY_ERROR, r->line.at + (srcpos)r->word.at, r->word.len, "%s", text);
    return false;
}

/* The value behind the option at hand. */
static bool value(struct reader *r)
{
    return next(r) || refuse_word(r, "a value is missing behind this option");
}

static bool number(struct reader *r, uint32_t *out)
{
    return value(r) && (number_parse(text_of(r), r->word.len, out) ||
                        refuse_word(r, "a decimal number is expected here"));
}

static bool is_number_next(const struct reader *r)
{
    struct word w = r->word;

    return word_next(r->line.text, r->line.len, &w) && all_digits(r->line.text + w.at, w.len);
}

/* Takes the option at hand and `words` more into the remarks of an entry. */
static void leave(struct reader *r, struct entry *e, int words)
{
    size_t begin = r->word.at;

    while (words-- > 0 && next(r))
        ;
    size_t end = r->word.at + r->word.len;
    *VEC_ADD(&r->left) = (struct left){.at = r->line.at + (srcpos)begin,
                                       .text = arena_text(&r->draft->mem, r->line.text + begin, end - begin),
                                       .next = e->left};
    e->left = (uint32_t)r->left.n;
}

/* --- services --- */

/* ipvsadm 1.31 prints marks as signed numbers. */
static bool negative_mark(const char *text, size_t len, uint32_t *out)
{
    uint32_t below;

    if (len < 2 || text[0] != '-' || !decimal_parse(text + 1, len - 1, &below) || below > 1U << 31)
        return false;
    *out = 0 - below;
    return true;
}

static bool read_mark(struct reader *r, struct entry *e)
{
    if (!value(r))
        return false;
    if (!negative_mark(text_of(r), r->word.len, &e->server.mark) &&
        !number_parse(text_of(r), r->word.len, &e->server.mark))
        return refuse_word(r, "a decimal number of at most 32 bits is expected here");
    return e->server.mark || refuse_word(r, "a fwmark of 0 is no mark");
}

static bool read_address(struct reader *r, struct entry *e, enum proto proto)
{
    struct complaint why;

    e->server.protocol = (uint8_t)proto;
    return value(r) && (import_endpoint(text_of(r), r->word.len, &e->server.vip, &e->server.port, &why) ||
                        refuse(r, &why));
}

/* The option that says which service: behind -A or -a. */
static bool read_name(struct reader *r, struct entry *e)
{
    *e = (struct entry){.server = import_virtual_new(r->line.at)};
    if (!next(r))
        return refuse_word(r, "a service is missing: -t, -u or --sctp-service ADDRESS:PORT, or -f MARK");
    if (word_is(r, "-t", "--tcp-service"))
        return read_address(r, e, PROTO_TCP);
    if (word_is(r, "-u", "--udp-service"))
        return read_address(r, e, PROTO_UDP);
    if (word_is(r, "--sctp-service", NULL))
        return read_address(r, e, PROTO_SCTP);
    if (!word_is(r, "-f", "--fwmark-service"))
        return refuse_word(r, "a service is -t, -u or --sctp-service ADDRESS:PORT, or -f MARK");
    if (!read_mark(r, e))
        return false;
    struct word before = r->word;
    e->ipv6 = next(r) && word_is(r, "-6", "--ipv6");
    if (!e->ipv6)
        r->word = before;
    return true;
}

/* The number of the entry with this name; a new one where there is none. */
static uint32_t find_entry(struct reader *r, const struct entry *e)
{
    struct {
        struct address address;
        uint32_t mark, port, protocol, family;
    } key = {.address = e->server.vip.first,
             .mark = e->server.mark,
             .port = e->server.port,
             .protocol = e->server.protocol,
             .family = e->server.mark ? e->ipv6 : e->server.vip.family};

    return key_table_enter(&r->names, &key, sizeof key);
}

static bool read_flags(struct reader *r, struct entry *e)
{
    struct word item = {0};

    if (!value(r))
        return false;
    while (item_next(text_of(r), r->word.len, &item)) {
        const char *word = arena_text(&r->draft->mem, text_of(r) + item.at, item.len);
        unsigned bit = import_flag(word);

        if (!bit)
            return refuse_word(r, "a scheduler's flag is sh-port, sh-fallback, mh-port, mh-fallback or "
                                  "flag-1 to flag-3");
        e->server.flags |= bit;
    }
    return true;
}

static bool read_mask(struct reader *r, struct entry *e)
{
    struct complaint why;

    if (!value(r))
        return false;
    const char *mask = arena_text(&r->draft->mem, text_of(r), r->word.len);
    return import_virtual_set_mask(&e->server, mask, &why) || refuse(r, &why);
}

static bool read_persistence(struct reader *r, struct entry *e)
{
    e->server.persistent = true;
    e->server.persistence = PERSISTENCE_DEFAULT;
    return !is_number_next(r) || number(r, &e->server.persistence);
}

static bool read_service_option(struct reader *r, struct entry *e)
{
    if (word_is(r, "-s", "--scheduler")) {
        if (!value(r))
            return false;
        e->server.scheduler = arena_text(&r->draft->mem, text_of(r), r->word.len);
    } else if (word_is(r, "-p", "--persistent")) {
        return read_persistence(r, e);
    } else if (word_is(r, "-M", "--netmask")) {
        return read_mask(r, e);
    } else if (word_is(r, "-b", "--sched-flags")) {
        return read_flags(r, e);
    } else if (word_is(r, "-o", "--ops")) {
        e->server.one_packet = true;
    } else if (word_is(r, "--pe", NULL)) {
        leave(r, e, 1);
    } else {
        return refuse_word(r, "this is no option of a service");
    }
    return true;
}

static bool read_service(struct reader *r)
{
    struct entry e;
    srcpos at = r->line.at;

    if (!read_name(r, &e))
        return false;
    uint32_t number_of_it = find_entry(r, &e);
    if (number_of_it < r->entries.n) {
        diag_at(r->diag, SEVERITY_ERROR, at, r->line.len, "this service is there twice");
        diag_note(r->diag, r->entries.at[number_of_it].server.at, "it is here already");
        return false;
    }
    *VEC_ADD(&r->entries) = e;
    while (next(r))
        if (!read_service_option(r, &r->entries.at[number_of_it]))
            return false;
    return true;
}

/* --- servers --- */

static bool read_server_option(struct reader *r, struct entry *e, struct import_real *real, bool *given)
{
    struct complaint why;

    if (word_is(r, "-r", "--real-server")) {
        if (!value(r))
            return false;
        *given = true;
        return import_endpoint(text_of(r), r->word.len, &real->address, &real->port, &why) || refuse(r, &why);
    }
    if (word_is(r, "-g", "--gatewaying"))
        real->forwarding = FORWARDING_DR;
    else if (word_is(r, "-i", "--ipip"))
        real->forwarding = FORWARDING_TUN;
    else if (word_is(r, "-m", "--masquerading"))
        real->forwarding = FORWARDING_NAT;
    else if (word_is(r, "-w", "--weight"))
        return number(r, &real->weight);
    else if (word_is(r, "-x", "--u-threshold") || word_is(r, "-y", "--l-threshold") ||
             word_is(r, "--tun-type", NULL) || word_is(r, "--tun-port", NULL))
        leave(r, e, 1);
    else if (word_is(r, "--tun-nocsum", NULL) || word_is(r, "--tun-csum", NULL) ||
             word_is(r, "--tun-remcsum", NULL))
        leave(r, e, 0);
    else
        return refuse_word(r, "this is no option of a server");
    return true;
}

static bool read_server(struct reader *r)
{
    struct import_real real = {.at = r->line.at, .weight = 1, .forwarding = FORWARDING_DR};
    bool given = false;
    struct entry e;

    if (!read_name(r, &e))
        return false;
    uint32_t of = find_entry(r, &e);
    if (of >= r->entries.n) {
        *VEC_ADD(&r->entries) = e; /* so that numbers go on to agree */
        return refuse_word(r, "no -A line before this one adds this service");
    }
    struct entry *entry = &r->entries.at[of];
    while (next(r))
        if (!read_server_option(r, entry, &real, &given))
            return false;
    if (!given)
        return refuse_word(r, "a server is missing: -r ADDRESS:PORT");
    import_virtual_add_real(r->draft, &entry->server, &real);
    return true;
}

static bool read_line(struct reader *r)
{
    r->word = (struct word){0};
    if (!next(r) || text_of(r)[0] == '#')
        return true;
    if (word_is(r, "-A", "--add-service"))
        return read_service(r);
    if (word_is(r, "-a", "--add-server"))
        return read_server(r);
    if (word_is(r, "-C", "--clear"))
        return true;
    return refuse_word(r, "a line of ipvsadm -Sn begins with -A or -a");
}

static void put_entries(struct reader *r)
{
    for (size_t i = 0; i < r->entries.n; i++) {
        const struct entry *e = &r->entries.at[i];
        struct draft_service *s = import_virtual_draft(r->draft, &e->server);

        for (uint32_t l = e->left; l; l = r->left.at[l - 1].next)
            draft_leave(r->draft, &s->remarks, r->left.at[l - 1].at, "%s", r->left.at[l - 1].text);
    }
}

void import_ipvsadm(struct draft *draft, struct diag *diag)
{
    struct reader r = {.draft = draft, .diag = diag};
    const struct source *source = &draft->sources->at[draft->source];

    while (import_next_line(source, &r.line, diag))
        read_line(&r);
    if (diag_errors(diag) == 0)
        put_entries(&r);
    free(r.entries.at);
    free(r.left.at);
    key_table_free(&r.names);
}
