/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nft backend: what iptables-nft-save shows, edited by iptables-nft-restore --noflush. One call commits
 * one table, in one transaction; for several tables there is no such thing, its COMMIT lines are carried out
 * one by one. */
#include <stdlib.h>

#include "lbgen/edit_restore.h"
#include "lbgen/live.h"
#include "lbgen/nft_save.h"
#include "lbgen/nft_tables.h"
#include "lbgen/spawn.h"
#include "lbgen/table_hash.h"
#include "lbgen/xalloc.h"

static const char *const programs[FAMILIES] = {
    [IPV4] = "iptables-nft-restore", [IPV6] = "ip6tables-nft-restore"};

enum { SECONDS = 120, LINES_A_SECOND = 4000 /* at the very least */ };

struct nft_table {
    uint64_t hash, hash_after; /* table_hash: as it was read, and as it has to be */
    size_t n_read;             /* rules */
    bool touched;              /* an edit was prepared */
    struct buf commands;
    size_t n_commands;
};

struct nft_family {
    uint32_t generation; /* before it was read */
    struct buf text;     /* as it was read */
    struct nft_table of[TABLES];
};

struct live {
    struct nft_family of[FAMILIES];
};

static struct live *nft_open(struct complaint *why)
{
    uint32_t generation;

    for (int f = 0; f < FAMILIES; f++)
        if (!spawn_finds(programs[f])) {
            complain(why, 0, 0, "%s is not installed", programs[f]);
            return NULL;
        }
    return nft_generation(&generation, why) ? xcalloc(1, sizeof(struct live)) : NULL;
}

static void forget(struct nft_family *f)
{
    for (int t = 0; t < TABLES; t++)
        buf_free(&f->of[t].commands);
    buf_free(&f->text);
    *f = (struct nft_family){0};
}

static void nft_close(struct live *live)
{
    for (int f = 0; f < FAMILIES; f++)
        forget(&live->of[f]);
    free(live);
}

static void note_table(struct nft_table *note, const struct image_table *table)
{
    note->hash = table_hash(table);
    note->n_read = 0;
    for (size_t c = 0; c < table->n; c++)
        note->n_read += table->at[c].n;
}

/* The generation first: what changes between the two is seen as a change later. */
static bool nft_read(struct live *live, enum family family, struct image *out, struct complaint *why)
{
    struct nft_family *f = &live->of[family];

    forget(f);
    if (!nft_generation(&f->generation, why) || !nft_save(family, &f->text, out, why))
        return false;
    for (int t = 0; t < TABLES; t++)
        note_table(&f->of[t], &out->of[t]);
    return true;
}

/* Runs it on the table's commands. */
static bool restore(enum family family, const struct nft_table *t, bool test, struct complaint *why)
{
    struct spawn s = {.argv = {programs[family], "--noflush", test ? "--test" : NULL},
                      .in = t->commands.at,
                      .in_len = t->commands.len,
                      .seconds = SECONDS + (int)((t->n_read + t->n_commands) / LINES_A_SECOND)};
    bool good = spawn_run(&s, why) == SPAWN_EXITED &&
                (s.status == 0 || nft_complain(programs[family], &s.err, &t->commands, why));

    spawn_free(&s);
    return good;
}

/* With --test the program reads all commands, with their extensions; it does not look whether the rules and
 * chains that they name are there. */
static bool nft_prepare(struct live *live, enum family family, const struct edit *edit, struct complaint *why)
{
    struct nft_table *t = &live->of[family].of[edit->table];

    t->commands.len = 0;
    edit_restore_print(edit, &t->commands);
    t->n_commands = edit->n_added + edit->n_gone;
    t->hash_after = table_hash_after(t->hash, edit);
    t->touched = true;
    return restore(family, t, true, why);
}

/* What the tables are now, as hashes; the program is asked. */
static bool hash_now(enum family family, uint64_t hash[TABLES], struct complaint *why)
{
    struct buf text = {0};
    struct image image = {0};
    bool good = nft_save(family, &text, &image, why);

    for (int t = 0; t < TABLES; t++)
        hash[t] = table_hash(&image.of[t]);
    image_free(&image);
    buf_free(&text);
    return good;
}

static enum live_result changed(enum family family, enum table table, const char *how, struct complaint *why)
{
    complain(why, 0, 0, "table %s of %s %s", table_names[table], family_ops[family].name, how);
    return LIVE_CHANGED;
}

static enum live_result nft_unchanged(struct live *live, enum family family, struct complaint *why)
{
    struct nft_family *f = &live->of[family];
    uint64_t hash[TABLES];
    uint32_t generation;

    if (!nft_generation(&generation, why))
        return LIVE_FAILED;
    if (generation == f->generation)
        return LIVE_DONE;
    /* Somebody changed something in this network namespace: perhaps in other tables. */
    if (!hash_now(family, hash, why))
        return LIVE_FAILED;
    for (int t = 0; t < TABLES; t++)
        if (hash[t] != f->of[t].hash)
            return changed(family, (enum table)t, "was changed by somebody else meanwhile", why);
    f->generation = generation;
    return LIVE_DONE;
}

static enum live_result nft_commit(struct live *live, enum family family, enum table table,
                                   struct complaint *why)
{
    struct nft_table *t = &live->of[family].of[table];
    uint64_t hash[TABLES];
    struct complaint ignored;

    if (restore(family, t, false, why))
        return LIVE_DONE;
    /* Perhaps what a command names is not there any more. */
    if (hash_now(family, hash, &ignored) && hash[table] != t->hash && hash[table] != t->hash_after)
        return LIVE_CHANGED;
    return LIVE_FAILED;
}

static enum live_result nft_read_back(struct live *live, enum family family, struct complaint *why)
{
    struct nft_family *f = &live->of[family];
    uint64_t hash[TABLES];

    if (!hash_now(family, hash, why))
        return LIVE_FAILED;
    for (int t = 0; t < TABLES; t++)
        if (f->of[t].touched && hash[t] != f->of[t].hash_after)
            return changed(family, (enum table)t, "is not what was committed", why);
    return LIVE_DONE;
}

const struct live_backend live_nft = {
    .name = "nft",
    .form = PAYLOAD_LINE,
    .safe_when_changed = true,
    .open = nft_open,
    .close = nft_close,
    .read = nft_read,
    .prepare = nft_prepare,
    .unchanged = nft_unchanged,
    .commit = nft_commit,
    .read_back = nft_read_back,
};
