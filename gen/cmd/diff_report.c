/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/diff_report.h"
#include "lbgen/edit_print.h"
#include "lbgen/json_values.h"
#include "lbgen/save_image.h"
#include "lbgen/xalloc.h"

bool file_edits_find(struct file_edits *out, const struct save_file *old, const struct image *wanted,
                     struct complaint *why)
{
    bool good = true;

    save_image_read(old, &out->now);
    for (int t = 0; good && t < TABLES; t++)
        good = delta_find(&out->now.of[t], &wanted->of[t], (enum table)t, false, &out->edits[t], why);
    return good;
}

void file_edits_free(struct file_edits *edits)
{
    for (int t = 0; t < TABLES; t++)
        edit_free(&edits->edits[t]);
    image_free(&edits->now);
}

static void collect(void *ctx, char sign, const struct image_rule *rule, const char *chain)
{
    (void)sign;
    rule_texts_add(ctx, rule, chain);
}

/* Texts are made here, since that may fail; a printer asks for them in the order in which it meets the rules.
 */
static bool add(struct diff_report *report, const struct diff_part *part, enum payload_form form,
                struct complaint *why)
{
    struct diff_part *p = &report->parts[report->n++];
    const struct edit_eyes eyes = {.ctx = &p->texts, .rule = collect};

    *p = *part;
    p->texts.form = form;
    for (int t = 0; t < TABLES; t++)
        edit_walk(&p->edits[t], &eyes);
    return rule_texts_make(&p->texts, p->family, why);
}

static bool is_empty(const struct edit *edits)
{
    for (int t = 0; t < TABLES; t++)
        if (edits[t].n)
            return false;
    return true;
}

bool diff_report_add_file(struct diff_report *report, const char *path, enum family family,
                          const struct edit *edits, struct complaint *why)
{
    const struct diff_part part = {
        .edits = edits, .where = xmemdup0(path, strlen(path)), .family = family, .is_file = true};

    if (!is_empty(edits))
        return add(report, &part, PAYLOAD_LINE, why);
    free(part.where);
    return true;
}

bool diff_report_add_live(struct diff_report *report, const struct change *change, struct complaint *why)
{
    bool good = true;

    for (int f = 0; f < FAMILIES && good; f++) {
        struct buf where = {0};

        if (is_empty(change->edits[f]))
            continue;
        buf_printf(&where, "kernel (%s, %s)", family_ops[f].name, change->backend->name);
        const struct diff_part part = {
            .edits = change->edits[f], .where = xmemdup0(where.at, where.len), .family = (enum family)f};
        buf_free(&where);
        good = add(report, &part, change->backend->form, why);
    }
    return good;
}

void diff_report_text(void *result, struct buf *out)
{
    struct diff_report *report = result;

    for (size_t i = 0; i < report->n; i++) {
        struct diff_part *p = &report->parts[i];

        edit_print_names(p->where, "wanted", out);
        for (int t = 0; t < TABLES; t++)
            edit_print(&p->edits[t], rule_texts_print, &p->texts, out);
    }
}

/* --- JSON --- */

struct teller {
    struct json_stream *stream;
    struct diff_part *part;
    const struct rule_owners *owners;
    enum table table;
    enum image_policy before; /* of the chain whose policy changes */
};

static json_t *begin_change(const struct teller *t, const char *what, const char *chain)
{
    json_t *value = json_object();

    json_set(value, "family", json_words(json_family(t->part->family)));
    json_set(value, "table", json_words(table_names[t->table]));
    json_set(value, "chain", json_words(chain));
    json_set(value, "change", json_words(what));
    return value;
}

static void put_rule(void *ctx, char sign, const struct image_rule *rule, const char *chain)
{
    struct teller *t = ctx;
    const char *line = rule_texts_next(&t->part->texts);

    if (sign == ' ')
        return;
    size_t len;
    const char *owner = rule_owners_find(t->owners, t->table, chain, rule, &len);
    json_t *value = begin_change(t, sign == '+' ? "add-rule" : "remove-rule", chain);
    json_set(value, "owner", owner ? json_text(owner, len) : json_null());
    json_set(value, "line", json_words(line));
    json_put(t->stream, NULL, value);
}

/* Of a policy both lines of the diff come as one change. */
static void put_chain(void *ctx, char sign, const char *chain, enum image_policy policy)
{
    struct teller *t = ctx;

    if (policy == POLICY_NONE) {
        json_put(t->stream, NULL, begin_change(t, sign == '+' ? "add-chain" : "remove-chain", chain));
    } else if (sign == '-') {
        t->before = policy;
    } else {
        json_t *value = begin_change(t, "set-policy", chain);

        json_set(value, "policy-before", json_words(image_policy_word(t->before)));
        json_set(value, "policy", json_words(image_policy_word(policy)));
        json_put(t->stream, NULL, value);
    }
}

static void put_part(struct json_stream *s, struct diff_part *part, const struct rule_owners *owners)
{
    struct teller t = {.stream = s, .part = part, .owners = owners};
    const struct edit_eyes eyes = {.ctx = &t, .rule = put_rule, .chain = put_chain};

    for (int table = 0; table < TABLES; table++) {
        t.table = (enum table)table;
        edit_walk(&part->edits[table], &eyes);
    }
}

static void put_diff(void *result, struct json_stream *s)
{
    struct diff_report *report = result;

    json_put(s, "differs", json_boolean(report->n > 0));
    json_open_array(s, "changes");
    for (size_t i = 0; i < report->n; i++)
        put_part(s, &report->parts[i], &report->owners[report->parts[i].family]);
    json_close(s);
}

void diff_report_free(struct diff_report *report)
{
    for (size_t i = 0; i < report->n; i++) {
        free(report->parts[i].where);
        rule_texts_free(&report->parts[i].texts);
    }
    for (int f = 0; f < FAMILIES; f++)
        rule_owners_free(&report->owners[f]);
    *report = (struct diff_report){0};
}

const struct report_kind diff_report_kind = {.name = "diff", .text = diff_report_text, .json = put_diff};
