/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lbgen/live.h"
#include "lbgen/nft_script.h"
#include "lbgen/own_table_live.h"
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
    char line[160], before[MARKER_MAX], after[MARKER_MAX];
    const char *end = memchr(text + *at, '\n', len - *at);
    size_t head = end ? (size_t)(end - text) - *at : 0, script;
    int exists[2];

    *out = (struct table_undo){0};
    if (len - *at < 6 || memcmp(text + *at, "table ", 6) != 0)
        return true;
    if (!end || head >= sizeof line)
        return false;
    memcpy(line, text + *at, head);
    line[head] = '\0';
    if (sscanf(line, "table %d %39s %d %39s %zu", &exists[0], before, &exists[1], after, &script) != 5 ||
        script > len - *at - head - 1)
        return false;
    out->there = true;
    take_state(&out->before, exists[0], before);
    take_state(&out->after, exists[1], after);
    buf_add(&out->script, end + 1, script);
    *at += head + 1 + script;
    return true;
}

static bool read_state(struct table_state *state, struct complaint *why)
{
    return own_table_read_marker(state->marker, &state->exists, why);
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
