/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The legacy backend: a libiptc handle for each table. A commit replaces a whole table in the kernel, so what
 * counts is what the handle holds; rules that are not touched keep their bytes and their counters. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/legacy_edit.h"
#include "lbgen/legacy_raw.h"
#include "lbgen/legacy_tc.h"
#include "lbgen/live.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt_entry.h"

struct legacy_table {
    struct xtc_handle *handle; /* NULL: the table is not there */
    struct legacy_raw raw;     /* as it was read */
    bool touched;              /* an edit was prepared */
};

struct live {
    struct legacy_table of[FAMILIES][TABLES];
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

/* The raw table first: what changes between the two readings is seen as a change later. */
static bool open_table(enum family family, enum table table, struct legacy_table *t, struct complaint *why)
{
    const struct legacy_tc *tc = &legacy_tc[family];

    if (!legacy_raw_read(tc, table_names[table], &t->raw, why))
        return false;
    t->handle = tc->init(table_names[table]);
    return t->handle || complain(why, 0, 0, "table %s of %s can't be read: %s", table_names[table],
                                 family_ops[family].name, tc->strerror(errno));
}

static void read_chain(const struct legacy_tc *tc, enum family family, struct xtc_handle *h,
                       struct image_chain *chain, struct arena *mem)
{
    uint64_t counters[2] = {0, 0};

    if (chain->builtin) {
        const char *policy = tc->policy(chain->name, counters, h);

        chain->policy = policy && strcmp(policy, "DROP") == 0 ? POLICY_DROP : POLICY_ACCEPT;
        chain->packets = counters[0];
        chain->bytes = counters[1];
    }
    for (const void *e = tc->first_rule(chain->name, h); e; e = tc->next_rule(e, h))
        entry_image(family, e, tc->target(e, h), mem, VEC_ADD(chain));
}

static void read_table(enum family family, enum table table, struct xtc_handle *h, struct image *out)
{
    const struct legacy_tc *tc = &legacy_tc[family];

    out->of[table].present = true;
    for (const char *name = tc->first_chain(h); name; name = tc->next_chain(h))
        read_chain(tc, family, h, image_add_chain(out, table, name, strlen(name)), &out->mem);
}

static bool legacy_read(struct live *live, enum family family, struct image *out, struct complaint *why)
{
    bool exists[TABLES];

    out->form = PAYLOAD_ENTRY;
    for (int t = 0; t < TABLES; t++)
        forget_table(family, &live->of[family][t]);
    if (!legacy_table_names(&legacy_tc[family], exists, why))
        return false;
    for (int t = 0; t < TABLES; t++) {
        struct legacy_table *table = &live->of[family][t];

        if (!exists[t])
            continue;
        if (!open_table(family, (enum table)t, table, why))
            return false;
        read_table(family, (enum table)t, table->handle, out);
    }
    return true;
}

static bool legacy_prepare(struct live *live, enum family family, const struct edit *edit,
                           struct complaint *why)
{
    struct legacy_table *t = &live->of[family][edit->table];
    const struct legacy_tc *tc = &legacy_tc[family];

    if (!t->handle) { /* this makes it, empty */
        struct xtc_handle *maker = tc->init(table_names[edit->table]);

        if (!maker)
            return complain(why, 0, 0, "table %s of %s can't be had: %s", table_names[edit->table],
                            family_ops[family].name, tc->strerror(errno));
        tc->free(maker);
        if (!open_table(family, edit->table, t, why))
            return false;
    }
    t->touched = true;
    return legacy_edit_apply(tc, t->handle, edit, why);
}

static enum live_result legacy_unchanged(struct live *live, enum family family, struct complaint *why)
{
    for (int t = 0; t < TABLES; t++) {
        struct legacy_table *table = &live->of[family][t];
        struct legacy_raw now = {0};

        if (!table->handle)
            continue;
        if (!legacy_raw_read(&legacy_tc[family], table_names[t], &now, why))
            return LIVE_FAILED;
        bool same = legacy_raw_equal(&table->raw, &now);
        legacy_raw_free(&now);
        if (!same) {
            complain(why, 0, 0, "table %s of %s was changed by somebody else meanwhile", table_names[t],
                     family_ops[family].name);
            return LIVE_CHANGED;
        }
    }
    return LIVE_DONE;
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

static enum live_result legacy_read_back(struct live *live, enum family family, struct complaint *why)
{
    const struct legacy_tc *tc = &legacy_tc[family];

    for (int t = 0; t < TABLES; t++) {
        struct legacy_table *table = &live->of[family][t];

        if (!table->touched)
            continue;
        struct xtc_handle *now = tc->init(table_names[t]);
        if (!now) {
            complain(why, 0, 0, "table %s of %s can't be read back: %s", table_names[t],
                     family_ops[family].name, tc->strerror(errno));
            return LIVE_FAILED;
        }
        bool same = legacy_handles_equal(tc, family, table->handle, now);
        tc->free(now);
        if (!same) {
            complain(why, 0, 0, "table %s of %s is not what was committed", table_names[t],
                     family_ops[family].name);
            return LIVE_CHANGED;
        }
    }
    return LIVE_DONE;
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
