/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/service_values.h"
#include "lbgen/words.h"

enum { PORT_ITEMS_MAX = 4096, WEIGHT_MAX = 65535 /* ipvsadm(8) */ };

/* ipvs schedulers, linux/net/netfilter/ipvs/Kconfig. */
static const char *const schedulers[] = {"rr",    "wrr", "lc", "wlc", "fo",  "ovf", "lblc",
                                         "lblcr", "dh",  "sh", "mh",  "sed", "nq",  "twos"};
const char *const scheduler_flag_words[SCHEDULER_FLAGS] = {"sh-fallback", "sh-port", "mh-fallback", "mh-port",
                                                           "flag-1",      "flag-2",  "flag-3"};
const char *const forwarding_words[FORWARDINGS] = {"nat", "dr", "tun"};
const char *const health_check_words[HEALTH_CHECKS] = {"none", "tcp", "http", "https"};

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static bool word_is(const char *text, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(text, word, n) == 0;
}

static int find_word(const char *const *words, int count, const char *text, size_t n)
{
    for (int i = 0; i < count; i++)
        if (word_is(text, n, words[i]))
            return i;
    return -1;
}

void set_protocols(struct service *s, const struct value *v)
{
    struct word w = {0};
    struct complaint why;

    while (item_next(v->ini->text, v->ini->len, &w)) {
        enum proto p;

        if (!proto_parse(v->ini->text + w.at, w.len, &p, &why)) {
            value_refuse(v, w.at, &why);
            if (w.len == 0)
                break;
            continue;
        }
        if (service_has_protocol(s, p)) {
            value_warn(v, w.at, w.len, "protocol %s is in this list already", proto_ops[p].name);
            continue;
        }
        if (!proto_ops[p].balanced)
            value_warn(v, w.at, w.len, "%s packets are marked, but IPVS does not balance them",
                       proto_ops[p].name);
        s->protocols[s->n_protocols++] = (uint8_t)p;
    }
}

/* Ports that repeat are warned of; an item that stands in the list already is dropped, one that shares some
 * of another's ports is kept as written. */
static bool port_is_new(const struct value *v, const struct word *w, const struct port_list *list,
                        struct port_range item)
{
    bool overlaps = false, equal = false;

    for (uint32_t i = 0; i < list->n; i++) {
        overlaps |= ports_overlap(list->at[i], item);
        equal |= list->at[i].low == item.low && list->at[i].high == item.high;
    }
    if (overlaps && ports_is_any(item))
        value_warn(v, w->at, w->len, "'any' is in this list already");
    else if (overlaps && item.low == item.high)
        value_warn(v, w->at, w->len, "port %u is in this list already", item.low);
    else if (overlaps)
        value_warn(v, w->at, w->len, "ports of %u:%u are in this list already", item.low, item.high);
    return !equal;
}

static void add_port(struct port_list *list, struct arena *mem, struct port_range item)
{
    if (list->n == list->cap)
        list->at = arena_append(mem, list->at, list->n, &list->cap, &item, 1, sizeof item);
    else
        ((struct port_range *)(uintptr_t)list->at)[list->n] = item;
    list->n++;
}

static bool parse_port_item(const struct value *v, const struct word *w, const struct port_list *list,
                            struct port_range *item, struct complaint *why)
{
    if (w->len == 0)
        return complain(why, 0, 1, "an item of the list is empty here");
    if (list->n == PORT_ITEMS_MAX)
        return complain(why, 0, w->len, "a list has at most %d ports and ranges", PORT_ITEMS_MAX);
    if (!ports_parse(v->ini->text + w->at, w->len, item, why))
        return false;
    if (list->n && ports_is_any(*item) != ports_is_any(list->at[0]))
        return complain(why, 0, w->len, "'any' is all ports and stands alone");
    return true;
}

void set_ports(struct port_list *list, const struct value *v)
{
    struct port_range item = PORTS_ANY;
    struct word w = {0};
    struct complaint why;

    while (item_next(v->ini->text, v->ini->len, &w)) {
        if (!parse_port_item(v, &w, list, &item, &why)) {
            value_refuse(v, w.at, &why);
            if (w.len == 0 || list->n == PORT_ITEMS_MAX)
                break;
        } else if (port_is_new(v, &w, list, item)) {
            add_port(list, v->mem, item);
        }
    }
}

void set_fwmark(struct service *s, const struct value *v)
{
    struct complaint why;
    bool has_mask = false;

    s->fwmark_at = ini_value_place(v->ini, 0);
    s->fwmark_len = v->ini->len < UINT8_MAX ? (uint8_t)v->ini->len : UINT8_MAX;
    if (!mark_parse(v->ini->text, v->ini->len, &s->mark, &has_mask, &why)) {
        s->mark = (struct mark){0};
        value_refuse(v, 0, &why);
    }
    s->mark_has_mask = has_mask;
}

void set_scheduler(struct service_more *m, const struct value *v)
{
    int i;

    if (value_choice(v, schedulers, COUNT(schedulers), &i))
        m->scheduler = schedulers[i];
}

void set_scheduler_flags(struct service_more *m, const struct value *v)
{
    struct word w = {0};
    struct complaint why;

    while (item_next(v->ini->text, v->ini->len, &w)) {
        int i = find_word(scheduler_flag_words, SCHEDULER_FLAGS, v->ini->text + w.at, w.len);

        if (i >= 0) {
            m->scheduler_flags = (uint8_t)(m->scheduler_flags | 1 << i);
            continue;
        }
        complain(&why, 0, w.len ? w.len : 1,
                 "a scheduler flag is sh-port, sh-fallback, mh-port, mh-fallback, flag-1, flag-2 or flag-3");
        value_refuse(v, w.at, &why);
        if (w.len == 0)
            break;
    }
}

void set_forwarding(struct service_more *m, const struct value *v)
{
    int i;

    if (value_choice(v, forwarding_words, FORWARDINGS, &i))
        m->forwarding = (enum forwarding)i;
}

static bool parse_weight(const char *text, size_t n, struct real_server *r, struct complaint *why)
{
    if (r->weight_given)
        return complain(why, 0, n, "the weight is given twice");
    if (!decimal_parse(text, n, &r->weight) || r->weight > WEIGHT_MAX)
        return complain(why, 0, n, "a weight is 0..%d", WEIGHT_MAX);
    r->weight_given = true;
    return true;
}

static bool parse_forwarding(const char *text, size_t n, struct real_server *r, struct complaint *why)
{
    int i = find_word(forwarding_words, FORWARDINGS, text, n);

    if (r->forwarding_given)
        return complain(why, 0, n, "the forwarding is given twice");
    if (i < 0)
        return complain(why, 0, n, "forwarding is nat, dr or tun");
    r->forwarding = (enum forwarding)i;
    r->forwarding_given = true;
    return true;
}

/* The words behind a real server's address; a false return has its place in why->at, from the value's
 * beginning. */
static bool parse_server_words(const struct value *v, struct word w, struct real_server *r,
                               struct complaint *why)
{
    const char *text = v->ini->text;

    while (word_next(text, v->ini->len, &w)) {
        bool is_weight = word_is(text + w.at, w.len, "weight");
        struct word name = w;

        if (!is_weight && !word_is(text + w.at, w.len, "forwarding"))
            return complain(why, w.at, w.len,
                            "behind the address come `weight N` and `forwarding nat|dr|tun`");
        if (!word_next(text, v->ini->len, &w))
            return complain(why, name.at, name.len, "a value is missing behind this word");
        if (!(is_weight ? parse_weight : parse_forwarding)(text + w.at, w.len, r, why)) {
            why->at += w.at;
            return false;
        }
    }
    return true;
}

static bool server_is_there(const struct service_more *m, const struct real_server *server)
{
    for (uint32_t i = 0; i < m->n_real_servers; i++)
        if (prefix_equal(&m->real_servers[i].address, &server->address))
            return true;
    return false;
}

void add_real_server(struct service_more *m, const struct value *v)
{
    struct real_server server = {.weight = 1};
    struct complaint why;
    struct word w = {0};

    if (!word_next(v->ini->text, v->ini->len, &w))
        return;
    if (!prefix_parse(v->ini->text + w.at, w.len, ADDRESS_ONLY, &server.address, &why)) {
        value_refuse(v, w.at, &why);
        return;
    }
    if (!parse_server_words(v, w, &server, &why)) {
        value_refuse(v, 0, &why);
        return;
    }
    if (server_is_there(m, &server)) {
        value_warn(v, 0, w.len,
                   "this real server is in the list already; what is said of it here does not count");
        return;
    }
    server.address.at = ini_value_place(v->ini, w.at);
    server.address.text_len = (uint8_t)w.len;
    m->real_servers = arena_append(v->mem, m->real_servers, m->n_real_servers, &m->cap_real_servers, &server,
                                   1, sizeof server);
    m->n_real_servers++;
}

void set_check(struct service_more *m, const struct value *v)
{
    struct word kind = {0}, port, path, more;
    const char *text = v->ini->text;
    size_t len = v->ini->len;
    struct complaint why;

    word_next(text, len, &kind);
    int i = find_word(health_check_words, HEALTH_CHECKS, text + kind.at, kind.len);
    port = path = more = kind;
    bool has_port = word_next(text, len, &port);
    path = port;
    bool has_path = has_port && word_next(text, len, &path);
    more = path;
    if (i < 0 || (i > 0) != has_port || (i > 1) != has_path || (has_path && word_next(text, len, &more))) {
        complain(&why, 0, len, "a check is written: tcp PORT, http PORT PATH, https PORT PATH, or none");
        value_refuse(v, 0, &why);
    } else if (has_port && !port_parse(text + port.at, port.len, &m->check_port, &why)) {
        value_refuse(v, port.at, &why);
    } else if (has_path && text[path.at] != '/') {
        complain(&why, 0, path.len, "the path of a check begins with /");
        value_refuse(v, path.at, &why);
    } else {
        m->check = (enum health_check)i;
        m->check_path = has_path ? arena_text(v->mem, text + path.at, path.len) : NULL;
    }
}
