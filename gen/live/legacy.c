/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The legacy backend: a libiptc handle for each table. A commit replaces a whole table in the kernel, so what
 * counts is what the handle holds; rules that are not touched keep their bytes and their counters. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/legacy_edit.h"
#include "lbgen/legacy_image.h"
#include "lbgen/legacy_raw.h"
#include "lbgen/legacy_tc.h"
#include "lbgen/live.h"
#include "lbgen/xalloc.h"

struct legacy_table {
    const struct edit *edit;   /* that is to be made; NULL: none */
    struct legacy_raw raw;     /* as it was read; without a block: the table is not there */
    struct xtc_handle *handle; /* with the edit in it */
};

struct live {
    struct legacy_table of[FAMILIES][TABLES];
    const struct image *read[FAMILIES]; /* what was read */
};

static void forget_table(enum family family, struct legacy_table *t)
{
    if (t->handle)
        legacy_tc[family].free(t->handle);
    legacy_raw_free(&t->raw);
    *t = (struct legacy_table){0};
}

static struct live *legacy_open(struct complaint *why)
{
    return may_change_tables(why) && legacy_is_there(why) ? xcalloc(1, sizeof(struct live)) : NULL;
}

static void legacy_close(struct live *live)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            forget_table((enum family)f, &live->of[f][t]);
    free(live);
}

static bool legacy_read(struct live *live, enum family family, struct image *out, struct complaint *why)
{
    bool exists[TABLES];

    out->form = PAYLOAD_ENTRY;
    live->read[family] = out;
    for (int t = 0; t < TABLES; t++)
        forget_table(family, &live->of[family][t]);
    if (!legacy_table_names(&legacy_tc[family], exists, why))
        return false;
    for (int t = 0; t < TABLES; t++) {
        struct legacy_table *table = &live->of[family][t];

        if (!exists[t])
            continue;
        if (!legacy_raw_read(&legacy_tc[family], table_names[t], &table->raw, why) ||
            !legacy_image_make(&legacy_tc[family], family, (enum table)t, &table->raw, LEGACY_FULL, out, why))
            return false;
    }
    return true;
}

static bool legacy_prepare(struct live *live, enum family family, const struct edit *edit,
                           struct complaint *why)
{
    (void)why;
    live->of[family][edit->table].edit = edit;
    return true;
}

/* A handle reads the table anew: so it shows whether that is still what the edit was made for. */
static enum live_result open_handle(struct live *live, enum family family, enum table table,
                                    struct complaint *why)
{
    struct legacy_table *t = &live->of[family][table];
    const struct image_table *read = &live->read[family]->of[table];
    const struct legacy_tc *tc = &legacy_tc[family];

    if (t->handle)
        tc->free(t->handle);
    t->handle = tc->init(table_names[table]); /* makes the table when it is not there */
    if (!t->handle) {
        complain(why, 0, 0, "table %s of %s can't be had: %s", table_names[table], family_ops[family].name,
                 tc->strerror(errno));
        return LIVE_FAILED;
    }
    if (!(read->present ? legacy_holds(tc, family, t->handle, read) : legacy_is_empty(tc, t->handle))) {
        complain(why, 0, 0, "table %s of %s was changed by somebody else meanwhile", table_names[table],
                 family_ops[family].name);
        return LIVE_CHANGED;
    }
    return legacy_edit_apply(tc, t->handle, t->edit, why) ? LIVE_DONE : LIVE_FAILED;
}

static enum live_result legacy_unchanged(struct live *live, enum family family, struct complaint *why)
{
    enum live_result result = LIVE_DONE;

    for (int t = 0; t < TABLES && result == LIVE_DONE; t++)
        if (live->of[family][t].edit)
            result = open_handle(live, family, (enum table)t, why);
    return result;
}

static enum live_result legacy_commit(struct live *live, enum family family, enum table table,
                                      struct complaint *why)
{
    const struct legacy_tc *tc = &legacy_tc[family];

    if (tc->commit(live->of[family][table].handle))
        return LIVE_DONE;
    int error = errno;
    complain(why, 0, 0, "the kernel refuses table %s of %s: %s", table_names[table], family_ops[family].name,
             tc->strerror(error));
    return error == EAGAIN ? LIVE_CHANGED : LIVE_FAILED;
}

static enum live_result read_back_table(const struct legacy_table *t, enum family family, enum table table,
                                        struct complaint *why)
{
    const struct legacy_tc *tc = &legacy_tc[family];
    enum live_result result = LIVE_FAILED;
    struct legacy_raw raw = {0};
    struct image now = {0};

    if (legacy_raw_read(tc, table_names[table], &raw, why) &&
        legacy_image_make(tc, family, table, &raw, LEGACY_BARE, &now, why)) {
        result = legacy_holds(tc, family, t->handle, &now.of[table]) ? LIVE_DONE : LIVE_CHANGED;
        if (result == LIVE_CHANGED)
            complain(why, 0, 0, "table %s of %s is not what was committed", table_names[table],
                     family_ops[family].name);
    }
    image_free(&now);
    legacy_raw_free(&raw);
    return result;
}

static enum live_result legacy_read_back(struct live *live, enum family family, struct complaint *why)
{
    enum live_result result = LIVE_DONE;

    for (int t = 0; t < TABLES && result == LIVE_DONE; t++)
        if (live->of[family][t].handle)
            result = read_back_table(&live->of[family][t], family, (enum table)t, why);
    return result;
}

const struct live_backend live_legacy = {
    .name = "legacy",
    .form = PAYLOAD_ENTRY,
    .open = legacy_open,
    .close = legacy_close,
    .read = legacy_read,
    .prepare = legacy_prepare,
    .unchanged = legacy_unchanged,
    .commit = legacy_commit,
    .read_back = legacy_read_back,
};
