/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lbgen/draft.h"
#include "lbgen/key_table.h"
#include "lbgen/value.h"

enum { FIRST_FREE_MARK = 1000 /* where a wish can't be met: above the ports of most services */ };

static bool mark_is_free(const struct draft *d, struct key_table *used, uint32_t mark)
{
    return mark && mark - d->taken.first >= d->taken.count && key_table_add(used, &mark, sizeof mark);
}

static void settle_marks(struct draft *d)
{
    struct key_table used = {0};
    uint32_t next = FIRST_FREE_MARK;

    for (size_t i = 0; i < d->services.n; i++)
        if (d->services.at[i]->mark.value)
            key_table_enter(&used, &d->services.at[i]->mark.value, sizeof(uint32_t));
    for (size_t i = 0; i < d->services.n; i++) {
        struct draft_service *s = d->services.at[i];
        uint32_t mark = s->wish;

        if (s->mark.value)
            continue;
        while (!mark_is_free(d, &used, mark))
            mark = next++;
        s->mark = (struct mark){mark, MARK_MASK_ALL};
        draft_remark(d, &s->remarks,
                     "fwmark %u is a proposal: any that nobody else uses will do, here and in IPVS", mark);
    }
    key_table_free(&used);
}

static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A name as sections have them, of whatever was wished; at most `room` bytes. */
static size_t form_name(const char *wish, char *out, size_t room)
{
    struct complaint why;
    size_t n = 0;

    for (; *wish && n < room; wish++)
        if (plain(*wish) || (n && strchr("._-", *wish)))
            out[n++] = *wish;
        else if (n && out[n - 1] != '-')
            out[n++] = '-';
    while (n && out[n - 1] == '-')
        n--;
    /* Nothing is left of it, or it is one of a few short words that are taken. */
    if (!name_good(out, n, &why)) {
        static const char suffix[] = "-service";
        const char *more = n ? suffix : suffix + 1;

        memcpy(out + n, more, strlen(more));
        n += strlen(more);
    }
    out[n] = '\0';
    return n;
}

/* counts: how often a name was wished, so that a hundred thousand equal wishes are not tried from 2 on each.
 */
static const char *free_name(struct draft *d, struct key_table *taken, struct key_table *bases,
                             uint32_t *counts, const char *wish)
{
    enum { SUFFIX = 11 };
    char base[NAME_MAX_LEN + 1], name[NAME_MAX_LEN + 1];
    size_t len = form_name(wish, base, NAME_MAX_LEN);

    if (key_table_add(taken, base, len))
        return arena_text(&d->mem, base, len);
    len = form_name(wish, base, NAME_MAX_LEN - SUFFIX);
    uint32_t *count = &counts[key_table_enter(bases, base, len)];
    do {
        *count = *count ? *count + 1 : 2;
        len = (size_t)snprintf(name, sizeof name, "%s-%u", base, *count);
    } while (!key_table_add(taken, name, len));
    return arena_text(&d->mem, name, len);
}

static void settle_names(struct draft *d)
{
    struct key_table taken = {0}, bases = {0};
    uint32_t *counts = arena_alloc(&d->mem, (d->services.n + 1) * sizeof *counts);
    char by_mark[sizeof "mark-4294967295"];

    memset(counts, 0, (d->services.n + 1) * sizeof *counts);
    for (size_t i = 0; i < d->services.n; i++) {
        struct draft_service *s = d->services.at[i];

        snprintf(by_mark, sizeof by_mark, "mark-%u", s->mark.value);
        s->name = free_name(d, &taken, &bases, counts, s->name && *s->name ? s->name : by_mark);
    }
    key_table_free(&taken);
    key_table_free(&bases);
}

void draft_settle(struct draft *d)
{
    settle_marks(d);
    settle_names(d);
}
