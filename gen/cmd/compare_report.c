/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/cell_words.h"
#include "lbgen/compare_report.h"
#include "lbgen/json_values.h"

bool compare_report_is_empty(const struct compare_report *report)
{
    return report->changes.n == 0 && report->undecided.n == 0;
}

/* --- text --- */

static void print_undecided(const struct undecided *u, struct buf *out)
{
    static const char *const ways[PATHS] = {"come in", "are forwarded", "are sent from here"};

    buf_printf(out, "undecided for %s packets that %s: %s\n", family_ops[u->family].name, ways[u->path],
               u->why);
}

static void print_change(const struct packet_change *c, struct buf *out)
{
    buf_printf(out, "%s\n    for example %s: ", c->text, c->example);
    result_print(out, c->old);
    buf_str(out, ", now ");
    result_print(out, c->new);
    buf_char(out, '\n');
}

static void print_report(void *result, struct buf *out)
{
    const struct compare_report *r = result;

    for (int f = 0; f < FAMILIES; f++) {
        for (size_t i = 0; i < r->undecided.n; i++)
            if (r->undecided.at[i].family == (enum family)f)
                print_undecided(&r->undecided.at[i], out);
        for (size_t i = 0; i < r->changes.n; i++)
            if (r->changes.at[i].family == (enum family)f)
                print_change(&r->changes.at[i], out);
        if (r->more[f])
            buf_str(out, "and more\n");
    }
}

/* --- JSON --- */

static const char *const path_words[PATHS] = {
    [PATH_INPUT] = "input", [PATH_FORWARD] = "forward", [PATH_OUTPUT] = "output"};
static const char *const aspect_words[ASPECTS] = {
    [ASPECT_MARK] = "fwmark", [ASPECT_VERDICT] = "verdict", [ASPECT_ADDRESSES] = "addresses"};

static json_t *result_of(const struct result *r)
{
    json_t *value = json_object();

    if (r->mark_known)
        json_set(value, "fwmark", json_bits(r->mark));
    if (r->verdict_known)
        json_set(value, "verdict", json_words(r->accepted ? "ACCEPT" : "DROP"));
    return value;
}

static json_t *change_of(const struct packet_change *c)
{
    json_t *value = json_object(), *example = json_object();

    json_set(value, "family", json_words(json_family(c->family)));
    json_set(value, "path", json_words(path_words[c->path]));
    json_set(value, "aspect", json_words(aspect_words[c->aspect]));
    json_set(value, "decided", json_boolean(c->decided));
    json_set(value, "owner", json_words(c->owner));
    json_set(value, "packets", json_words(c->packets));
    json_set(value, "change", json_words(c->what));
    json_set(example, "packet", json_words(c->example));
    json_set(example, "old", result_of(&c->old));
    json_set(example, "new", result_of(&c->new));
    json_set(value, "example", example);
    return value;
}

static json_t *undecided_of(const struct undecided *u)
{
    json_t *value = json_object();

    json_set(value, "family", json_words(json_family(u->family)));
    json_set(value, "path", json_words(path_words[u->path]));
    json_set(value, "reason", json_words(u->why));
    return value;
}

static void put_report(void *result, struct json_stream *s)
{
    const struct compare_report *r = result;

    json_put(s, "differs", json_boolean(!compare_report_is_empty(r)));
    json_put(s, "complete", json_boolean(!r->more[IPV4] && !r->more[IPV6]));
    json_open_array(s, "changes");
    for (size_t i = 0; i < r->changes.n; i++)
        json_put(s, NULL, change_of(&r->changes.at[i]));
    json_close(s);
    json_open_array(s, "undecided");
    for (size_t i = 0; i < r->undecided.n; i++)
        json_put(s, NULL, undecided_of(&r->undecided.at[i]));
    json_close(s);
}

void compare_report_free(struct compare_report *report)
{
    free(report->changes.at);
    free(report->undecided.at);
    arena_free(&report->mem);
    *report = (struct compare_report){0};
}

const struct report_kind compare_report_kind = {.name = "compare", .text = print_report, .json = put_report};
