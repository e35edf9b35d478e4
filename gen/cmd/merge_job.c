/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/audit.h"
#include "lbgen/merge_job.h"

enum { DEPTH_MAX = 32 };

static void note_policies(struct merge_job *job, const struct config *config, enum family family)
{
    for (size_t i = 0; i < config->policies.n; i++)
        if (config->policies.at[i].families >> family & 1)
            job->policies_given.of[config->policies.at[i].table][config->policies.at[i].chain] = true;
}

/* Whether a walk that enters the old file's chain can end there. */
static bool chain_can_end(const struct save_file *old, const char *table, const char *chain, int depth);

/* What a rule of a built-in chain can lead to if it matches; RETURN ends the walk there too. */
static unsigned outcome_of(const struct save_file *old, const struct save_line *line, int depth)
{
    switch (line->rule->action) {
    case SEEN_GO_ON: return 0;
    case SEEN_DROP: return OUTCOME_DROP;
    case SEEN_JUMP:
        return chain_can_end(old, line->table, line->rule->jump, depth + 1) ? OUTCOME_ACCEPT | OUTCOME_DROP
                                                                            : 0;
    default: return OUTCOME_ACCEPT;
    }
}

static bool chain_can_end(const struct save_file *old, const char *table, const char *chain, int depth)
{
    for (size_t i = 0; i < old->n && depth < DEPTH_MAX; i++) {
        const struct save_line *line = &old->at[i];

        if (line->kind == SAVE_RULE && strcmp(line->table, table) == 0 && strcmp(line->chain, chain) == 0 &&
            line->rule->action != SEEN_RETURN && outcome_of(old, line, depth))
            return true;
    }
    return depth >= DEPTH_MAX;
}

static void warn_of_rule(struct input *input, srcpos base, const struct save_file *old,
                         const struct save_line *line, enum family family, bool marking)
{
    struct buf example = {0};
    const struct service *s =
        audit_foreign_rule(&input->config, line->rule, outcome_of(old, line, 0), family, marking, &example);

    if (s)
        diag_at(
            &input->diag, SEVERITY_WARNING, base + (srcpos)(line->text - old->at[0].text), line->len,
            "this rule comes before lbgen's and can end the walk of packets of service '%.*s', such as %s",
            s->name_len, s->name, buf_text(&example));
    buf_free(&example);
}

/* Looks at the foreign rules that stand in front of the block which goes to this chain. */
static void look_in_front(struct input *input, srcpos base, const struct merge_job *job,
                          const struct merge_block *block, enum family family, bool marking)
{
    for (size_t i = 0; i < block->before; i++) {
        const struct save_line *line = &job->old.at[i];

        if (line->kind == SAVE_RULE && !line->own && strcmp(line->table, block->table) == 0 &&
            strcmp(line->chain, block->chain) == 0)
            warn_of_rule(input, base, &job->old, line, family, marking);
    }
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
    const struct source *s = &input->sources.at[source];
    if (!save_file_read(&job->old, s->text, s->len, &why)) {
        diag_at(&input->diag, SEVERITY_ERROR, s->base + (srcpos)why.at, why.len, "%s", why.text);
        return;
    }
    note_policies(job, &input->config, family);
    save_file_read(&job->generated, job->text.at, job->text.len, &why); /* our own text: always good */
    merge_make_plan(&job->old, &job->generated, &job->policies_given, &job->plan);
    look_in_front_of_all(input, s->base, job, family);
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
