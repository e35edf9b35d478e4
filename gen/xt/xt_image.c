/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/lower.h"
#include "lbgen/save_write.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt_entries.h"
#include "lbgen/xt_entry.h"
#include "lbgen/xt_image.h"
#include "lbgen/xt_own.h"
#include "lbgen/xt_set.h"

static struct image_table *present_table(const struct xt_image_sink *s)
{
    return &s->out->of[s->table];
}

static void take_table(void *ctx, enum table table)
{
    struct xt_image_sink *s = ctx;

    s->table = table;
    s->chain = 0;
    name_index_free(&s->chains);
    s->chains = (struct name_index){.name_of = image_chain_name};
    present_table(s)->present = true;
}

static void add_chain(struct xt_image_sink *s, const char *name)
{
    struct image_table *table = present_table(s);
    size_t len = strlen(name);

    s->chain = table->n;
    name_index_enter(&s->chains, table->at, name, len, (uint32_t)table->n);
    image_add_chain(s->out, s->table, name, len);
}

static void take_chain(void *ctx, const char *name, const char *policy)
{
    (void)policy;
    add_chain(ctx, name);
}

/* Rules come chain by chain, in the chains' order: it is nearly always the last one's or the next. */
static struct image_chain *find_chain(struct xt_image_sink *s, const char *name)
{
    struct image_table *table = present_table(s);

    if (s->chain < table->n && strcmp(table->at[s->chain].name, name) == 0)
        return &table->at[s->chain];
    if (s->chain + 1 < table->n && strcmp(table->at[s->chain + 1].name, name) == 0)
        return &table->at[++s->chain];
    uint32_t found = name_index_find(&s->chains, table->at, name, strlen(name));
    if (found == NAME_NOT_FOUND)
        add_chain(s, name);
    else
        s->chain = found;
    return &table->at[s->chain];
}

static void put_text_off(struct xt_image_sink *s, const struct rule *r, size_t place)
{
    s->line.len = 0;
    save_write_rule(&s->line, r, s->family);
    *VEC_ADD(&s->texts) = (struct xt_image_text){.table = s->table,
                                                 .chain = s->chain,
                                                 .rule = place,
                                                 .text = arena_text(&s->mem, s->line.at, s->line.len)};
}

static void take_lowered(void *ctx, const struct rule *r)
{
    struct xt_image_sink *s = ctx;
    struct image_chain *chain = find_chain(s, r->chain);
    struct image_rule *place = VEC_ADD(chain);
    uint32_t len;

    if (r->text) {
        *place = (struct image_rule){.jump = ""};
        put_text_off(s, r, chain->n - 1);
        return;
    }
    const void *entry = xt_own_entry(s->family, r, &s->out->mem, &len);
    entry_image(s->family, entry, NULL, &s->out->mem, place);
    if (r->in_own_chain && r->tag)
        place->owner = image_owner(s->out, chain, r->tag, r->tag_len);
}

static void take_rule(void *ctx, const struct rule *r)
{
    const struct rule_sink pieces = {.ctx = ctx, .rule = take_lowered};

    lower_rule(&pieces, r);
}

static void take_end(void *ctx)
{
    (void)ctx;
}

struct rule_sink xt_image_sink_begin(struct xt_image_sink *s, struct image *out, enum family family)
{
    *s = (struct xt_image_sink){.out = out, .family = family, .chains = {.name_of = image_chain_name}};
    out->form = PAYLOAD_ENTRY;
    return (struct rule_sink){
        .ctx = s, .table = take_table, .chain = take_chain, .rule = take_rule, .end = take_end};
}

static bool fill_place(struct xt_image_sink *s, const struct xt_image_text *text,
                       const struct xt_encoding *answer, struct complaint *why)
{
    struct image_chain *chain = &s->out->of[text->table].at[text->chain];

    if (!answer->entry)
        return complain(why, 0, 0, "%s: %s%s", answer->refusal, text->text, xt_set_advice(answer->refusal));
    entry_image(s->family, answer->entry, NULL, &s->out->mem, &chain->at[text->rule]);
    return true;
}

static bool fill_places(struct xt_image_sink *s, struct complaint *why)
{
    struct xt_encoding *asked = xcalloc(s->texts.n, sizeof *asked);

    for (size_t i = 0; i < s->texts.n; i++)
        asked[i] =
            (struct xt_encoding){.table = table_names[s->texts.at[i].table], .rule = s->texts.at[i].text};
    bool good = xt_encode(s->family, asked, s->texts.n, &s->out->mem, why);
    for (size_t i = 0; good && i < s->texts.n; i++)
        good = fill_place(s, &s->texts.at[i], &asked[i], why);
    free(asked);
    return good;
}

bool xt_image_sink_finish(struct xt_image_sink *s, struct complaint *why)
{
    bool good = s->texts.n == 0 || fill_places(s, why);

    free(s->texts.at);
    name_index_free(&s->chains);
    arena_free(&s->mem);
    buf_free(&s->line);
    *s = (struct xt_image_sink){0};
    return good;
}
