/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/check_expects.h"
#include "lbgen/trace.h"
#include "lbgen/traced_set.h"
#include "lbgen/vec.h"

static int by_address(const void *a, const void *b)
{
    return address_compare(*(const struct address *)a, *(const struct address *)b);
}

/* Where the family's packets go; whether there are any. */
static bool collect(const struct config *config, enum family family, struct destinations *out)
{
    for (size_t i = 0; i < config->expects.n; i++)
        if (config->expects.at[i].packet.dst.family == family)
            *VEC_ADD(out) = config->expects.at[i].packet.dst.first;
    if (out->n)
        qsort(out->at, out->n, sizeof *out->at, by_address);
    return out->n != 0;
}

static void differs(struct buf *out, const char *key, const char *got, const char *wanted)
{
    buf_printf(out, "%s%s=%s instead of %s", out->len ? ", " : "", key, got, wanted);
}

static const char *mark_word(char word[16], bool known, uint32_t mark)
{
    if (!known)
        return "unknown";
    if (mark == 0)
        return "none";
    snprintf(word, 16, "0x%x", mark);
    return word;
}

static const char *verdict_word(bool known, bool accepted)
{
    return !known ? "unknown" : accepted ? "ACCEPT" : "DROP";
}

static const char *service_word(bool known, const char *service)
{
    return !known ? "unknown" : service ? service : "none";
}

static bool same_service(const char *a, const char *b)
{
    return !a == !b && (!a || strcmp(a, b) == 0);
}

/* What came out instead, in *out; nothing when all is as expected. */
static void compare(const struct expect *e, const struct trace *t, struct buf *out)
{
    char got[16], wanted[16];

    if (e->mark_given && (!t->mark_known || t->mark != e->mark))
        differs(out, "fwmark", mark_word(got, t->mark_known, t->mark), mark_word(wanted, true, e->mark));
    if (e->verdict_given && (!t->verdict_known || t->accepted != e->accepted))
        differs(out, "verdict", verdict_word(t->verdict_known, t->accepted), verdict_word(true, e->accepted));
    if (e->service_given && (!t->service_known || !same_service(t->service, e->service)))
        differs(out, "service", service_word(t->service_known, t->service), service_word(true, e->service));
}

static bool check_one(struct input *input, const struct rule_set *rules, const struct expect *e)
{
    struct trace trace;
    struct buf wrong = {0};

    trace_packet(rules, &e->packet, &trace);
    compare(e, &trace, &wrong);
    if (wrong.len)
        diag_at(&input->diag, SEVERITY_ERROR, e->at, e->header_len, "expectation '%s' fails: %s%s%s", e->name,
                buf_text(&wrong), trace.unknown ? ": " : "", trace.unknown ? trace.unknown : "");
    bool good = wrong.len == 0;
    buf_free(&wrong);
    trace_free(&trace);
    return good;
}

static bool check_family(struct input *input, enum family family, bool *passed)
{
    const struct expects *expects = &input->config.expects;
    struct destinations only = {0};
    struct traced_set set = {0};
    bool good = true;

    if (collect(&input->config, family, &only)) {
        traced_set_of_input(&set, input, family, &only);
        for (size_t i = 0; i < expects->n; i++)
            if (expects->at[i].packet.dst.family == family) {
                passed[i] = check_one(input, &set.rules, &expects->at[i]);
                good = passed[i] && good;
            }
        traced_set_free(&set);
    }
    free(only.at);
    return good;
}

bool check_expects(struct input *input, bool *passed)
{
    bool good = true;

    for (int f = 0; f < FAMILIES; f++)
        good = check_family(input, (enum family)f, passed) && good;
    return good;
}
