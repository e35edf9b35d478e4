/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/keepalived_repeat.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

bool ka_repeat_is(const struct ka_text *line, size_t *rest)
{
    const char *close;

    if (line->n < 5 || (strncmp(line->at, "~SEQ(", 5) != 0 && strncmp(line->at, "~SEQx(", 6) != 0 &&
                        strncmp(line->at, "~LST(", 5) != 0))
        return false;
    close = memchr(line->at, ')', line->n);
    *rest = close ? (size_t)(close - line->at) + 1 : line->n;
    return true;
}

/* A piece of the arguments, without blanks at its ends. */
struct piece {
    size_t first, end;
};

static struct piece trimmed(const struct ka_text *args, size_t first, size_t end)
{
    while (first < end && ka_blank(args->at[first]))
        first++;
    while (end > first && ka_blank(args->at[end - 1]))
        end--;
    return (struct piece){first, end};
}

/* The next piece between commas, those in braces not counted; *i is where it begins, then where the next one
 * does. False at the end. */
static bool next_piece(const struct ka_text *args, size_t *i, size_t end, struct piece *out)
{
    size_t first = *i, at = first;
    bool braces = false;

    if (first > end)
        return false;
    for (; at < end && (braces || args->at[at] != ','); at++)
        braces = args->at[at] == '{' || (braces && args->at[at] != '}');
    *out = trimmed(args, first, at);
    *i = at + 1;
    return true;
}

/* A piece in braces without them; any other one as it is. */
static struct piece without_braces(const struct ka_text *args, struct piece p)
{
    if (p.end - p.first >= 2 && args->at[p.first] == '{' && args->at[p.end - 1] == '}')
        return trimmed(args, p.first + 1, p.end - 1);
    return p;
}

static bool read_names(struct ka_repeat *r, const struct ka_text *args, struct piece names,
                       struct complaint *why)
{
    struct piece p;
    size_t i;

    names = without_braces(args, names);
    for (i = names.first; next_piece(args, &i, names.end, &p);) {
        if (p.first == p.end || r->n_names == KA_REPEAT_NAMES)
            return complain(why, 0, 0, "1 to %d names of parameters are expected", KA_REPEAT_NAMES);
        r->names[r->n_names++] = xmemdup0(args->at + p.first, p.end - p.first);
    }
    return true;
}

static void add_value(struct ka_repeat *r, const struct ka_text *args, struct piece p)
{
    struct ka_text value = {0};

    ka_text_add_part(&value, args, p.first, p.end - p.first);
    if (r->n == r->cap)
        r->values = vec_grow(r->values, r->n, &r->cap, sizeof *r->values);
    r->values[r->n++] = value;
}

static void add_number(struct ka_repeat *r, long number, bool hex, srcpos at)
{
    struct ka_text value = {0};
    char text[32];
    int n = snprintf(text, sizeof text, hex ? "%lx" : "%ld", number);

    ka_text_add_for(&value, text, (size_t)n, at, 1);
    if (r->n == r->cap)
        r->values = vec_grow(r->values, r->n, &r->cap, sizeof *r->values);
    r->values[r->n++] = value;
}

static bool read_number(const struct ka_text *args, struct piece p, long *out)
{
    char text[16], *end;

    if (p.end == p.first || p.end - p.first >= sizeof text)
        return false;
    memcpy(text, args->at + p.first, p.end - p.first);
    text[p.end - p.first] = '\0';
    *out = strtol(text, &end, 0);
    return *end == '\0' && *out >= INT32_MIN && *out <= UINT32_MAX;
}

/* Behind the name: END, or START, END, or START, STEP, END. */
static bool read_sequence(struct ka_repeat *r, const struct ka_text *args, size_t i, bool hex,
                          struct complaint *why)
{
    long numbers[3];
    struct piece p;
    int n = 0;

    for (; next_piece(args, &i, args->n, &p); n++)
        if (n == 3 || !read_number(args, p, &numbers[n]))
            return complain(why, 0, 0, "1 to 3 numbers are expected behind the name");
    if (n == 0)
        return complain(why, 0, 0, "1 to 3 numbers are expected behind the name");
    long last = numbers[n - 1], next = n == 1 ? (last < 0 ? -1 : 1) : numbers[0];
    long step = n == 3 ? numbers[1] : last < next ? -1 : 1;
    if (step == 0 || (last - next) / step >= KA_REPEAT_MAX)
        return complain(why, 0, 0, "this would be repeated more than %d times", KA_REPEAT_MAX);
    for (; step > 0 ? next <= last : next >= last; next += step)
        add_number(r, next, hex, args->from[0]);
    return true;
}

static bool read_list(struct ka_repeat *r, const struct ka_text *args, size_t i, struct complaint *why)
{
    struct piece set, value;

    while (next_piece(args, &i, args->n, &set)) {
        size_t n = 0;

        if (r->n_names > 1)
            set = without_braces(args, set);
        if (r->n_names == 1) {
            add_value(r, args, without_braces(args, set));
            continue;
        }
        for (size_t v = set.first; next_piece(args, &v, set.end, &value); n++)
            add_value(r, args, value);
        if (n != r->n_names)
            return complain(why, 0, 0, "there are %zu names, but %zu values for them", r->n_names, n);
    }
    return r->n >= r->n_names || complain(why, 0, 0, "there are no values behind the names");
}

static void forget_values(struct ka_repeat *r)
{
    for (size_t i = 0; i < r->n; i++)
        ka_text_free(&r->values[i]);
    r->n = 0;
}

static bool read_arguments(struct ka_repeat *r, const struct ka_text *args, bool list, bool hex,
                           struct complaint *why)
{
    const char unknown = KA_UNKNOWN;
    struct piece names;
    size_t i = 0;

    if (args->n == 0 || !next_piece(args, &i, args->n, &names) || !read_names(r, args, names, why))
        return complain(why, 0, 0, "the name of a parameter is expected");
    if (!memchr(args->at, KA_UNKNOWN, args->n))
        return list ? read_list(r, args, i, why) : read_sequence(r, args, i, hex, why);
    struct ka_text value = {0};
    ka_text_add_for(&value, &unknown, 1, args->from[0], 1);
    for (size_t n = 0; n < r->n_names; n++)
        add_value(r, &value, (struct piece){0, 1});
    ka_text_free(&value);
    return true;
}

bool ka_repeat_read(struct ka_repeat *repeat, const struct ka_text *line, size_t rest,
                    const struct ka_definitions *definitions, struct complaint *why)
{
    bool list = line->at[1] == 'L', hex = line->at[4] == 'x', too_much;
    size_t first = hex ? 6 : 5;
    struct ka_text args = {0};

    if (line->at[rest - 1] != ')' || rest <= first)
        return complain(why, 0, 0, "there is no ) behind the values");
    ka_text_add_part(&args, line, first, rest - 1 - first);
    const struct ka_definition *many = ka_substitute(definitions, &args, &too_much);
    bool good = !many && !too_much ? read_arguments(repeat, &args, list, hex, why)
                                   : complain(why, 0, 0, "its parameters can't be put in");
    if (!good)
        forget_values(repeat);
    ka_text_free(&args);
    return good;
}

void ka_repeat_free(struct ka_repeat *repeat)
{
    forget_values(repeat);
    free(repeat->values);
    for (size_t i = 0; i < repeat->n_names; i++)
        free(repeat->names[i]);
    *repeat = (struct ka_repeat){0};
}
