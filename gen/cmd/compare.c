/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --compare OLD NEW: what changes for packets. */
#include <string.h>

#include "lbgen/compare_find.h"
#include "lbgen/job.h"
#include "lbgen/progress.h"
#include "lbgen/proto.h"
#include "lbgen/rules_file.h"
#include "lbgen/traced_set.h"
#include "lbgen/verbs.h"

/* One of the two files. */
struct side {
    struct input input;
    bool is_rules;         /* an iptables-save file */
    enum family family;    /* of its rules */
    struct traced_set set; /* of the family at hand */
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

/* Which family a file's rules are of is told by their addresses, else by ICMP; FAMILIES: by none of them. */
static enum family family_of(const struct save_file *file)
{
    enum family family;

    if (save_file_family(file, &family))
        return family;
    for (size_t i = 0; i < file->n; i++) {
        const struct seen_rule *r = file->at[i].kind == SAVE_RULE ? file->at[i].rule : NULL;

        if (r && r->protocol_given && (r->protocol == IP_PROTO_ICMP || r->protocol == IP_PROTO_ICMPV6))
            return r->protocol == IP_PROTO_ICMP ? IPV4 : IPV6;
    }
    return FAMILIES;
}

static bool read_rules(struct side *side, int source)
{
    if (!rules_file_read(&side->input, source, &side->set.file))
        return false;
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
        return read_rules(side, source);
    input_read_source(&side->input, options, source);
    return diag_errors(&side->input.diag) == 0;
}

static void free_side(struct side *side)
{
    traced_set_free(&side->set);
    input_free(&side->input);
}

static void compare_family(struct side *sides, enum family family, struct compare_report *report)
{
    for (int i = 0; i < 2; i++)
        if (!sides[i].is_rules)
            traced_set_of_input(&sides[i].set, &sides[i].input, family, NULL);
    progress_stage("comparing");
    compare_find(&sides[0].set.rules, &sides[1].set.rules, family, report);
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

static int compare_sides(struct side *sides, const struct options *options, struct compare_report *report)
{
    bool any = false;

    for (int f = 0; f < FAMILIES; f++)
        if (is_compared(sides, options, (enum family)f)) {
            compare_family(sides, (enum family)f, report);
            any = true;
        }
    progress_end();
    if (!any)
        return job_fail(EXIT_BAD_INPUT, "the two files hold rules of different families");
    return compare_report_is_empty(report) ? EXIT_GOOD : EXIT_DIFFERENT;
}

int compare(const struct options *options)
{
    struct side sides[2] = {0};
    struct compare_report result = {0};
    bool good = true, system_failed = false;
    int status;

    progress_begin();
    for (int i = 0; i < 2; i++) {
        good = read_side(&sides[i], options, options->inputs[i]) && good;
        input_print_findings(&sides[i].input, options);
        system_failed = system_failed || sides[i].input.system_failed;
    }
    if (good) {
        status = compare_sides(sides, options, &result);
    } else {
        progress_end();
        status = system_failed ? EXIT_SYSTEM : EXIT_BAD_INPUT;
    }
    status = report_print(&(struct report){.options = options,
                                           .kind = &compare_report_kind,
                                           .inputs = {&sides[0].input, &sides[1].input},
                                           .result = status <= EXIT_DIFFERENT ? &result : NULL},
                          status);
    compare_report_free(&result);
    free_side(&sides[0]);
    free_side(&sides[1]);
    return status;
}
