/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/json_values.h"
#include "lbgen/trace_report.h"
#include "lbgen/utf8.h"

static bool changes_mark(const struct trace_step *s)
{
    return s->before.value != s->after.value || s->before.fog != s->after.fog;
}

static const char *verdict_word(const struct trace *t)
{
    return !t->verdict_known ? "unknown" : t->accepted ? "ACCEPT" : "DROP";
}

/* --- text --- */

static void print_mark(struct buf *out, struct foggy mark)
{
    if (mark.fog)
        buf_str(out, "unknown");
    else
        buf_hex(out, mark.value);
}

/* "mangle PREROUTING 3, web, fwmark 0x0 to 0x50:" and the rule below it. Others' rules may hold anything. */
static void print_step(struct buf *out, const struct trace_step *s)
{
    buf_printf(out, "%s ", table_names[s->table]);
    utf8_show(out, s->chain, strlen(s->chain));
    if (!s->rule) {
        buf_printf(out, "%s, policy DROP\n", s->sure ? "" : ", may come here");
        return;
    }
    buf_printf(out, " %zu", s->number);
    if (s->tag)
        buf_printf(out, ", %s", s->tag);
    if (changes_mark(s)) {
        buf_str(out, ", fwmark ");
        print_mark(out, s->before);
        buf_str(out, " to ");
        print_mark(out, s->after);
    }
    buf_str(out, s->sure ? ":\n    " : ", may match:\n    ");
    utf8_show(out, s->rule->text, s->rule->text_len);
    buf_char(out, '\n');
}

static void print_trace(void *result, struct buf *out)
{
    const struct trace *t = &((struct trace_report *)result)->trace;

    for (size_t i = 0; i < t->steps.n; i++)
        print_step(out, &t->steps.at[i]);
    buf_str(out, "fwmark=");
    print_mark(out, (struct foggy){.value = t->mark, .fog = t->mark_known ? 0 : 1});
    buf_printf(out, " verdict=%s service=%s\n", verdict_word(t),
               !t->service_known ? "unknown"
               : t->service      ? t->service
                                 : "none");
}

/* --- JSON: what is not known is not there --- */

static void set_mark(json_t *value, const char *key, struct foggy mark)
{
    if (!mark.fog)
        json_set(value, key, json_bits(mark.value));
}

static json_t *step_of(const struct trace_step *s)
{
    json_t *value = json_object();

    json_set(value, "table", json_words(table_names[s->table]));
    json_set(value, "chain", json_words(s->chain));
    json_set(value, "certain", json_boolean(s->sure));
    if (!s->rule) {
        json_set(value, "policy", json_words("DROP"));
        return value;
    }
    json_set(value, "number", json_number(s->number));
    json_set(value, "owner", json_words(s->tag));
    set_mark(value, "fwmark-before", s->before);
    set_mark(value, "fwmark-after", s->after);
    json_set(value, "line", json_text(s->rule->text, s->rule->text_len));
    return value;
}

static void put_trace(void *result, struct json_stream *s)
{
    const struct trace_report *r = result;
    const struct trace *t = &r->trace;
    struct buf packet = {0};

    packet_print(&packet, r->packet);
    json_put(s, "packet", json_taken(&packet));
    json_open_array(s, "steps");
    for (size_t i = 0; i < t->steps.n; i++)
        json_put(s, NULL, step_of(&t->steps.at[i]));
    json_close(s);
    json_put(s, "known", json_boolean(t->mark_known && t->verdict_known && t->service_known));
    if (t->mark_known)
        json_put(s, "fwmark", json_bits(t->mark));
    if (t->verdict_known)
        json_put(s, "verdict", json_words(verdict_word(t)));
    if (t->service_known)
        json_put(s, "service", json_words(t->service));
}

const struct report_kind trace_report_kind = {.name = "trace", .text = print_trace, .json = put_trace};
