/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What several queues have in common. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/diag.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

static int by_saying(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a, *y = *(const struct finding *const *)b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->severity != y->severity)
        return x->severity < y->severity ? -1 : 1;
    return strcmp(x->text, y->text);
}

/* A queue's findings, without notes that belong to others, in an order that can be searched. */
struct sayings {
    const struct finding **at;
    size_t n;
};

static struct sayings sayings_of(const struct diag *d)
{
    struct sayings s = {.at = xmalloc(d->n * sizeof *s.at)};

    for (size_t i = 0; i < d->n; i++)
        if (!d->at[i].belongs)
            s.at[s.n++] = &d->at[i];
    qsort(s.at, s.n, sizeof *s.at, by_saying);
    return s;
}

static bool is_in_all(const struct finding *f, const struct sayings *all, size_t n)
{
    for (size_t q = 0; q < n; q++)
        if (!bsearch(&f, all[q].at, all[q].n, sizeof *all[q].at, by_saying))
            return false;
    return true;
}

void diag_add_from(struct diag *out, const struct diag *from, size_t i)
{
    do {
        struct finding f = from->at[i++];

        f.text = arena_text(&out->texts, f.text, strlen(f.text));
        f.file = f.file ? arena_text(&out->texts, f.file, strlen(f.file)) : NULL;
        out->count[f.severity]++;
        *VEC_ADD(out) = f;
    } while (i < from->n && from->at[i].belongs);
}

void diag_add_common(struct diag *out, const struct diag *queues, size_t n,
                     void (*other)(void *ctx, size_t which, size_t i), void *ctx)
{
    struct sayings *all = xmalloc(n * sizeof *all);

    for (size_t q = 0; q < n; q++)
        all[q] = sayings_of(&queues[q]);
    for (size_t q = 0; q < n; q++)
        for (size_t i = 0; i < queues[q].n; i++) {
            if (queues[q].at[i].belongs)
                continue;
            bool common = is_in_all(&queues[q].at[i], all, n);
            if (common && q == 0)
                diag_add_from(out, &queues[q], i);
            else if (!common && other)
                other(ctx, q, i);
        }
    for (size_t q = 0; q < n; q++)
        free(all[q].at);
    free(all);
}
