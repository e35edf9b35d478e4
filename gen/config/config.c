/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections: which there are, and to whom their keys go. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/closest.h"
#include "lbgen/config.h"
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

/* Puts what was read of a service, template or expectation into the configuration. */
static void finish_section(struct builder *b)
{
    bool is_service = b->section == SECTION_SERVICE || b->section == SECTION_TEMPLATE;

    if (is_service && !b->drop) {
        struct services *list = services_of(b);

        *VEC_ADD(list) = b->service;
    }
    if (b->section == SECTION_EXPECT && !b->drop)
        *VEC_ADD(&b->config->expects) = b->expect;
    b->section = SECTION_NONE;
}

/* Enters the name for the item that will be number n; when its form is bad or it is there already, reports
 * that and sets b->drop. Returns the item that has the name, or NAME_NOT_FOUND. */
static uint32_t enter_name(struct builder *b, struct name_index *names, const void *items, size_t n,
                           srcpos name_at, const char *name, size_t len)
{
    struct complaint why;

    b->drop = true;
    if (!name_good(name, len, &why)) {
        diag_at(b->diag, SEVERITY_ERROR, name_at + (srcpos)why.at, why.len, "%s", why.text);
        return NAME_NOT_FOUND;
    }
    uint32_t other = name_index_enter(names, items, name, len, (uint32_t)n);
    if (other == NAME_NOT_FOUND)
        b->drop = false;
    else
        diag_at(b->diag, SEVERITY_ERROR, name_at, len, "%s '%.*s' is there already",
                section_forms[b->section].word, (int)len, name);
    return other;
}

static bool is_wanted_template(const struct builder *b, const char *name, size_t len)
{
    return !b->template_name || (strlen(b->template_name) == len && memcmp(b->template_name, name, len) == 0);
}

static void begin_service(struct builder *b, srcpos at, srcpos name_at, const char *name, size_t len)
{
    struct services *list = services_of(b);

    b->service = (struct service){
        .name = name, .name_len = (uint8_t)len, .at = at, .header_len = (uint32_t)(name_at + len + 1 - at)};
    if (!is_wanted_template(b, name, len)) {
        diag_at(b->diag, SEVERITY_ERROR, name_at, len, "a template's file has one section, [template %s]",
                b->template_name);
        b->drop = true;
        return;
    }
    uint32_t other = enter_name(b, &list->names, list->at, list->n, name_at, name, len);
    if (other != NAME_NOT_FOUND)
        diag_note(b->diag, list->at[other].at, "the first one is here");
}

static void begin_expect(struct builder *b, srcpos at, srcpos name_at, const char *name, size_t len)
{
    struct expects *list = &b->config->expects;

    b->expect = (struct expect){.name = arena_text(&b->config->mem, name, len),
                                .at = at,
                                .header_len = (uint32_t)(name_at + len + 1 - at)};
    b->expect_given = 0;
    uint32_t other = enter_name(b, &list->names, list->at, list->n, name_at, name, len);
    if (other != NAME_NOT_FOUND)
        diag_note(b->diag, list->at[other].at, "the first one is here");
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
    if (!section_fits(b, section, at, text, len, named))
        return;
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

static void on_bad_section(void *ctx)
{
    struct builder *b = ctx;

    finish_section(b);
    b->section = SECTION_IGNORED;
}

/* Gives the value to its section; false when the section has no such key. */
static bool set_key(struct builder *b, const struct value *v)
{
    enum service_key key;

    switch (b->section) {
    case SECTION_VRRP: return vrrp_key_set(&b->config->vrrp, &b->config->vrrp_given, v);
    case SECTION_LBGEN: return settings_key_set(&b->config->settings, &b->config->settings_given, v);
    case SECTION_RULES: return rules_key_set(b->config, b->table, v);
    case SECTION_EXPECT: return expect_key_set(&b->expect, &b->expect_given, v);
    case SECTION_SERVICE:
    case SECTION_TEMPLATE:
        if (!service_key_find(v->key, &key))
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
    if ((b->section == SECTION_SERVICE || b->section == SECTION_TEMPLATE) && service_key_find(word, &key))
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

    diag_at(b->diag, SEVERITY_ERROR, at, strlen(name), "unknown key '%s' in [%s]%s%s%s", name,
            section_forms[b->section].word, meant ? "; did you mean '" : "", meant ? meant : "",
            meant ? "'?" : "");
}

static void on_key(void *ctx, srcpos at, const char *name, const struct ini_value *ini)
{
    struct builder *b = ctx;
    struct value v = {.mem = &b->config->mem, .diag = b->diag, .key = name, .key_at = at, .ini = ini};

    if (b->section == SECTION_IGNORED)
        return;
    if (b->section == SECTION_NONE)
        diag_at(b->diag, SEVERITY_ERROR, at, strlen(name), "'%s' stands before the first section of its file",
                name);
    else if (b->section == SECTION_TEMPLATE && strcmp(name, "vip") == 0)
        diag_at(b->diag, SEVERITY_ERROR, at, strlen(name), "a template has no vip: each service has its own");
    else if (!set_key(b, &v))
        report_unknown_key(b, at, name);
}

void config_read(struct config *config, struct sources *sources, int source, const char *template_name,
                 struct diag *diag)
{
    static const struct ini_handler handler = {on_section, on_bad_section, on_bad_key, on_key};
    struct builder b = {.config = config, .diag = diag, .template_name = template_name};

    ini_read(sources, source, &handler, &b, diag);
    finish_section(&b);
}
