/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/job_try.h"
#include "lbgen/scratch.h"
#include "lbgen/vec.h"
#include "lbgen/wanted.h"
#include "lbgen/words.h"
#include "lbgen/xt_set.h"

enum { TRIAL_SECONDS = 60 };

struct names {
    const char **at;
    size_t n, cap;
};

struct trial {
    const struct job *job;
    bool every; /* each rule, not only one of each shape */
    struct {
        uint64_t *at;
        size_t n, cap;
    } shapes; /* of the family at hand */
};

/* What a rule looks like to the kernel, whatever its values are. */
static uint64_t shape_of(enum table table, const struct rule *r)
{
    struct {
        enum table table;
        enum target target;
        int flags, ports;
    } shape;
    uint64_t hash;

    memset(&shape, 0, sizeof shape);
    shape.table = table;
    shape.target = r->target;
    shape.flags = (r->src != NULL) | (r->dst != NULL) << 1 | (r->in && r->in->name[0]) << 2 |
                  (r->out && r->out->name[0]) << 3 | (r->icmp_type >= 0) << 4 | (r->mac != NULL) << 5 |
                  r->port_match << 6 | (r->side == PORTS_SOURCE) << 7 | r->in_own_chain << 8;
    shape.ports = r->n_ports > 1 ? 2 : (int)r->n_ports;
    hash = image_hash(0, &shape, sizeof shape);
    hash = image_hash(hash, r->protocol ? r->protocol : "", r->protocol ? strlen(r->protocol) : 0);
    return r->in_own_chain ? hash : image_hash(hash, r->chain, strlen(r->chain));
}

/* The first of each shape; all of [rules]. The shape seen last is nearly always the one. */
static bool is_new_shape(void *ctx, enum table table, const struct rule *rule)
{
    struct trial *t = ctx;

    if (rule->text)
        return true;
    uint64_t shape = shape_of(table, rule);
    for (size_t i = t->shapes.n; i-- > 0;)
        if (t->shapes.at[i] == shape)
            return false;
    *VEC_ADD(&t->shapes) = shape;
    return true;
}

static bool build(void *ctx, enum family family, struct image *out, struct complaint *why)
{
    struct trial *t = ctx;
    const struct input *in = t->job->of[family];

    t->shapes.n = 0;
    return wanted_image(&in->config, &in->host.of[family], family, t->job->change.backend->form,
                        t->every ? NULL : is_new_shape, t, out, why);
}

/* The sets that a rule of [rules] asks for. */
static void collect_sets(const char *text, struct names *names, struct arena *mem)
{
    struct word w = {0};
    size_t len = strlen(text);

    while (word_next(text, len, &w)) {
        if (!xt_set_is_named_by(text + w.at, w.len) || !word_next(text, len, &w))
            continue;
        const char *name = arena_text(mem, text + w.at, w.len);
        bool known = false;

        for (size_t i = 0; i < names->n; i++)
            known = known || strcmp(names->at[i], name) == 0;
        if (!known)
            *VEC_ADD(names) = name;
    }
}

static enum scratch_result try_rules(const struct job *job, bool every, struct complaint *why)
{
    struct trial trial = {.job = job, .every = every};
    struct names sets = {0};
    struct arena mem = {0};

    for (size_t i = 0; i < job->input.config.rules.n; i++)
        collect_sets(job->input.config.rules.at[i].text, &sets, &mem);
    enum scratch_result result =
        scratch_try(job->change.backend, build, &trial, sets.at, sets.n, TRIAL_SECONDS, why);
    free(sets.at);
    free(trial.shapes.at);
    arena_free(&mem);
    return result;
}

int job_try(struct job *job)
{
    struct complaint why;

    switch (try_rules(job, false, &why)) {
    case SCRATCH_GOOD: return EXIT_GOOD;
    case SCRATCH_REFUSED:
        return job_fail(
            EXIT_SYSTEM,
            "tried in a network namespace of their own, the rules don't work: %s; nothing was changed",
            why.text);
    case SCRATCH_UNAVAILABLE: job_warn(job, "the rules could not be tried before: %s", why.text); break;
    }
    return EXIT_GOOD;
}

int job_try_all(struct job *job, enum scratch_result *result)
{
    struct complaint why;

    *result = try_rules(job, true, &why);
    switch (*result) {
    case SCRATCH_GOOD: return EXIT_GOOD;
    case SCRATCH_REFUSED: return job_fail(EXIT_SYSTEM, "the kernel does not take the rules: %s", why.text);
    case SCRATCH_UNAVAILABLE: break;
    }
    return job_fail(EXIT_SYSTEM, "the rules can't be tried: %s", why.text);
}
