/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_live.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lbgen/plan.h"
#include "lbgen/table_hash.h"

#include "check_model.h"

struct fake_world *fake_world;

/* A text, and what was read of it. */
struct reading {
    char *text;
    struct image image;
};

struct live {
    struct {
        char *text;
        const struct image *now; /* the caller's */
        uint64_t hash[TABLES];   /* as it was read; once committed, as it should be */
        const struct edit *edits[TABLES];
        bool committed[TABLES];
    } of[FAMILIES];
    bool asked; /* unchanged; all families need not be where one has changed and it is safe */
};

void fake_trouble_for(enum fake_who who, enum fake_call call, unsigned from, unsigned to,
                      enum fake_fault fault)
{
    int i = 0;

    while (fake_world->troubles[who][i].fault)
        MUST(++i < FAKE_TROUBLES);
    fake_world->troubles[who][i] = (struct fake_trouble){call, from, to, fault};
}

void fake_world_make(const char *text4, const char *text6)
{
    if (!fake_world) {
        fake_world =
            mmap(NULL, sizeof *fake_world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        MUST(fake_world != MAP_FAILED);
        plan_add_backend(&fake_lines);
        plan_add_backend(&fake_entries);
        plan_add_backend(&fake_safe);
    }
    *fake_world = (struct fake_world){.command = getpid()};
    MUST(strlen(text4) < FAKE_TEXT_MAX && strlen(text6) < FAKE_TEXT_MAX);
    memcpy(fake_world->text[IPV4], text4, strlen(text4));
    memcpy(fake_world->text[IPV6], text6, strlen(text6));
}

/* In front of the first rule of IPv4's filter INPUT, or of all rules of the table. */
static void intrude(void)
{
    char *text = fake_world->text[IPV4], *table = strstr(text, "*filter\n"), *at;
    struct buf line = {0};

    MUST(table);
    at = strstr(table, "] -A INPUT");
    while (at && at[-1] != '\n')
        at--;
    if (!at)
        at = strstr(table, "COMMIT\n");
    buf_printf(&line, "[0:0] -A INPUT -s 172.16.%u.0/24 -j DROP\n", fake_world->intruders++);
    MUST(strlen(text) + line.len < FAKE_TEXT_MAX);
    memmove(at + line.len, at, strlen(at) + 1);
    memcpy(at, line.at, line.len);
    buf_free(&line);
}

/* The last rule of lbgen's in IPv4's filter INPUT goes. */
static void rob(void)
{
    char *next = strstr(fake_world->text[IPV4], "*filter\n"), *at = NULL, *end;

    while ((next = strstr(next + 1, "lbgen:web")))
        at = next;
    if (!at)
        return;
    end = strchr(at, '\n') + 1;
    while (at[-1] != '\n')
        at--;
    memmove(at, end, strlen(end) + 1);
}

static enum fake_fault begin(enum fake_call call)
{
    enum fake_who who = getpid() == fake_world->command ? FAKE_COMMAND : FAKE_OTHERS;
    unsigned n = ++fake_world->calls[who][call];

    for (int i = 0; i < FAKE_TROUBLES; i++) {
        const struct fake_trouble *t = &fake_world->troubles[who][i];

        if (t->fault == FAKE_FINE || t->call != call || n < t->from || n > t->to)
            continue;
        if (t->fault == FAKE_DIES)
            kill(getpid(), SIGKILL);
        if (t->fault == FAKE_INTRUDED)
            intrude();
        if (t->fault == FAKE_ROBBED)
            rob();
        return t->fault;
    }
    return FAKE_FINE;
}

/* What is returned where it was done. */
static enum live_result finish(enum fake_fault fault, enum live_result result, struct complaint *why)
{
    if (fault == FAKE_DIES_LATE)
        kill(getpid(), SIGKILL);
    if (fault != FAKE_FAILS_LATE)
        return result;
    complain(why, 0, 0, "said to have failed");
    return LIVE_FAILED;
}

static enum live_result changed(struct complaint *why)
{
    complain(why, 0, 0, "changed by somebody else");
    return LIVE_CHANGED;
}

static bool fails(enum fake_fault fault, struct complaint *why)
{
    return fault == FAKE_FAILS && !complain(why, 0, 0, "failed");
}

static void read_world(enum family family, struct reading *r)
{
    size_t len = strlen(fake_world->text[family]);

    *r = (struct reading){.text = exact_copy(fake_world->text[family], len + 1)};
    read_image(r->text, &r->image);
}

static void forget(struct reading *r)
{
    image_free(&r->image);
    free(r->text);
}

static struct live *fake_open(struct complaint *why)
{
    enum fake_fault fault = begin(FAKE_OPEN);
    struct live *live;

    if (fails(fault, why))
        return NULL;
    live = calloc(1, sizeof *live);
    MUST(live);
    finish(fault, LIVE_DONE, why);
    return live;
}

static void fake_close(struct live *live)
{
    for (int f = 0; f < FAMILIES; f++)
        free(live->of[f].text);
    free(live);
}

static bool read_as(struct live *live, enum family family, enum payload_form form, struct image *out,
                    struct complaint *why)
{
    enum fake_fault fault = begin(FAKE_READ);
    struct reading r;

    if (fails(fault, why))
        return false;
    read_world(family, &r);
    free(live->of[family].text);
    memset(&live->of[family], 0, sizeof live->of[family]);
    live->of[family].text = r.text;
    live->of[family].now = out;
    *out = r.image;
    out->form = form;
    for (int t = 0; t < TABLES; t++)
        live->of[family].hash[t] = table_hash(&out->of[t]);
    return finish(fault, LIVE_DONE, why) == LIVE_DONE;
}

static bool read_lines(struct live *live, enum family family, struct image *out, struct complaint *why)
{
    return read_as(live, family, PAYLOAD_LINE, out, why);
}

static bool read_entries(struct live *live, enum family family, struct image *out, struct complaint *why)
{
    return read_as(live, family, PAYLOAD_ENTRY, out, why);
}

static bool fake_prepare(struct live *live, enum family family, const struct edit *edit,
                         struct complaint *why)
{
    enum fake_fault fault = begin(FAKE_PREPARE);

    MUST(live->of[family].now && !live->of[family].edits[edit->table] && !edit_is_empty(edit));
    if (fails(fault, why))
        return false;
    live->of[family].edits[edit->table] = edit;
    return finish(fault, LIVE_DONE, why) == LIVE_DONE;
}

static enum live_result fake_unchanged(struct live *live, enum family family, struct complaint *why)
{
    enum fake_fault fault = begin(FAKE_UNCHANGED);
    enum live_result result = LIVE_DONE;
    struct reading r;

    live->asked = true;
    if (fails(fault, why))
        return LIVE_FAILED;
    if (fault == FAKE_CHANGED)
        return changed(why);
    read_world(family, &r);
    for (int t = 0; t < TABLES; t++)
        if (live->of[family].edits[t] && table_hash(&r.image.of[t]) != live->of[family].hash[t])
            result = changed(why);
    forget(&r);
    return finish(fault, result, why);
}

static void replace_table(enum family family, const struct image *with, enum table table)
{
    struct buf text = {0};
    struct reading r;

    read_world(family, &r);
    for (int t = 0; t < TABLES; t++)
        if (t == (int)table)
            model_print(&with->of[t], table, &text);
        else if (r.image.of[t].present)
            model_print(&r.image.of[t], (enum table)t, &text);
    MUST(text.len < FAKE_TEXT_MAX);
    memcpy(fake_world->text[family], buf_text(&text), text.len + 1);
    buf_free(&text);
    forget(&r);
}

static enum live_result fake_commit(struct live *live, enum family family, enum table table,
                                    struct complaint *why)
{
    enum fake_fault fault = begin(FAKE_COMMIT);
    const struct edit *edit = live->of[family].edits[table];
    struct image after = {0};
    struct reading r;

    MUST(edit && live->asked && !live->of[family].committed[table]);
    if (fails(fault, why))
        return LIVE_FAILED;
    read_world(family, &r);
    bool same = table_hash(&r.image.of[table]) == live->of[family].hash[table];
    forget(&r);
    if (fault == FAKE_CHANGED || !same)
        return changed(why);
    model_apply(&live->of[family].now->of[table], edit, &after);
    replace_table(family, &after, table);
    image_free(&after);
    live->of[family].hash[table] = table_hash_after(live->of[family].hash[table], edit);
    live->of[family].committed[table] = true;
    return finish(fault, LIVE_DONE, why);
}

static enum live_result fake_read_back(struct live *live, enum family family, struct complaint *why)
{
    enum fake_fault fault = begin(FAKE_READ_BACK);
    enum live_result result = LIVE_DONE;
    struct reading r;

    if (fails(fault, why))
        return LIVE_FAILED;
    read_world(family, &r);
    for (int t = 0; t < TABLES; t++)
        if (live->of[family].committed[t] && table_hash(&r.image.of[t]) != live->of[family].hash[t])
            result = LIVE_CHANGED;
    forget(&r);
    if (fault == FAKE_CHANGED || result == LIVE_CHANGED)
        result = changed(why);
    return finish(fault, result, why);
}

#define FUNCTIONS(read_fn)                                                                                   \
    .open = fake_open, .close = fake_close, .read = (read_fn), .prepare = fake_prepare,                      \
    .unchanged = fake_unchanged, .commit = fake_commit, .read_back = fake_read_back

const struct live_backend fake_lines = {.name = "fake-lines", .form = PAYLOAD_LINE, FUNCTIONS(read_lines)};
const struct live_backend fake_entries = {
    .name = "fake-entries", .form = PAYLOAD_ENTRY, FUNCTIONS(read_entries)};
const struct live_backend fake_safe = {
    .name = "fake-safe", .form = PAYLOAD_LINE, .safe_when_changed = true, FUNCTIONS(read_lines)};
