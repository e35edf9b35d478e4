/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/audit.h"
#include "lbgen/look_marks.h"
#include "lbgen/merge_job.h"
#include "lbgen/name_index.h"
#include "lbgen/own_chain.h"
#include "lbgen/rules_file.h"

static void note_policies(struct merge_job *job, const struct config *config, enum family family)
{
    for (size_t i = 0; i < config->policies.n; i++)
        if (config->policies.at[i].families >> family & 1)
            job->policies_given.of[config->policies.at[i].table][config->policies.at[i].chain] = true;
}

/* The chains that a file declares in one table, by name. */
struct declared {
    const struct save_file *file;
    const char *table;
    struct name_index index; /* of lines */
};

static const char *name_of_chain(const void *lines, uint32_t i, size_t *len)
{
    const char *name = ((const struct save_line *)lines)[i].chain;

    *len = strlen(name);
    return name;
}

static void declared_find(struct declared *d, const struct save_file *file, const char *table)
{
    size_t first, last;

    name_index_free(&d->index);
    *d = (struct declared){.file = file, .table = table, .index.name_of = name_of_chain};
    if (!save_file_table(file, table, &first, &last))
        return;
    for (size_t i = first; i < last; i++)
        if (file->at[i].kind == SAVE_CHAIN)
            name_index_enter(&d->index, file->at, file->at[i].chain, strlen(file->at[i].chain), (uint32_t)i);
}

static bool declares(const struct declared *d, const char *chain)
{
    return name_index_find(&d->index, d->file->at, chain, strlen(chain)) != NAME_NOT_FOUND;
}

/* A table of the old file, for the question of where a walk can end. */
struct foreign {
    const struct save_file *old;
    srcpos base; /* of the old file's text */
    const char *table;
    struct declared chains;
    struct walk_table rules;
};

/* The rule, with a target that was not known taken for a chain where the file has one of this name. */
static struct seen_rule with_chain(const struct foreign *f, const struct seen_rule *rule)
{
    struct seen_rule r = *rule;

    if (r.action == SEEN_UNKNOWN && declares(&f->chains, r.jump))
        r.action = SEEN_JUMP;
    return r;
}

static void collect_rules(struct foreign *f)
{
    declared_find(&f->chains, f->old, f->table);
    for (size_t i = 0; i < f->old->n; i++) {
        const struct save_line *line = &f->old->at[i];

        if (line->kind == SAVE_RULE && strcmp(line->table, f->table) == 0) {
            struct seen_rule rule = with_chain(f, line->rule);

            walk_table_add(&f->rules, &rule);
        }
    }
}

static void warn_of_rule(struct input *input, struct foreign *f, const struct save_line *line,
                         enum family family, bool marking)
{
    struct buf example = {0};
    const struct seen_rule rule = with_chain(f, line->rule);
    const struct service *s = audit_foreign_rule(&input->config, &rule, &f->rules, family, marking, &example);

    if (s)
        diag_at(
            &input->diag, SEVERITY_WARNING, f->base + (srcpos)(line->text - f->old->at[0].text), line->len,
            "this rule comes before lbgen's and can end the walk of packets of service '%.*s', such as %s",
            s->name_len, s->name, buf_text(&example));
    buf_free(&example);
}

/* Looks at the foreign rules that stand in front of the block which goes to this chain. */
static void look_in_front(struct input *input, srcpos base, const struct merge_job *job,
                          const struct merge_block *block, enum family family, bool marking)
{
    struct foreign f = {.old = &job->old, .base = base, .table = block->table};

    for (size_t i = 0; i < block->before; i++) {
        const struct save_line *line = &job->old.at[i];

        if (line->kind != SAVE_RULE || line->own || strcmp(line->table, block->table) != 0 ||
            strcmp(line->chain, block->chain) != 0)
            continue;
        if (f.rules.n == 0)
            collect_rules(&f); /* seldom is there anything in front */
        warn_of_rule(input, &f, line, family, marking);
    }
    name_index_free(&f.chains.index);
    walk_table_free(&f.rules);
}

/* A foreign rule that leads to a chain of lbgen's which goes away: the result could not be loaded. */
static void check_jumps(struct input *input, srcpos base, const struct merge_job *job)
{
    struct declared stay = {0};

    for (size_t i = 0; i < job->old.n; i++) {
        const struct save_line *line = &job->old.at[i];

        if (line->kind != SAVE_RULE || line->own || !chain_is_own(line->rule->jump, strlen(line->rule->jump)))
            continue;
        if (!stay.table || strcmp(stay.table, line->table) != 0)
            declared_find(&stay, &job->generated, line->table);
        if (!declares(&stay, line->rule->jump))
            diag_at(&input->diag, SEVERITY_ERROR, base + (srcpos)(line->text - job->old.at[0].text),
                    line->len,
                    "this rule leads to chain %s, which is lbgen's and goes away; take the rule out first",
                    line->rule->jump);
    }
    name_index_free(&stay.index);
}

static void look_in_front_of_all(struct input *input, srcpos base, const struct merge_job *job,
                                 enum family family)
{
    for (size_t i = 0; i < job->plan.n; i++) {
        const struct merge_block *block = &job->plan.at[i];

        if (!block->chain || job->generated.at[block->from].final)
            continue;
        if (strcmp(block->table, "mangle") == 0 && strcmp(block->chain, "PREROUTING") == 0)
            look_in_front(input, base, job, block, family, true);
        else if (strcmp(block->table, "filter") == 0 && strcmp(block->chain, "INPUT") == 0)
            look_in_front(input, base, job, block, family, false);
    }
}

void merge_job_prepare(struct merge_job *job, struct input *input, enum family family, const char *path)
{
    struct complaint why;
    int source = sources_read(&input->sources, path, &why);

    if (source < 0) {
        diag_file(&input->diag, SEVERITY_ERROR, path, "%s", why.text);
        return;
    }
    if (!rules_file_read_of(input, source, family, "those that go in are", &job->old))
        return;
    const srcpos base = input->sources.at[source].base;
    note_policies(job, &input->config, family);
    save_file_read(&job->generated, job->text.at, job->text.len, &why); /* our own text: always good */
    merge_make_plan(&job->old, &job->generated, &job->policies_given, &job->plan);
    check_jumps(input, base, job);
    look_in_front_of_all(input, base, job, family);
    look_at_marks_of_file(input, family, &job->old, base);
}

void merge_job_print(const struct merge_job *job, struct buf *out)
{
    merge_print(&job->old, &job->generated, &job->plan, &job->policies_given, out);
}

void merge_job_free(struct merge_job *job)
{
    buf_free(&job->text);
    save_file_free(&job->generated);
    save_file_free(&job->old);
    merge_plan_free(&job->plan);
}
