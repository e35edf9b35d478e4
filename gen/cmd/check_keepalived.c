/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions (`@ID`) make several configurations out of one file: one for each id that is asked for, and one
 * for all other ids. Each is read and judged by itself. What is found in all of them is a finding; what holds
 * for some ids only is told as a note, since the id of this host is not known. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/audit_keepalived.h"
#include "lbgen/check_keepalived.h"
#include "lbgen/keepalived_reader.h"
#include "lbgen/lint_keepalived.h"
#include "lbgen/save_read.h"
#include "lbgen/vec.h"

enum { VIEWS_MAX = KA_IDS_MAX + 1 };

struct check {
    struct input *input;
    struct ka_files files;
    struct ka_ids ids;
    struct other_marks others;
    int source;
    struct diag diags[VIEWS_MAX]; /* of the file as it is read with one id or another */
    const char *id[VIEWS_MAX];    /* NULL: one that is not asked for */
    bool good[VIEWS_MAX];
    size_t n;
};

/* What a rule of [rules] may make of marks. */
static void add_other_mark(struct other_marks *others, const struct seen_rule *rule)
{
    switch (rule->effect) {
    case EFFECT_MARK:
        if (rule->value & ~rule->mask)
            others->any = true;
        *VEC_ADD(others) = (struct mark){.value = rule->value & rule->mask, .mask = rule->mask};
        break;
    case EFFECT_RESTORE_MARK:
    case EFFECT_ANY_MARK:
    case EFFECT_UNKNOWN: others->any = true; break;
    default: break;
    }
}

static void collect_other_marks(struct check *c)
{
    struct arena mem = {0};

    for (int f = 0; f < FAMILIES; f++)
        for (size_t i = 0; i < c->input->host.of[f].n; i++) {
            const char *text = c->input->host.of[f].at[i].text;
            struct seen_rule rule;

            if (save_read_rule(text, strlen(text), &mem, &rule))
                add_other_mark(&c->others, &rule);
        }
    arena_free(&mem);
}

/* Reads and judges with one id; `judge`: the input is good. */
static void make_view(struct check *c, const char *id, bool judge)
{
    struct diag *diag = &c->diags[c->n];
    struct ka_tree tree = {0};
    struct keepalived k = {0};
    srcpos start = c->input->sources.at[c->source].base;

    *diag = (struct diag){.warnings_are_errors = c->input->diag.warnings_are_errors};
    c->good[c->n] = ka_read(&c->files, c->source, id, &c->ids, &tree, diag);
    c->id[c->n] = id;
    if (c->good[c->n] && judge) {
        keepalived_make(&tree, start, &k, diag);
        lint_keepalived(&c->input->config, &k, &c->others, diag);
        audit_keepalived(&c->input->config, &k, c->input->host.meant[TABLE_FILTER], diag);
        keepalived_free(&k);
    }
    ka_tree_free(&tree);
    c->n++;
}

static void drop_view(struct check *c, size_t i)
{
    diag_free(&c->diags[i]);
    for (c->n--; i < c->n; i++) {
        c->diags[i] = c->diags[i + 1];
        c->id[i] = c->id[i + 1];
        c->good[i] = c->good[i + 1];
    }
}

static void note_partial(void *ctx, size_t which, size_t i)
{
    struct check *c = ctx;
    const struct finding *f = &c->diags[which].at[i];

    if (!c->id[which] || f->at == SRC_NONE)
        return;
    diag_at(&c->input->diag, SEVERITY_NOTE, f->at, f->len, "where Keepalived's configuration id is '%s': %s",
            c->id[which], f->text);
    for (i++; i < c->diags[which].n && c->diags[which].at[i].belongs; i++)
        diag_note(&c->input->diag, c->diags[which].at[i].at, "%s", c->diags[which].at[i].text);
}

/* The first view is that of another id. Nobody may ever have such a one: when the file has no form then, but
 * has one with an id that is asked for, it does not count. */
static void make_views(struct check *c, bool judge)
{
    bool good = false;

    make_view(c, NULL, judge);
    for (size_t i = 0; i < c->ids.n && c->n < VIEWS_MAX; i++) {
        make_view(c, c->ids.at[i], judge);
        good |= c->good[c->n - 1];
    }
    if (good && !c->good[0])
        drop_view(c, 0);
    /* No form with any id, and each time for another reason perhaps: one has to be told. */
    while (!good && !c->good[0] && c->n > 1)
        drop_view(c, c->n - 1);
}

bool check_keepalived(struct input *input, const char *path)
{
    struct check c = {.input = input, .files = {.sources = &input->sources}};
    bool judge = diag_errors(&input->diag) == 0, good = false;
    struct complaint why;

    c.source = ka_files_read(&c.files, path, &why);
    if (c.source < 0) {
        diag_file(&input->diag, SEVERITY_ERROR, path, "%s", why.text);
        ka_files_free(&c.files);
        return false;
    }
    collect_other_marks(&c);
    make_views(&c, judge);
    diag_add_common(&input->diag, c.diags, c.n, note_partial, &c);
    for (size_t i = 0; i < c.n; i++) {
        good |= c.good[i];
        diag_free(&c.diags[i]);
    }
    free(c.others.at);
    ka_ids_free(&c.ids);
    ka_files_free(&c.files);
    return good;
}
