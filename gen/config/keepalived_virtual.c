/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lbgen/keepalived_part.h"

/* How a server is reached, as far as families depend on it. */
enum method { METHOD_NONE, METHOD_TUNNEL, METHOD_OTHER, METHOD_OPEN };

/* What tells the family of a virtual server. */
struct family_facts {
    unsigned direct, tunnelled; /* FAMILY_BIT_* of its servers */
    bool direct_open, tunnelled_open;
    unsigned given; /* ip_family; 0: none */
};

static enum method method_of(const struct ka_line *line)
{
    const struct ka_word *word = ka_line_word(line, 1);

    if (!word || word->unknown)
        return METHOD_OPEN;
    return strcasecmp(word->text, "TUN") == 0 ? METHOD_TUNNEL : METHOD_OTHER;
}

static bool is_method(const struct ka_line *line)
{
    return ka_line_is(line, "lb_kind") || ka_line_is(line, "lvs_method");
}

static enum method method_in(const struct ka_line *block, enum method method)
{
    for (const struct ka_line *l = block->first; l; l = l->next)
        if (is_method(l))
            method = method_of(l);
    return method;
}

static void take_server(struct ka_maker *maker, const struct ka_line *line, enum method method,
                        struct family_facts *facts)
{
    struct prefix address;

    if (!ka_take_address(maker, line, 1, &address)) {
        facts->direct_open |= method != METHOD_TUNNEL;
        facts->tunnelled_open |= method == METHOD_TUNNEL;
        return;
    }
    unsigned bit = 1U << address.family;
    facts->direct_open |= method == METHOD_OPEN;
    if (method == METHOD_TUNNEL)
        facts->tunnelled |= bit;
    else
        facts->direct |= bit;
}

/* Servers that are not tunnelled tell the family; then ip_family; then tunnelled ones, if all are of one. */
static unsigned family_of(const struct family_facts *f, bool group)
{
    if (f->direct_open || f->direct == FAMILY_BITS_BOTH)
        return FAMILY_BITS_BOTH;
    if (f->direct)
        return f->direct;
    if (f->given)
        return f->given;
    if (f->tunnelled_open || !f->tunnelled)
        return FAMILY_BITS_BOTH;
    return f->tunnelled == FAMILY_BITS_BOTH || group ? FAMILY_BIT_4 : f->tunnelled;
}

static enum ka_answer persistence_of(struct ka_maker *maker, const struct ka_line *line)
{
    uint32_t seconds;

    if (line->n_words < 2)
        return KA_YES; /* Keepalived's default: 6 minutes */
    if (!ka_take_number(maker, line, 1, &seconds))
        return KA_OPEN;
    return seconds ? KA_YES : KA_NO;
}

static enum ka_answer hashed_by(struct ka_maker *maker, const struct ka_line *line)
{
    const struct ka_word *word = ka_line_word(line, 1);

    if (!word || word->unknown) {
        ka_leave_open(maker, line, word, "a scheduler");
        return KA_OPEN;
    }
    return strcmp(word->text, "sh") == 0 || strcmp(word->text, "mh") == 0 ? KA_YES : KA_NO;
}

/* sh-port and mh-port are the scheduler's second flag. */
static bool hashes_ports(const struct ka_line *line)
{
    return ka_line_is(line, "sh-port") || ka_line_is(line, "mh-port") || ka_line_is(line, "flag-2");
}

static uint8_t protocol_of(const struct ka_line *line)
{
    const struct ka_word *word = ka_line_word(line, 1);

    return word && !word->unknown ? (uint8_t)(word->text[0] & ~0x20) : 0;
}

static void take_block(struct ka_maker *maker, const struct ka_line *line, struct ka_virtual *server)
{
    enum method method = method_in(line, METHOD_NONE), sorry_method = method;
    const struct ka_line *sorry = NULL;
    struct family_facts facts = {0};
    bool ports = false;

    for (const struct ka_line *l = line->first; l; l = l->next) {
        if (ka_line_is(l, "real_server"))
            take_server(maker, l, method_in(l, method), &facts);
        else if (ka_line_is(l, "sorry_server"))
            sorry = l;
        else if (ka_line_is(l, "sorry_server_lvs_method"))
            sorry_method = method_of(l);
        else if (ka_line_is(l, "ip_family"))
            facts.given = ka_take_family(maker, l, 1);
        else if (ka_line_is(l, "persistence_timeout"))
            server->persistent = persistence_of(maker, l);
        else if (ka_line_is(l, "lb_algo") || ka_line_is(l, "lvs_sched"))
            server->hashed = hashed_by(maker, l);
        else if (ka_line_is(l, "protocol"))
            server->protocol = protocol_of(l);
        ports |= hashes_ports(l);
    }
    if (sorry)
        take_server(maker, sorry, sorry_method, &facts);
    if (ports)
        server->hashed = KA_NO;
    server->families = family_of(&facts, server->group);
}

static void add_mark(struct ka_maker *maker, const struct ka_mark *mark)
{
    struct keepalived *k = maker->k;

    k->marks = arena_append(&k->mem, k->marks, k->n_marks++, &k->cap_marks, mark, 1, sizeof *mark);
}

void ka_take_virtual(struct ka_maker *maker, const struct ka_line *line)
{
    struct keepalived *k = maker->k;
    const struct ka_word *kind = ka_line_word(line, 1), *name = ka_line_word(line, 2);
    struct ka_virtual *server = arena_alloc(&k->mem, sizeof *server);
    bool by_mark = kind && strcmp(kind->text, "fwmark") == 0;
    bool by_group = kind && strcmp(kind->text, "group") == 0;
    struct ka_mark mark = {.place = ka_place_of(line, name), .server = server};

    *server = (struct ka_virtual){.place = ka_place_of(line, name ? name : kind)};
    if (!kind || kind->unknown || (by_group && (!name || name->unknown))) {
        ka_leave_open(maker, line, by_group ? name : kind, "the name of a virtual server");
        k->marks_open = true;
        return;
    }
    if (by_group)
        server->group = name->text;
    take_block(maker, line, server);
    if (by_group)
        maker->servers = arena_append(&k->mem, maker->servers, maker->n_servers++, &maker->cap_servers,
                                      (const void *)&server, 1, sizeof(const struct ka_virtual *));
    if (!by_mark)
        return;
    mark.families = server->families;
    if (ka_take_number(maker, line, 2, &mark.mark))
        add_mark(maker, &mark);
    else
        k->marks_open = true;
}

static const char *group_name(const void *items, uint32_t i, size_t *len)
{
    const char *name = ((const struct ka_group *)items)[i].name;

    *len = strlen(name);
    return name;
}

void ka_take_group(struct ka_maker *maker, const struct ka_line *line)
{
    const struct ka_word *name = ka_line_word(line, 1);
    struct arena *mem = &maker->k->mem;
    struct ka_group group = {.name = name && !name->unknown ? name->text : NULL,
                             .place = ka_place_of(line, name)};

    for (const struct ka_line *l = line->first; l; l = l->next) {
        struct ka_group_mark mark = {.place = ka_place_of(l, ka_line_word(l, 1))};

        if (l->words[0].unknown) {
            group.open = true;
        } else if (!ka_line_is(l, "fwmark")) {
            group.has_addresses = true;
        } else if (ka_take_number(maker, l, 1, &mark.mark)) {
            mark.families = l->n_words > 2 ? ka_take_family(maker, l, 2) : 0;
            group.marks =
                arena_append(mem, group.marks, group.n_marks++, &group.cap_marks, &mark, 1, sizeof mark);
        } else {
            group.open = true;
        }
    }
    maker->group_names.name_of = group_name;
    if (group.name)
        name_index_enter(&maker->group_names, maker->groups, group.name, strlen(group.name), maker->n_groups);
    maker->groups =
        arena_append(mem, maker->groups, maker->n_groups++, &maker->cap_groups, &group, 1, sizeof group);
}

static const struct ka_group *find_group(const struct ka_maker *maker, const char *name)
{
    uint32_t i = name_index_find(&maker->group_names, maker->groups, name, strlen(name));

    return i == NAME_NOT_FOUND ? NULL : &maker->groups[i];
}

static void ignore_server(struct keepalived *k, const struct ka_virtual *server, struct ka_place empty)
{
    const struct ka_ignored ignored = {.server = server, .empty = empty};

    k->ignored =
        arena_append(&k->mem, k->ignored, k->n_ignored++, &k->cap_ignored, &ignored, 1, sizeof ignored);
}

/* all_known: no group can be there that was not seen. */
static void join_group(struct ka_maker *maker, const struct ka_virtual *server, bool all_known)
{
    const struct ka_group *group = find_group(maker, server->group);

    if (!group && all_known)
        ignore_server(maker->k, server, (struct ka_place){.at = SRC_NONE});
    else if (!group || group->open)
        maker->k->marks_open = true;
    else if (!group->n_marks && !group->has_addresses)
        ignore_server(maker->k, server, group->place);
    for (uint32_t i = 0; group && i < group->n_marks; i++) {
        struct ka_mark mark = {.mark = group->marks[i].mark,
                               .families = group->marks[i].families,
                               .place = group->marks[i].place,
                               .server = server};

        if (!mark.families)
            mark.families = server->families;
        add_mark(maker, &mark);
    }
}

/* Keepalived hands out one mark for each protocol of a group that has addresses and no marks. */
static bool gets_mark(struct ka_maker *maker, const struct ka_virtual *server)
{
    const struct ka_group *group = find_group(maker, server->group);
    const uint32_t key[] = {group ? (uint32_t)(group - maker->groups) : 0, server->protocol};

    return group && !group->open && !group->n_marks && group->has_addresses && server->protocol &&
           key_table_add(&maker->handed_out, key, sizeof key);
}

void ka_join_groups(struct ka_maker *maker)
{
    bool all_known = !maker->groups_open;

    for (uint32_t i = 0; i < maker->n_groups; i++)
        all_known &= maker->groups[i].name != NULL;
    for (uint32_t i = 0; i < maker->n_servers; i++) {
        join_group(maker, maker->servers[i], all_known);
        if (maker->nft)
            maker->k->nft_count += gets_mark(maker, maker->servers[i]);
    }
}
