/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lbgen/live.h"
#include "lbgen/nft_script.h"
#include "lbgen/own_table_live.h"
#include "lbgen/number.h"
#include "lbgen/table_undo.h"

enum { TRIES = 4 };

/* Nothing but the name: its tables are no xtables' (table_job.h goes another way). */
const struct live_backend live_nftables = {.name = "nftables", .form = PAYLOAD_LINE};

struct table_state table_state_of(const struct own_table *table)
{
    struct table_state state = {.exists = table->exists};

    memcpy(state.marker, table->marker, sizeof state.marker);
    return state;
}

bool table_state_equal(const struct table_state *a, const struct table_state *b)
{
    return a->exists == b->exists && strcmp(a->marker, b->marker) == 0;
}

static void print_state(struct buf *out, const struct table_state *state)
{
    buf_printf(out, " %d %s", state->exists, state->marker[0] ? state->marker : "-");
}

/* `table BEFORE AFTER LENGTH`, a line, then the script. */
void table_undo_print(const struct table_undo *undo, struct buf *out)
{
    if (!undo->there)
        return;
    buf_str(out, "table");
    print_state(out, &undo->before);
    print_state(out, &undo->after);
    buf_printf(out, " %zu\n", undo->script.len);
    buf_add(out, undo->script.at, undo->script.len);
}

static void take_state(struct table_state *state, int exists, const char *marker)
{
    state->exists = exists == 1;
    snprintf(state->marker, sizeof state->marker, "%s", strcmp(marker, "-") == 0 ? "" : marker);
}

bool table_undo_read(struct table_undo *out, const char *text, size_t len, size_t *at)
{
    char line[160], before[MARKER_MAX], after[MARKER_MAX], exists[2][2], length[11];
    const char *end = memchr(text + *at, '\n', len - *at);
    size_t head = end ? (size_t)(end - text) - *at : 0;
    uint32_t script;

    *out = (struct table_undo){0};
    if (len - *at < 6 || memcmp(text + *at, "table ", 6) != 0)
        return true;
    if (!end || head >= sizeof line)
        return false;
    memcpy(line, text + *at, head);
    line[head] = '\0';
    if (sscanf(line, "table %1[01] %39s %1[01] %39s %10s", exists[0], before, exists[1], after, length) !=
            5 ||
        !decimal_parse(length, strlen(length), &script) || script > len - *at - head - 1)
        return false;
    out->there = true;
    take_state(&out->before, exists[0][0] == '1', before);
    take_state(&out->after, exists[1][0] == '1', after);
    buf_add(&out->script, end + 1, script);
    *at += head + 1 + script;
    return true;
}

static bool read_state(struct table_state *state, struct complaint *why)
{
    return own_table_read_marker(state->marker, &state->exists, why);
}

/* `VERB element inet lbgen MAP { A, B }` as a transaction for each element. */
static void run_elements(const char *line, size_t len)
{
    static const char open[] = " { ", comma[] = ", ", close[] = " }";
    const char *end = line + len, *head_end = memmem(line, len, open, sizeof open - 1);
    const char *at = head_end ? head_end + sizeof open - 1 : end;
    struct complaint ignored;
    struct buf one = {0};

    while (at < end) {
        const char *next = memmem(at, (size_t)(end - at), comma, sizeof comma - 1);
        const char *element_end = next ? next : end - (sizeof close - 1);

        one.len = 0;
        buf_add(&one, line, (size_t)(head_end - line));
        buf_printf(&one, "%s%.*s%s\n", open, (int)(element_end - at), at, close);
        nft_script_run(buf_text(&one), NULL, &ignored);
        at = next ? next + sizeof comma - 1 : end;
    }
    buf_free(&one);
}

/* Somebody has put hands on the table meanwhile, so that the transaction does not fit any more: what is left
 * of it, element by element. The marker comes last. */
static void run_piecewise(const struct buf *script)
{
    const char *at = script->at, *end = at + script->len;
    struct complaint ignored;
    struct buf rest = {0};

    if (!memmem(script->at, script->len, "delete chain ", 13))
        return; /* it makes the whole table anew: there is nothing that it could not fit */
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = newline ? (size_t)(newline - at) : (size_t)(end - at);

        if (memmem(at, len, " element ", 9)) {
            run_elements(at, len);
        } else {
            buf_add(&rest, at, len);
            buf_char(&rest, '\n');
        }
        at += len + 1;
    }
    nft_script_run(buf_text(&rest), NULL, &ignored);
    buf_free(&rest);
}

bool table_undo_run(const struct table_undo *undo, struct complaint *why)
{
    struct buf script = {0};
    struct table_state now;
    bool done = false;

    buf_add(&script, undo->script.at, undo->script.len);
    for (int i = 0; i < TRIES && !done; i++) {
        if (!read_state(&now, why))
            break;
        if (!table_state_equal(&now, &undo->after)) {
            done = true;
            break;
        }
        if (i == TRIES - 1)
            run_piecewise(&script);
        else
            nft_script_run(buf_text(&script), NULL, why);
    }
    if (!done && read_state(&now, why))
        done = !table_state_equal(&now, &undo->after);
    buf_free(&script);
    return done;
}

void table_undo_free(struct table_undo *undo)
{
    buf_free(&undo->script);
    *undo = (struct table_undo){0};
}
