/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xtables.h>

#include "lbgen/vec.h"
#include "lbgen/xt_advice.h"
#include "lbgen/xt_capture.h"
#include "lbgen/xt_child.h"
#include "lbgen/xt_demands.h"
#include "lbgen/xt_extension.h"
#include "lbgen/xt_guard.h"
#include "lbgen/xt_kernel.h"
#include "lbgen/xt_places.h"

enum { OPTIONS_EACH = 256 }; /* XT_OPTION_OFFSET_SCALE */

/* getopt_long's table with the extension's options in it; they get the values from *offset on. */
static void add_options(const struct xt_option_entry *x6, const struct option *old, unsigned *offset)
{
    if (x6)
        xt_params->opts = xtables_options_xfrm(xt_params->orig_opts, xt_params->opts, x6, offset);
    else if (old)
        xt_params->opts = xtables_merge_options(xt_params->orig_opts, xt_params->opts, old, offset);
    if (!xt_params->opts)
        _exit(XT_EXIT_NO_MEMORY);
}

static void *fresh_udata(void *old, size_t size)
{
    if (!size)
        return old;
    free(old);
    return xtables_calloc(1, size);
}

static void set_up_match(struct xt_walk *walk, struct xtables_match *m)
{
    const char *name = m->real_name ? m->real_name : m->name;
    size_t size = XT_ALIGN(sizeof *m->m) + m->size;

    m->m = xtables_calloc(1, size);
    m->m->u.match_size = (uint16_t)size;
    strncpy(m->m->u.user.name, name, sizeof m->m->u.user.name - 1);
    m->m->u.user.revision = m->revision;
    m->udata = fresh_udata(m->udata, m->udata_size);
    if (m->init)
        m->init(m->m);
    if (m->next != m)
        add_options(m->x6_options, m->extra_opts, &m->option_offset);
    VEC_ADD(&walk->places);
    walk->places.at[walk->places.n - 1].match = m;
    walk->places.at[walk->places.n - 1].span = walk->value;
}

/* Names that are not looked for as files. */
static bool is_file_name(const char *name)
{
    return *name && strlen(name) < XT_EXTENSION_MAXNAMELEN && !strchr(name, '/');
}

static bool lacking(const struct xt_walk *walk, const char *what, const char *name, struct complaint *why)
{
    return xt_refuse(why, walk->value, "this kernel does not have the %s '%.28s' (or not as libxtables does)",
                     what, name);
}

/* It is there, but the dynamic linker can't have it. */
static bool unloadable(struct xt_walk *walk, const char *what, const char *name, struct complaint *why)
{
    char reason[160];

    xt_clean_message(reason, sizeof reason, xt_captured_noise());
    walk->broken = true;
    return xt_refuse(why, walk->value, "the %s '%.28s' can't be loaded: %s", what, name, reason);
}

static bool no_extension(struct xt_walk *walk, const char *name, struct complaint *why)
{
    if (xt_kernel_lacks(name, walk->family->so_rev_match))
        return lacking(walk, "match", name, why);
    if (*xt_captured_noise())
        return unloadable(walk, "match", name, why);
    return xt_refuse(why, walk->value, "there is no match '%s' for %s", name, walk->family->name);
}

bool xt_add_match(struct xt_walk *walk, const char *name, struct complaint *why)
{
    struct xtables_match *m = NULL;

    xt_capture_reset();
    if (is_file_name(name))
        m = xtables_find_match(name, XTF_TRY_LOAD, &walk->matches);
    if (!m)
        return no_extension(walk, name, why);
    set_up_match(walk, m);
    return true;
}

bool xt_is_verdict(const char *name)
{
    return !strcmp(name, "ACCEPT") || !strcmp(name, "DROP") || !strcmp(name, "QUEUE") ||
           !strcmp(name, "RETURN");
}

bool xt_is_target(const char *name)
{
    return is_file_name(name) && xtables_find_target(name, XTF_TRY_LOAD);
}

bool xt_add_target(struct xt_walk *walk, const char *name, struct complaint *why)
{
    struct xtables_target *t = NULL;

    if (!strcmp(name, "standard"))
        return xt_refuse(why, walk->value, "there is no target 'standard'");
    xt_capture_reset();
    if (is_file_name(name) && !xt_is_verdict(name))
        t = xtables_find_target(name, XTF_TRY_LOAD);
    if (!t && xt_kernel_lacks(name, walk->family->so_rev_target))
        return lacking(walk, "target", name, why);
    if (!t && *xt_captured_noise()) /* a chain's name makes none */
        return unloadable(walk, "target", name, why);
    if (!t)
        return true;
    const char *real_name = t->real_name ? t->real_name : name;
    size_t size = XT_ALIGN(sizeof *t->t) + t->size;

    t->t = xtables_calloc(1, size);
    t->t->u.target_size = (uint16_t)size;
    strncpy(t->t->u.user.name, real_name, sizeof t->t->u.user.name - 1);
    t->t->u.user.revision = t->revision;
    t->udata = fresh_udata(t->udata, t->udata_size);
    walk->target = t;
    walk->target_span = walk->value;
    if (t->init)
        t->init(t->t);
    add_options(t->x6_options, t->extra_opts, &t->option_offset);
    return true;
}

/* The match that is named like the protocol behind -p. */
static struct xtables_match *protocol_match(const char *protocol, struct xtables_rule_match **matches)
{
    unsigned number;

    if (!xtables_strtoui(protocol, NULL, &number, 0, UINT8_MAX))
        return is_file_name(protocol) ? xtables_find_match(protocol, XTF_TRY_LOAD, matches) : NULL;
    for (const struct xtables_pprot *p = xtables_chain_protos; p->name; p++)
        if (p->num == number)
            return xtables_find_match(p->name, XTF_TRY_LOAD, matches);
    const struct protoent *known = number ? getprotobynumber((int)number) : NULL;
    return known ? xtables_find_match(known->p_name, XTF_TRY_LOAD, matches) : NULL;
}

static bool add_protocol_match(struct xt_walk *walk)
{
    struct xtables_match *m = NULL;

    xt_capture_reset();
    if (walk->protocol && !walk->protocol_loaded)
        m = protocol_match(walk->protocol, &walk->matches);
    walk->broken = walk->broken || (!m && *xt_captured_noise());
    if (!m)
        return false;
    walk->protocol_loaded = true;
    set_up_match(walk, m);
    return true;
}

static bool is_option_of(unsigned letter, unsigned offset)
{
    return letter >= offset && letter < offset + OPTIONS_EACH;
}

/* How many bytes of `value` the extension has kept in a field that is too short for it; 0: no such thing
 * happened. */
static size_t was_cut(const void *data, size_t size, const char *value)
{
    size_t len = strlen(value), kept = IFNAMSIZ - 1;
    const char *start = len > kept ? memmem(data, size, value, kept) : NULL;

    if (!start)
        return 0;
    const char *end = (const char *)data + size;
    while (kept < len && start + kept < end && start[kept] == value[kept])
        kept++;
    return kept < len && (start + kept == end || !start[kept]) ? kept : 0;
}

static bool kept_whole(const struct xt_walk *walk, const void *data, size_t size, struct complaint *why)
{
    size_t kept = optarg ? was_cut(data, size, optarg) : 0;

    return !kept || xt_refuse(why, walk->value, "this text is too long: it has room for %zu bytes", kept);
}

static bool unknown_option(const struct xt_walk *walk, int letter, struct complaint *why)
{
    if (letter == ':')
        return xt_refuse(why, walk->option, "this option needs a value");
    if (optopt && !strncmp(walk->rule + walk->option.at, "--", 2))
        return xt_refuse(why, walk->option, "this option takes no value");
    return xt_no_such_option(walk, why);
}

bool xt_extension_option(struct xt_walk *walk, int letter, bool inverted, bool *again, struct complaint *why)
{
    struct xtables_target *t = walk->target;

    if (!xt_is_one_port(walk, letter, why))
        return false;
    if (t && (t->parse || t->x6_parse) && is_option_of((unsigned)letter, t->option_offset)) {
        xtables_option_tpcall((unsigned)letter, walk->words.argv, inverted, t, walk->entry);
        return kept_whole(walk, t->t->data, t->size, why);
    }
    for (struct xtables_rule_match *r = walk->matches; r; r = r->next) {
        struct xtables_match *m = r->match;

        if (r->completed || (!m->parse && !m->x6_parse) || !is_option_of((unsigned)letter, m->option_offset))
            continue;
        xtables_option_mpcall((unsigned)letter, walk->words.argv, inverted, m, walk->entry);
        return kept_whole(walk, m->m->data, m->size, why);
    }
    *again = add_protocol_match(walk);
    return *again || unknown_option(walk, letter, why);
}

static struct xt_span place_of(const struct xt_walk *walk, const struct xtables_match *match)
{
    for (size_t i = 0; i < walk->places.n; i++)
        if (walk->places.at[i].match == match)
            return walk->places.at[i].span;
    return (struct xt_span){0, 0};
}

static bool at(struct complaint *why, struct xt_span span)
{
    why->at = span.at;
    why->len = span.len;
    return false;
}

/* The number behind -p, if it is not inverted. */
static unsigned protocol(const struct xt_walk *walk)
{
    const unsigned char *entry = walk->entry;
    uint16_t number;

    memcpy(&number, entry + walk->family->proto, sizeof number);
    return entry[walk->family->inversions] & XT_NOT_PROTO ? 0 : number;
}

static struct xt_use match_use(const struct xtables_match *m)
{
    return (struct xt_use){m->name, m->m->data, m->size};
}

static bool requires_syn(const struct xt_walk *walk)
{
    for (const struct xtables_rule_match *r = walk->matches; r; r = r->next) {
        struct xt_use use = match_use(r->match);

        if (xt_requires_syn(&use))
            return true;
    }
    return false;
}

/* The word behind an extension's name that spells the option, perhaps shortened; the name if there is none.
 */
static struct xt_span option_place(const struct xt_walk *walk, struct xt_span name, const char *option)
{
    for (size_t i = 0; option && i < walk->words.n; i++) {
        const struct xt_word *word = &walk->words.at[i];
        size_t len = strcspn(word->text, "=");

        if (word->span.at > name.at && len > 2 && !strncmp(word->text, option, len))
            return (struct xt_span){word->span.at, len};
    }
    return name;
}

static bool match_may_stand(const struct xt_walk *walk, const struct xtables_match *m,
                            const struct xt_place *place, struct complaint *why)
{
    struct xt_use use = match_use(m);
    const char *option = NULL;

    return (xt_match_may_stand(m->name, place, why) && xt_match_may_be_used(&use, place, &option, why)) ||
           at(why, option_place(walk, place_of(walk, m), option));
}

static bool target_may_stand(const struct xt_walk *walk, const struct xt_place *place, struct complaint *why)
{
    struct xt_use use = {walk->jump, walk->target->t->data, walk->target->size};
    const char *option = NULL;

    return (xt_target_may_stand(walk->jump, place, why) &&
            xt_target_may_be_used(&use, place, &option, why)) ||
           at(why, option_place(walk, walk->target_span, option));
}

static bool may_stand(const struct xt_walk *walk, struct complaint *why)
{
    struct xt_place place = {walk->family->number, walk->table, walk->chain, protocol(walk),
                             requires_syn(walk)};

    for (const struct xtables_rule_match *r = walk->matches; r; r = r->next)
        if (!match_may_stand(walk, r->match, &place, why))
            return false;
    return !walk->target || target_may_stand(walk, &place, why);
}

bool xt_finish_extensions(struct xt_walk *walk, struct complaint *why)
{
    for (struct xtables_rule_match *r = walk->matches; r; r = r->next) {
        walk->option = walk->value = place_of(walk, r->match);
        xtables_option_mfcall(r->match);
    }
    walk->option = walk->value = walk->target_span;
    if (walk->target)
        xtables_option_tfcall(walk->target);
    return may_stand(walk, why);
}

void xt_encode_extensions(struct xt_walk *walk)
{
    walk->extensions.len = 0;
    for (const struct xtables_rule_match *r = walk->matches; r; r = r->next)
        buf_add(&walk->extensions, r->match->m, r->match->m->u.match_size);
    walk->matches_size = walk->extensions.len;
    walk->has_target = walk->target;
    if (walk->target)
        buf_add(&walk->extensions, walk->target->t, walk->target->t->u.target_size);
}
