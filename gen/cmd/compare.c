/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --compare OLD NEW: what changes for packets. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lbgen/cell_words.h"
#include "lbgen/job.h"
#include "lbgen/name_index.h"
#include "lbgen/progress.h"
#include "lbgen/proto.h"
#include "lbgen/traced_set.h"
#include "lbgen/vec.h"
#include "lbgen/verbs.h"
#include "lbgen/xalloc.h"

enum { LINES_MAX = 20000 };

/* One of the two files. */
struct side {
    struct input input;
    bool is_rules;         /* an iptables-save file */
    enum family family;    /* of its rules */
    struct traced_set set; /* of the family at hand */
};

struct line {
    char *text; /* what changes; lines of further paths that say the same are left out */
    char *example;
};

struct comparison {
    struct difference difference;
    enum aspect aspect;
    struct {
        struct line *at;
        size_t n, cap;
    } lines;
    struct name_index texts;
    size_t left_out;
};

/* --- reading --- */

/* Rules in iptables-save's form begin with a table, after comments. */
static bool looks_like_rules(const struct source *s)
{
    const char *p = s->text, *end = s->text + s->len;

    while (p < end && (*p == '#' || *p == '\n' || *p == '\r' || *p == ' ' || *p == '\t')) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));

        p = *p != '#' ? p + 1 : newline ? newline + 1 : end;
    }
    return p < end && *p == '*';
}

/* Which family a file's rules are of is told by their addresses, and by ICMP; FAMILIES: by none of them. */
static enum family family_of(const struct save_file *file)
{
    for (size_t i = 0; i < file->n; i++) {
        const struct seen_rule *r = file->at[i].kind == SAVE_RULE ? file->at[i].rule : NULL;

        if (!r)
            continue;
        if (r->src.given || r->dst.given)
            return (enum family)(r->src.given ? r->src : r->dst).prefix.family;
        if (r->protocol_given && (r->protocol == IP_PROTO_ICMP || r->protocol == IP_PROTO_ICMPV6))
            return r->protocol == IP_PROTO_ICMP ? IPV4 : IPV6;
    }
    return FAMILIES;
}

static bool read_rules(struct side *side, const struct source *s)
{
    struct complaint why;

    if (!save_file_read(&side->set.file, s->text, s->len, &why)) {
        diag_at(&side->input.diag, SEVERITY_ERROR, s->base + (srcpos)why.at, why.len, "%s", why.text);
        return false;
    }
    side->family = family_of(&side->set.file);
    traced_set_of_read_file(&side->set);
    return true;
}

static bool read_side(struct side *side, const struct options *options, const char *path)
{
    struct complaint why;
    int source = sources_read(&side->input.sources, path, &why);

    if (source < 0) {
        diag_file(&side->input.diag, SEVERITY_ERROR, path, "%s", why.text);
        return false;
    }
    side->is_rules = looks_like_rules(&side->input.sources.at[source]);
    if (side->is_rules)
        return read_rules(side, &side->input.sources.at[source]);
    input_read_source(&side->input, options, source);
    return diag_errors(&side->input.diag) == 0;
}

static void free_side(struct side *side)
{
    traced_set_free(&side->set);
    input_free(&side->input);
}

/* --- lines --- */

static const char *line_text(const void *items, uint32_t i, size_t *len)
{
    const struct line *lines = items;

    *len = strlen(lines[i].text);
    return lines[i].text;
}

static char *take_text(struct buf *b)
{
    char *text = xmemdup0(buf_text(b), b->len);

    buf_free(b);
    return text;
}

/* Whose rules made the difference: of two, the new one's, but who is dropped is missed by the old one. */
static const char *owner_of(const struct comparison *c, const struct found *f)
{
    const struct outcome *a = f->old, *b = f->new;
    uint32_t old = a->mark_tag, new = b->mark_tag;

    if (c->aspect != ASPECT_MARK) {
        old = a->verdict_tag;
        new = b->control == CONTROL_DROP &&old ? old : b->verdict_tag;
    }
    return outcomes_text_of(&c->difference.outcomes, new ? new : old);
}

static char *text_of(const struct comparison *c, const struct found *f)
{
    static const char *const ways[PATHS] = {"", " when forwarded", " when sent from here"};
    const struct outcomes *o = &c->difference.outcomes;
    const char *owner = owner_of(c, f);
    struct buf out = {0};

    if (owner)
        buf_printf(&out, "%s: ", owner);
    cell_print(&out, f->cell, c->aspect != ASPECT_ADDRESSES);
    buf_char(&out, ' ');
    if (f->differs == YES)
        change_print(&out, o, f, c->aspect);
    else
        buf_printf(&out, "undecided: it depends on what is not known: %s", f->unknown);
    if (c->aspect == ASPECT_VERDICT)
        buf_str(&out, ways[c->difference.path]);
    return take_text(&out);
}

static char *example_of(const struct comparison *c, const struct found *f)
{
    struct result old, new;
    struct buf out = {0};

    difference_results(&c->difference, &f->example, &old, &new);
    example_print(&out, &f->example);
    buf_str(&out, ": ");
    result_print(&out, old);
    buf_str(&out, ", now ");
    result_print(&out, new);
    return take_text(&out);
}

static bool take(void *ctx, const struct found *found)
{
    struct comparison *c = ctx;
    struct line line = {.text = text_of(c, found)};
    size_t len = strlen(line.text);

    if (name_index_enter(&c->texts, c->lines.at, line.text, len, (uint32_t)c->lines.n) != NAME_NOT_FOUND) {
        free(line.text);
        return true;
    }
    line.example = example_of(c, found);
    *VEC_ADD(&c->lines) = line;
    return c->lines.n < LINES_MAX;
}

static void print_lines(struct comparison *c, struct buf *out)
{
    for (size_t i = 0; i < c->lines.n; i++) {
        buf_printf(out, "%s\n", c->lines.at[i].text);
        buf_printf(out, "    for example %s\n", c->lines.at[i].example);
        free(c->lines.at[i].text);
        free(c->lines.at[i].example);
    }
    if (c->lines.n >= LINES_MAX)
        buf_str(out, "and more\n");
}

/* --- comparing --- */

static void compare_path(struct comparison *c, enum path path, struct buf *out)
{
    static const char *const ways[PATHS] = {"come in", "are forwarded", "are sent from here"};
    struct difference *d = &c->difference;

    difference_path(d, path, true);
    for (int a = 0; a < ASPECTS && !d->failed && c->lines.n < LINES_MAX; a++) {
        c->aspect = (enum aspect)a;
        difference_aspect(d, c->aspect);
        if (!difference_walk(d, false, take, c) && c->lines.n < LINES_MAX)
            d->failed = "there are too many cases";
    }
    if (d->failed)
        buf_printf(out, "undecided for %s packets that %s: %s\n", family_ops[d->family].name, ways[path],
                   d->failed);
}

static void compare_family(struct side *sides, enum family family, struct buf *out)
{
    struct comparison c = {.texts.name_of = line_text};

    for (int i = 0; i < 2; i++)
        if (!sides[i].is_rules)
            traced_set_of_input(&sides[i].set, &sides[i].input, family, NULL);
    progress_stage("comparing");
    difference_begin(&c.difference, &sides[0].set.rules, &sides[1].set.rules, family);
    for (int p = 0; p < PATHS; p++)
        compare_path(&c, (enum path)p, out);
    print_lines(&c, out);
    difference_end(&c.difference);
    name_index_free(&c.texts);
    free(c.lines.at);
    for (int i = 0; i < 2; i++)
        if (!sides[i].is_rules)
            traced_set_free(&sides[i].set);
}

/* The families that both sides have something to say about: of a file the one that its rules are of, and
 * where that can't be told, the other side's, or IPv4. */
static bool is_compared(const struct side *sides, const struct options *options, enum family family)
{
    bool open = false;

    if (options->family_given)
        return options->family == family;
    for (int i = 0; i < 2; i++) {
        if (sides[i].is_rules && sides[i].family != FAMILIES && sides[i].family != family)
            return false;
        open = open || (sides[i].is_rules && sides[i].family == FAMILIES);
    }
    bool told =
        (sides[0].is_rules && sides[0].family == family) || (sides[1].is_rules && sides[1].family == family);
    return !open || told || family == IPV4;
}

static int compare_sides(struct side *sides, const struct options *options)
{
    struct buf out = {0};
    int fd = STDOUT_FILENO, error = 0, status;
    bool any = false;

    for (int f = 0; f < FAMILIES; f++)
        if (is_compared(sides, options, (enum family)f)) {
            compare_family(sides, (enum family)f, &out);
            any = true;
        }
    progress_end();
    if (!any)
        return job_fail(EXIT_BAD_INPUT, "the two files hold rules of different families");
    status = out.len ? EXIT_DIFFERENT : EXIT_GOOD;
    if (out.len)
        error = buf_flush_fd(&fd, out.at, out.len);
    buf_free(&out);
    return error ? job_fail(EXIT_SYSTEM, "standard output can't be written") : status;
}

int compare(const struct options *options)
{
    struct side sides[2] = {0};
    bool good = true, system_failed = false;
    int status;

    progress_begin();
    for (int i = 0; i < 2; i++) {
        good = read_side(&sides[i], options, options->inputs[i]) && good;
        input_print_findings(&sides[i].input, options);
        system_failed = system_failed || sides[i].input.system_failed;
    }
    if (good) {
        status = compare_sides(sides, options);
    } else {
        progress_end();
        status = system_failed ? EXIT_SYSTEM : EXIT_BAD_INPUT;
    }
    free_side(&sides[0]);
    free_side(&sides[1]);
    return status;
}
