/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <xtables.h>

#include "lbgen/xt_walk.h"

void xt_walk_end(struct xt_walk *walk)
{
    for (struct xtables_rule_match *m = walk->matches; m; m = m->next)
        if (m->match->next == m->match)
            free(m->match->udata); /* a clone, which takes it along */
    xtables_rule_matches_free(&walk->matches);
    if (walk->target) {
        free(walk->target->t);
        walk->target->t = NULL;
        walk->target = NULL;
    }
}

/* The next `quoted' or "quoted" piece of *message; false when there is none. */
static bool next_quoted(const char **message, const char **piece, size_t *len)
{
    const char *open = strpbrk(*message, "`\"'");

    if (!open)
        return false;
    const char *close = strchr(open + 1, *open == '"' ? '"' : '\'');
    if (!close)
        return false;
    *piece = open + 1;
    *len = (size_t)(close - open - 1);
    *message = close + 1;
    return true;
}

static bool is_about_use(const char *message)
{
    static const char *const words[] = {"invert", "once", "together", "exclusive", "only one", "!"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(message, words[i]))
            return true;
    return false;
}

/* The word that an option with two values takes next, as --tcp-flags does. */
static struct xt_span second_value(const struct xt_walk *walk)
{
    size_t next = (size_t)optind - 1;

    return optind > 0 && next < walk->words.n ? walk->words.at[next].span : walk->value;
}

struct xt_span xt_walk_culprit(const struct xt_walk *walk, const char *message)
{
    const struct xt_span places[] = {walk->value, second_value(walk)};
    const char *rest = message, *piece;
    size_t len;

    while (next_quoted(&rest, &piece, &len))
        for (size_t i = 0; i < 2 && len && *piece != '-'; i++)
            if (memmem(walk->rule + places[i].at, places[i].len, piece, len))
                return xt_span_of(walk->rule, places[i], piece, len);
    return is_about_use(message) ? walk->option : walk->value;
}
