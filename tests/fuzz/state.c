/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What root's lbgen reads back of its own notes, whatever became of them: plans, undos, policies, its table
 * of nftables. What is read is printed as it was, and an undo does no more than it can. */
#include "fuzz.h"

#include "../check_model.h"

#include "lbgen/job_save.h"
#include "lbgen/own_table.h"
#include "lbgen/persist_plan.h"
#include "lbgen/plan.h"
#include "lbgen/policy_notes.h"

struct text {
    const char *at;
    size_t len;
};

/* What stands behind the line `%%`; the text itself ends in front of it. */
static struct text cut(struct text *t)
{
    const char *mark = memmem(t->at, t->len, "\n%%\n", 4);
    struct text rest = {.at = t->at + t->len, .len = 0};

    if (mark) {
        rest = (struct text){.at = mark + 4, .len = t->len - (size_t)(mark - t->at) - 4};
        t->len = (size_t)(mark - t->at) + 1;
    }
    return rest;
}

/* --- notes: read, printed, read, printed --- */

static bool read_undo(struct text t, struct buf *out)
{
    struct undo undo;
    size_t at = 0;
    bool good = undo_read(&undo, t.at, t.len, &at);

    if (!good)
        return false;
    MUST(at <= t.len);
    undo_print(&undo, out);
    undo_free(&undo);
    return true;
}

static bool read_plan(struct text t, struct buf *out)
{
    struct plan plan;

    if (!plan_read(&plan, t.at, t.len))
        return false;
    plan_print(&plan, out);
    plan_free(&plan);
    return true;
}

static bool read_policies(struct text t, struct buf *out)
{
    struct policy_notes notes;

    const struct policy_namespace now = {"here 1"};

    if (!policy_notes_parse(&notes, t.at, t.len, &now))
        return false;
    policy_notes_print(&notes, &now, out);
    return true;
}

static bool read_table_undo(struct text t, struct buf *out)
{
    struct table_undo undo;
    size_t at = 0;
    bool good = table_undo_read(&undo, t.at, t.len, &at);

    MUST(at <= t.len);
    if (good)
        table_undo_print(&undo, out);
    table_undo_free(&undo);
    return good;
}

static bool read_persist(struct text t, struct buf *out)
{
    static struct persist_file file;
    const size_t taken = persist_plan_read(&file, t.at, t.len);

    MUST(taken <= t.len);
    if (taken) {
        MUST(file.folder_path[0] == '/' && file.name[0] && !strchr(file.name, '/'));
        persist_plan_print(&file, out);
    }
    return taken > 0;
}

/* --- the file, where lbgen would open one --- */

static struct text state_there;

bool __wrap_state_read(const char *path, struct buf *text, struct complaint *why);

bool __wrap_state_read(const char *path, struct buf *text, struct complaint *why)
{
    (void)path;
    (void)why;
    buf_add(text, state_there.at, state_there.len);
    return true;
}

/* As job_print_last writes it. */
static bool read_last(struct text t, struct buf *out)
{
    struct plan plan = {0};
    struct policy_notes notes;
    struct complaint why;
    struct buf policies = {0};
    bool there;

    state_there = t;
    const bool good = job_last_read(&plan, &notes, &there, &why);
    MUST(there == (t.len > 0) || !good);
    if (good && there) {
        const struct policy_namespace now = policy_namespace_now();
        policy_notes_print(&notes, &now, &policies);
        buf_printf(out, "policies %zu\n", policies.len);
        buf_add(out, policies.at, policies.len);
        plan_print(&plan, out);
        plan_free(&plan);
    }
    buf_free(&policies);
    return good;
}

static bool (*const readers[])(struct text t, struct buf *out) = {
    read_undo, read_plan, read_policies, read_table_undo, read_persist, read_last};

static void try_notes(bool (*read)(struct text t, struct buf *out), struct text t)
{
    struct buf once = {0}, again = {0};

    if (read(t, &once)) {
        MUST(read((struct text){.at = once.at ? once.at : "", .len = once.len}, &again) || once.len == 0);
        must_be_same("notes", once.at, once.len, again.at, again.len);
    }
    buf_free(&again);
    buf_free(&once);
}

/* --- an undo of other tables than those it was made for --- */

static void undo_table(const struct undo *undo, const struct image *now, enum family family, enum table table)
{
    struct edit edit = {0};
    struct image after = {0};

    undo_to_edit(undo, family, table, &now->of[table], &edit);
    model_apply(&now->of[table], &edit, &after);
    image_free(&after);
    edit_free(&edit);
}

static void try_undo(struct text t)
{
    const struct text tables = cut(&t);
    struct save_file file = {0};
    struct image now = {0};
    struct complaint why;
    struct undo undo;
    size_t at = 0;

    if (!undo_read(&undo, t.at, t.len, &at))
        return;
    if (undo.form == PAYLOAD_LINE && save_file_read(&file, tables.at, tables.len, &why)) {
        save_image_read(&file, &now);
        for (int f = 0; f < FAMILIES; f++)
            for (int table = 0; table < TABLES; table++)
                undo_table(&undo, &now, (enum family)f, (enum table)table);
    }
    image_free(&now);
    save_file_free(&file);
    undo_free(&undo);
}

/* --- lbgen's table of nftables --- */

static void make_table(struct own_table *table, struct text t)
{
    const struct text elements = cut(&t);

    *table = (struct own_table){.exists = t.len > 0};
    buf_add(&table->shape, t.at, t.len);
    buf_add(&table->elements, elements.at, elements.len);
    if (table->elements.len && table->elements.at[table->elements.len - 1] != '\n')
        buf_char(&table->elements, '\n');
    own_table_find_marker(table);
}

static void try_table(struct text t)
{
    const char *middle = memmem(t.at, t.len, "\n====\n", 6);
    struct text second = {.at = t.at + t.len, .len = 0};
    struct own_table from, to;
    struct buf out = {0};
    size_t added = 0, gone = 0;

    if (middle) {
        second = (struct text){.at = middle + 6, .len = t.len - (size_t)(middle - t.at) - 6};
        t.len = (size_t)(middle - t.at) + 1;
    }
    make_table(&from, t);
    make_table(&to, second);
    own_table_change(&from, &to, &out, &added, &gone);
    own_table_diff(&from, &to, &out);
    own_table_only(&from, &to, &out);
    out.len = 0;
    own_table_diff(&from, &from, &out);
    MUST(out.len == 0 && own_table_equal(&from, &from));
    buf_free(&out);
    own_table_free(&to);
    own_table_free(&from);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unsigned what = choose(&data, &size, N_OF(readers) + 2);
    char *text = exact_copy((const char *)data, size);
    const struct text t = {.at = text, .len = size};

    if (what < N_OF(readers))
        try_notes(readers[what], t);
    else if (what == N_OF(readers))
        try_undo(t);
    else
        try_table(t);
    free(text);
    return 0;
}
