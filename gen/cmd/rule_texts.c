/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/rule_texts.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt_entries.h"

void rule_texts_add(struct rule_texts *texts, const struct image_rule *rule, const char *chain)
{
    *VEC_ADD(&texts->list) = (struct rule_text){.rule = rule, .chain = chain};
}

void rule_texts_collect(void *texts, const struct image_rule *rule, const char *chain, struct buf *out)
{
    (void)out;
    rule_texts_add(texts, rule, chain);
}

static void take_lines(struct rule_texts *texts)
{
    for (size_t i = 0; i < texts->list.n; i++) {
        struct rule_text *t = &texts->list.at[i];

        t->text = arena_text(&texts->mem, t->rule->payload, t->rule->len);
    }
}

static const char *bracketed(struct rule_texts *texts, const char *refusal)
{
    struct buf text = {0};

    buf_printf(&text, "(a rule that can't be shown: %s)", refusal);
    const char *kept = arena_text(&texts->mem, text.at, text.len);
    buf_free(&text);
    return kept;
}

bool rule_texts_make(struct rule_texts *texts, enum family family, struct complaint *why)
{
    size_t n = texts->list.n;

    if (texts->form == PAYLOAD_LINE) {
        take_lines(texts);
        return true;
    }
    struct xt_decoding *entries = xcalloc(n, sizeof *entries);
    for (size_t i = 0; i < n; i++)
        entries[i] = (struct xt_decoding){.entry = texts->list.at[i].rule->payload,
                                          .jump = texts->list.at[i].rule->jump,
                                          .chain = texts->list.at[i].chain};
    bool good = xt_decode(family, entries, n, &texts->mem, why);
    for (size_t i = 0; good && i < n; i++)
        texts->list.at[i].text = entries[i].text ? entries[i].text : bracketed(texts, entries[i].refusal);
    free(entries);
    return good;
}

const char *rule_texts_next(struct rule_texts *texts)
{
    return texts->list.at[texts->next++].text;
}

void rule_texts_print(void *texts, const struct image_rule *rule, const char *chain, struct buf *out)
{
    (void)rule;
    (void)chain;
    buf_str(out, rule_texts_next(texts));
}

void rule_texts_free(struct rule_texts *texts)
{
    free(texts->list.at);
    arena_free(&texts->mem);
    *texts = (struct rule_texts){0};
}
