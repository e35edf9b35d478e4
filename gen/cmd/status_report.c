/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "lbgen/json_values.h"
#include "lbgen/status_report.h"

/* --- text --- */

static void print_tally(const struct tally *t, struct buf *out)
{
    buf_printf(out, "%-16.*s", (int)t->tag_len, t->tag);
    if (t->has_mark) {
        buf_str(out, " fwmark ");
        mark_print(out, t->mark);
        buf_char(out, ':');
    }
    buf_printf(out, " rules live: %zu", t->live - t->stale);
    if (t->missing)
        buf_printf(out, ", missing: %zu", t->missing);
    if (t->stale)
        buf_printf(out, ", not wanted any more: %zu", t->stale);
    buf_printf(out, ", packets: %" PRIu64 ", bytes: %" PRIu64 "\n", t->packets, t->bytes);
}

static void print_boot(const struct boot_status *b, struct buf *out)
{
    static const char *const states[] = {[BOOT_EQUAL] = "equal",
                                         [BOOT_DIFFERS] = "differs",
                                         [BOOT_MISSING] = "missing",
                                         [BOOT_NOT_NEEDED] = "not there, not needed"};

    buf_printf(out, "boot file %s: %s, ", b->path, states[b->state]);
    if (b->unit.name)
        buf_printf(out, "loaded by %s\n", b->unit.name);
    else if (b->unit.enable)
        buf_printf(out, "loaded by no enabled unit; to enable one: %s\n", b->unit.enable);
    else
        buf_str(out, "it is not known who loads it\n");
}

static void print_status(void *result, struct buf *out)
{
    const struct status_report *r = result;

    buf_printf(out, "backend %s\n", r->backend);
    for (size_t i = 0; i < r->n; i++)
        print_tally(&r->at[i], out);
    for (int f = 0; f < FAMILIES; f++)
        if (r->boot[f].path[0])
            print_boot(&r->boot[f], out);
    if (r->pending)
        buf_printf(out,
                   "a commit waits for its confirmation: undone in %u s unless lbgen --confirmed is run\n",
                   r->pending_seconds);
}

/* --- JSON --- */

static json_t *tally_of(const struct status_report *r, const struct tally *t)
{
    json_t *value = json_object();

    json_set(value, "owner", json_text(t->tag, t->tag_len));
    if (t->has_mark)
        json_set(value, "fwmark", json_mark(t->mark));
    json_set(value, "live", json_number(t->live - t->stale));
    if (r->with_input) {
        json_set(value, "missing", json_number(t->missing));
        json_set(value, "unwanted", json_number(t->stale));
    }
    json_set(value, "packets", json_number(t->packets));
    json_set(value, "bytes", json_number(t->bytes));
    return value;
}

static json_t *boot_of(const struct boot_status *b, enum family family)
{
    static const char *const states[] = {[BOOT_EQUAL] = "equal",
                                         [BOOT_DIFFERS] = "differs",
                                         [BOOT_MISSING] = "missing",
                                         [BOOT_NOT_NEEDED] = "not needed"};
    json_t *value = json_object();

    json_set(value, "family", json_words(json_family(family)));
    json_set(value, "file", json_words(b->path));
    json_set(value, "state", json_words(states[b->state]));
    json_set(value, "unit", json_words(b->unit.name));
    if (b->unit.enable && !b->unit.name)
        json_set(value, "enable", json_words(b->unit.enable));
    return value;
}

static void put_status(void *result, struct json_stream *s)
{
    const struct status_report *r = result;
    json_t *pending = json_null();

    json_put(s, "backend", json_words(r->backend));
    json_open_array(s, "owners");
    for (size_t i = 0; i < r->n; i++)
        json_put(s, NULL, tally_of(r, &r->at[i]));
    json_close(s);
    json_open_array(s, "boot-files");
    for (int f = 0; f < FAMILIES; f++)
        if (r->boot[f].path[0])
            json_put(s, NULL, boot_of(&r->boot[f], (enum family)f));
    json_close(s);
    if (r->pending) {
        pending = json_object();
        json_set(pending, "seconds", json_number(r->pending_seconds));
    }
    json_put(s, "pending", pending);
}

const struct report_kind status_report_kind = {.name = "status", .text = print_status, .json = put_status};
