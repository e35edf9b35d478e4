/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections: which there are, and to whom their keys go. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/closest.h"
#include "lbgen/config.h"
#include "lbgen/look_alike.h"
#include "lbgen/name_index.h"
#include "lbgen/section_keys.h"
#include "lbgen/service_keys.h"
#include "lbgen/value.h"
#include "lbgen/vec.h"
#include "lbgen/words.h"

enum section {
    SECTION_NONE,    /* before the first header */
    SECTION_IGNORED, /* behind a header that was refused */
    SECTION_VRRP,
    SECTION_LBGEN,
    SECTION_SERVICE,
    SECTION_TEMPLATE,
    SECTION_RULES,
    SECTION_EXPECT,
    SECTIONS
};

#define WORD(text) text, sizeof text - 1

static const struct {
    const char *word;
    size_t len;
    bool named; /* [word NAME] */
} section_forms[SECTIONS] = {
    [SECTION_VRRP] = {WORD("vrrp"), false},      [SECTION_LBGEN] = {WORD("lbgen"), false},
    [SECTION_SERVICE] = {WORD("service"), true}, [SECTION_TEMPLATE] = {WORD("template"), true},
    [SECTION_RULES] = {WORD("rules"), true},     [SECTION_EXPECT] = {WORD("expect"), true},
};

struct builder {
    struct config *config;
    struct diag *diag;
    const char *template_name; /* see config_read */
    enum section section;
    enum table table;       /* SECTION_RULES */
    struct service service; /* SECTION_SERVICE, SECTION_TEMPLATE: the one that is being read */
    struct expect expect;   /* SECTION_EXPECT: the same */
    bool drop;              /* ... and it is not to be kept: its name is taken or bad */
    struct {
        const char *text;
        size_t len;
        srcpos at;
    } name; /* ... and its name, which is entered at the section's end */
    uint32_t expect_given;
};

static const char *service_name(const void *items, uint32_t i, size_t *len)
{
    const struct service *s = (const struct service *)items + i;

    *len = s->name_len;
    return s->name;
}

static const char *expect_name(const void *items, uint32_t i, size_t *len)
{
    const char *name = ((const struct expect *)items)[i].name;

    *len = strlen(name);
    return name;
}

void config_init(struct config *config)
{
    *config = (struct config){
        .vrrp = {.accept = true, .at = SRC_NONE},
        .settings = {.layout = LAYOUT_AUTO, .fwmark_mask = MARK_MASK_ALL},
        .services = {.names.name_of = service_name},
        .templates = {.names.name_of = service_name},
        .expects = {.names.name_of = expect_name},
    };
}

void config_index(struct config *config)
{
    config->special.n = 0;
    for (uint32_t i = 0; i < config->services.n; i++) {
        const struct service *s = &config->services.at[i];

        if (s->more)
            *VEC_ADD(&config->special) = i;
        for (int f = 0; f < FAMILIES; f++)
            config->has_vips[f] |= prefix_list_has(s->vips, (enum family)f);
    }
}

void config_free(struct config *config)
{
    free(config->services.at);
    free(config->templates.at);
    free(config->special.at);
    free(config->rules.at);
    free(config->policies.at);
    free(config->expects.at);
    name_index_free(&config->services.names);
    name_index_free(&config->templates.names);
    name_index_free(&config->expects.names);
    arena_free(&config->mem);
}

static struct services *services_of(struct builder *b)
{
    return b->section == SECTION_SERVICE ? &b->config->services : &b->config->templates;
}

/* Enters the name of the item that will be number n. If it is there already, reports that and returns false.
 * Of the item that has it, *first is told. */
static bool enter_name(struct builder *b, struct name_index *names, const void *items, size_t n,
                       uint32_t *first)
{
    *first = name_index_enter(names, items, b->name.text, b->name.len, (uint32_t)n);
    if (*first == NAME_NOT_FOUND)
        return true;
    diag_at(b->diag, SEVERITY_ERROR, b->name.at, b->name.len,
            "%s '%.*s' is there already: give one of them another name", section_forms[b->section].word,
            (int)b->name.len, b->name.text);
    return false;
}

static void finish_service(struct builder *b)
{
    struct services *list = services_of(b);
    uint32_t first;

    if (enter_name(b, &list->names, list->at, list->n, &first))
        *VEC_ADD(list) = b->service;
    else
        diag_note(b->diag, list->at[first].at, "the first one is here");
}

static void finish_expect(struct builder *b)
{
    struct expects *list = &b->config->expects;
    uint32_t first;

    if (enter_name(b, &list->names, list->at, list->n, &first))
        *VEC_ADD(list) = b->expect;
    else
        diag_note(b->diag, list->at[first].at, "the first one is here");
}

/* Puts what was read of a service, template or expectation into the configuration. */
static void finish_section(struct builder *b)
{
    if (!b->drop && (b->section == SECTION_SERVICE || b->section == SECTION_TEMPLATE))
        finish_service(b);
    if (!b->drop && b->section == SECTION_EXPECT)
        finish_expect(b);
    b->section = SECTION_NONE;
}

/* Notes the name that will be entered in `names` at the section's end; one of a bad form is reported now. */
static void begin_name(struct builder *b, const struct name_index *names, srcpos at, const char *name,
                       size_t len)
{
    struct complaint why;

    b->name.text = name;
    b->name.len = len;
    b->name.at = at;
    b->drop = !name_good(name, len, &why);
    if (b->drop) {
        diag_at(b->diag, SEVERITY_ERROR, at + (srcpos)why.at, why.len, "%s", why.text);
        look_alike_note(b->diag, at, name, len);
    } else {
        name_index_prefetch(names, name, len);
    }
}

static bool is_wanted_template(const struct builder *b, const char *name, size_t len)
{
    return !b->template_name || (strlen(b->template_name) == len && memcmp(b->template_name, name, len) == 0);
}

static void begin_service(struct builder *b, srcpos at, srcpos name_at, const char *name, size_t len)
{
    b->service = (struct service){
        .name = name, .name_len = (uint8_t)len, .at = at, .header_len = (uint32_t)(name_at + len + 1 - at)};
    if (!is_wanted_template(b, name, len)) {
        diag_at(b->diag, SEVERITY_ERROR, name_at, len, "a template's file has one section, [template %s]",
                b->template_name);
        b->drop = true;
        return;
    }
    begin_name(b, &services_of(b)->names, name_at, name, len);
}

static void begin_expect(struct builder *b, srcpos at, srcpos name_at, const char *name, size_t len)
{
    b->expect = (struct expect){.name = arena_text(&b->config->mem, name, len),
                                .at = at,
                                .header_len = (uint32_t)(name_at + len + 1 - at)};
    b->expect_given = 0;
    begin_name(b, &b->config->expects.names, name_at, name, len);
}

static void begin_rules(struct builder *b, srcpos name_at, const char *name, size_t len)
{
    if (table_find(name, len, &b->table))
        return;
    diag_at(b->diag, SEVERITY_ERROR, name_at, len,
            "there is no table '%.*s'; [rules] go to filter, nat, mangle, raw or security", (int)len, name);
    b->section = SECTION_IGNORED;
}

static enum section find_section(const char *word, size_t len)
{
    for (int i = SECTION_VRRP; i < SECTIONS; i++)
        if (section_forms[i].len == len && memcmp(section_forms[i].word, word, len) == 0)
            return (enum section)i;
    return SECTION_IGNORED;
}

/* A section that may stand here and has a name exactly if it needs one; reports it otherwise. */
static bool section_fits(struct builder *b, enum section section, srcpos at, const char *text, size_t len,
                         bool named)
{
    if (section == SECTION_IGNORED)
        diag_at(b->diag, SEVERITY_ERROR, at, len + 2,
                "unknown section [%.*s]; there are vrrp, service, template, lbgen, rules and expect",
                (int)len, text);
    else if (b->template_name && section != SECTION_TEMPLATE)
        diag_at(b->diag, SEVERITY_ERROR, at, len + 2, "a template's file has one section, [template %s]",
                b->template_name);
    else if (named && !section_forms[section].named)
        diag_at(b->diag, SEVERITY_ERROR, at, len + 2, "[%s] takes no name: write [%s]",
                section_forms[section].word, section_forms[section].word);
    else if (!named && section_forms[section].named)
        diag_at(b->diag, SEVERITY_ERROR, at, len + 2, "a name is missing, as in [%s %s]",
                section_forms[section].word, section == SECTION_RULES ? "filter" : "web");
    else
        return true;
    return false;
}

/* Behind a header that was refused: where its kind can be seen, keys are held against it, so that what is
 * wrong with them is said in this run, and nothing is kept. */
static void begin_refused(struct builder *b, enum section section, const char *name, size_t len)
{
    b->section = section;
    if ((section == SECTION_RULES && !table_find(name, len, &b->table)) ||
        (b->template_name && section != SECTION_TEMPLATE))
        b->section = SECTION_IGNORED;
    b->drop = true;
    b->service = (struct service){.name = name};
    b->expect = (struct expect){.name = name};
    b->expect_given = 0;
}

static void on_section(void *ctx, srcpos at, srcpos text_at, const char *text, size_t len)
{
    struct builder *b = ctx;
    struct word word = {0}, name;

    finish_section(b);
    b->section = SECTION_IGNORED;
    bool has_word = word_next(text, len, &word);
    name = word;
    bool named = has_word && word_next(text, len, &name);
    enum section section = find_section(text, has_word ? word.len : 0);
    if (!section_fits(b, section, at, text, len, named)) {
        look_alike_note(b->diag, text_at, text, len);
        begin_refused(b, section, text + name.at, named ? name.len : 0);
        return;
    }
    b->section = section;
    /* All that stands behind the word is the name, so that `[service a b]` is told what is wrong with it. */
    const char *name_text = text + name.at;
    size_t name_len = len - name.at;
    srcpos name_at = text_at + (srcpos)name.at;
    if (section == SECTION_SERVICE || section == SECTION_TEMPLATE)
        begin_service(b, at, name_at, name_text, name_len);
    else if (section == SECTION_EXPECT)
        begin_expect(b, at, name_at, name_text, name_len);
    else if (section == SECTION_RULES)
        begin_rules(b, name_at, name_text, name_len);
    else if (section == SECTION_VRRP && b->config->vrrp.at == SRC_NONE)
        b->config->vrrp.at = at;
}

static void on_bad_section(void *ctx, const char *text, size_t len)
{
    struct builder *b = ctx;
    struct word word = {0}, name;

    finish_section(b);
    word_next(text, len, &word);
    name = word;
    word_next(text, len, &name);
    begin_refused(b, find_section(text + word.at, word.len), text + name.at, name.len);
}

/* Gives the value to its section; false when the section has no such key. */
static bool set_key(struct builder *b, const struct value *v, size_t key_len)
{
    enum service_key key;

    switch (b->section) {
    case SECTION_VRRP: return vrrp_key_set(&b->config->vrrp, &b->config->vrrp_given, v);
    case SECTION_LBGEN: return settings_key_set(&b->config->settings, &b->config->settings_given, v);
    case SECTION_RULES: return rules_key_set(b->config, b->table, v);
    case SECTION_EXPECT: return expect_key_set(&b->expect, &b->expect_given, v);
    case SECTION_SERVICE:
    case SECTION_TEMPLATE:
        if (!service_key_find(v->key, key_len, &key))
            return false;
        service_key_set(&b->service, key, v);
        return true;
    default: return true;
    }
}

static void on_bad_key(void *ctx, const char *name, size_t len)
{
    struct builder *b = ctx;
    char word[NAME_MAX_LEN + 1];
    enum service_key key;

    if (len >= sizeof word)
        return;
    memcpy(word, name, len);
    word[len] = '\0';
    if (b->section == SECTION_EXPECT)
        expect_key_given(&b->expect, word);
    if ((b->section == SECTION_SERVICE || b->section == SECTION_TEMPLATE) &&
        service_key_find(word, len, &key))
        b->service.given |= 1U << key;
}

static const char *service_key_word(int i)
{
    return service_key_name((enum service_key)i);
}

static void report_unknown_key(const struct builder *b, srcpos at, const char *name)
{
    bool of_service = b->section == SECTION_SERVICE || b->section == SECTION_TEMPLATE;
    const char *meant = of_service ? closest_word(name, service_key_word, SERVICE_KEYS) : NULL;

    if (meant)
        diag_at(b->diag, SEVERITY_ERROR, at, strlen(name), "unknown key '%s' in [%s]; did you mean '%s'?",
                name, section_forms[b->section].word, meant);
    else
        diag_at(b->diag, SEVERITY_ERROR, at, strlen(name),
                "unknown key '%s' in [%s]; lbgen.ini(5) lists its keys", name,
                section_forms[b->section].word);
}

static void report_no_section(const struct builder *b, srcpos at, const char *name)
{
    const char *of = b->template_name;

    diag_at(b->diag, SEVERITY_ERROR, at, strlen(name),
            "'%s' stands before the first section of its file: write [%s %s]%s above it", name,
            of ? "template" : "service", of ? of : "NAME", of ? "" : " or another");
}

static void on_key(void *ctx, srcpos at, const char *name, size_t len, const struct ini_value *ini)
{
    struct builder *b = ctx;
    struct value v = {.mem = &b->config->mem, .diag = b->diag, .key = name, .key_at = at, .ini = ini};

    if (b->section == SECTION_IGNORED)
        return;
    if (b->section == SECTION_NONE)
        report_no_section(b, at, name);
    else if (b->section == SECTION_TEMPLATE && strcmp(name, "vip") == 0)
        diag_at(b->diag, SEVERITY_ERROR, at, strlen(name), "a template has no vip: each service has its own");
    else if (!set_key(b, &v, len))
        report_unknown_key(b, at, name);
}

/* Lines that begin with "[service ". */
static size_t count_services(const struct source *source)
{
    static const char header[] = "[service ";
    const size_t len = sizeof header - 1;
    const char *end = source->text + source->len;
    size_t n = 0;

    for (const char *p = source->text; (p = memchr(p, '[', (size_t)(end - p))); p++)
        n += (size_t)(end - p) >= len && memcmp(p, header, len) == 0 && (p == source->text || p[-1] == '\n');
    return n;
}

/* Makes room for all services of the text at once: there may be a million, most of them with one VIP and a
 * few ports. */
static void reserve_services(struct config *config, const struct source *source)
{
    const size_t usual_lists = sizeof(struct prefix) + 2 * sizeof(struct port_range);
    struct services *services = &config->services;
    const size_t n = count_services(source);

    VEC_RESERVE(services, services->n + n);
    name_index_reserve(&services->names, services->n + n);
    arena_reserve(&config->mem, n * usual_lists);
}

void config_read(struct config *config, struct sources *sources, int source, const char *template_name,
                 struct diag *diag)
{
    static const struct ini_handler handler = {on_section, on_bad_section, on_bad_key, on_key};
    struct builder b = {.config = config, .diag = diag, .template_name = template_name};

    if (!template_name) /* a template's file has none, and its reader holds a service */
        reserve_services(config, &sources->at[source]);
    ini_read(sources, source, &handler, &b, diag);
    finish_section(&b);
}
