/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/delta.h"
#include "lbgen/job_policies.h"
#include "lbgen/journal.h"
#include "lbgen/vec.h"

static enum policy_place live_place(const struct job *job)
{
    return job->change.backend == &live_nft ? POLICY_IN_NFT : POLICY_IN_LEGACY;
}

/* Whether the input itself gives it, so that it is not one that is given back in the file. */
static bool input_gives(const struct job *job, const struct config *config, enum family family,
                        enum table table, enum hook hook)
{
    return config_gives_policy(config, family, table, hook) &&
           (job->notes_after.of[POLICY_IN_FILE][family][table][hook].set ||
            !job->notes.of[POLICY_IN_FILE][family][table][hook].set);
}

/* A policy that lbgen has set in the boot file and that nobody asks for any more becomes what it was. One
 * that was already so before is left as it is now: that is nothing of lbgen's. */
void job_policies_give_back_in_file(struct job *job, enum family family, struct config *config)
{
    for (int t = 0; t < TABLES; t++)
        for (int h = 0; h < HOOKS; h++) {
            struct policy_note *note = &job->notes_after.of[POLICY_IN_FILE][family][t][h];

            if (!job->boot_files.path[family][0] || !note->set ||
                config_gives_policy(config, family, (enum table)t, (enum hook)h))
                continue;
            if (note->drops != note->dropped_before)
                *VEC_ADD(&config->policies) = (struct host_policy){.table = (enum table)t,
                                                                   .families = 1U << family,
                                                                   .chain = (uint8_t)h,
                                                                   .drop = note->dropped_before};
            note->set = false;
        }
}

static enum hook hook_of(const char *builtin)
{
    enum hook hook = HOOK_INPUT;

    hook_find(builtin, strlen(builtin), &hook);
    return hook;
}

static void set_policy(struct image *image, enum table table, enum hook hook, enum image_policy policy)
{
    const char *name = hook_names[hook];
    struct image_chain *chain = image_find_chain(&image->of[table], name);

    if (!chain && policy != POLICY_NONE) {
        chain = image_add_chain(image, table, name, strlen(name));
        chain->builtin = true;
    }
    if (chain)
        chain->policy = policy;
}

/* The kernel's policies have a history of their own. */
void job_policies_give_back_live(struct job *job, enum family family)
{
    const struct config *config = &job->of[family]->config;

    for (int t = 0; t < TABLES; t++)
        for (int h = 0; h < HOOKS; h++) {
            struct policy_note *note = &job->notes_after.of[live_place(job)][family][t][h];
            enum image_policy before = note->dropped_before ? POLICY_DROP : POLICY_ACCEPT;

            if (input_gives(job, config, family, (enum table)t, (enum hook)h))
                continue;
            set_policy(&job->wanted[family], (enum table)t, (enum hook)h,
                       note->set && note->drops != note->dropped_before ? before : POLICY_NONE);
            note->set = false;
        }
}

/* --- policies of DROP, where lbgen's notes are lost or its rules were loaded without it --- */

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0 || errno != ENOENT;
}

/* How many rules the chain has when the edit is done. */
static size_t rules_left(const struct chain_edit *e)
{
    size_t left = e->live->n;

    for (size_t h = 0; h < e->n; h++)
        left += e->at[h].n_added - e->at[h].n_gone;
    return left;
}

static bool loses_rules(const struct chain_edit *e)
{
    for (size_t h = 0; h < e->n; h++)
        if (e->at[h].n_gone > e->at[h].n_added)
            return true;
    return false;
}

/* Where a commit has left its traces, a policy without a note is somebody else's. */
static bool is_known(void)
{
    return is_there(POLICIES_PATH) || is_there(LAST_PATH);
}

static void look_at_policy(struct job *job, enum family family, enum table table, struct chain_edit *e)
{
    if (!e->builtin || !e->live || e->policy != POLICY_DROP || e->policy_before != POLICY_DROP ||
        !loses_rules(e) || config_gives_policy(&job->of[family]->config, family, table, hook_of(e->chain)))
        return;
    if (rules_left(e) == 0) {
        e->policy = POLICY_ACCEPT;
        job_warn(
            job,
            "%s of %s has no rule any more, and nothing tells who made its policy DROP: it becomes ACCEPT",
            e->chain, family_ops[family].name);
    } else {
        job_warn(
            job,
            "%s of %s loses rules of lbgen's, and its policy stays DROP: it is not known to be lbgen's (to "
            "open it: %s -t %s -P %s ACCEPT)",
            e->chain, family_ops[family].name, family == IPV4 ? "iptables" : "ip6tables", table_names[table],
            e->chain);
    }
}

bool job_policies_find_wanted(void *ctx, enum family family, enum table table, const struct image_table *now,
                              struct edit *out, struct complaint *why)
{
    if (!job_find_wanted(ctx, family, table, now, out, why))
        return false;
    if (is_known())
        return true;
    for (size_t i = 0; i < out->n; i++)
        look_at_policy(ctx, family, table, &out->at[i]);
    return true;
}

static bool has_rules(const struct save_file *file, const struct save_line *chain)
{
    for (size_t i = 0; i < file->n; i++) {
        const struct save_line *line = &file->at[i];

        if (line->kind == SAVE_RULE && strcmp(line->table, chain->table) == 0 &&
            strcmp(line->chain, chain->chain) == 0)
            return true;
    }
    return false;
}

/* ":INPUT DROP [0:0]", which the input does not give. */
static bool drops(const struct job *job, enum family family, const struct save_line *line)
{
    const char *policy = line->kind == SAVE_CHAIN ? memchr(line->text, ' ', line->len) : NULL;
    enum table table;

    return policy && strncmp(policy, " DROP", 5) == 0 &&
           table_find(line->table, strlen(line->table), &table) &&
           !config_gives_policy(&job->of[family]->config, family, table, hook_of(line->chain));
}

/* A chain of the boot file that has had rules, and has none now, is opened. */
static bool open_file(struct job *job, enum family family, struct complaint *why)
{
    struct boot_text *boot = &job->boot[family];
    struct save_file old = {0}, new = {0};
    struct buf text = {0};
    bool good = save_file_read(&old, boot->old.at, boot->old.len, why) &&
                save_file_read(&new, boot->text.at, boot->text.len, why);

    for (size_t i = 0; good && i < new.n; i++) {
        const struct save_line *line = &new.at[i];

        if (drops(job, family, line) && has_rules(&old, line) && !has_rules(&new, line)) {
            buf_printf(&text, ":%s ACCEPT [0:0]", line->chain);
            job_warn(job,
                     "%s of %s has no rule any more, and nothing tells who made its policy DROP: it becomes "
                     "ACCEPT",
                     line->chain, job->boot_files.path[family]);
        } else {
            buf_add(&text, line->text, line->len);
        }
        buf_char(&text, '\n');
    }
    save_file_free(&old);
    save_file_free(&new);
    if (good) {
        buf_free(&boot->text);
        boot->text = text;
    } else {
        buf_free(&text);
    }
    return good;
}

/* Only where a policy in the old file is DROP: files may be large. */
bool job_policies_open_files(struct job *job, struct complaint *why)
{
    for (int f = 0; f < FAMILIES && !is_known(); f++) {
        const struct boot_text *boot = &job->boot[f];

        if (boot->changes && boot->old.len && memmem(boot->old.at, boot->old.len, " DROP [", 7) &&
            !open_file(job, (enum family)f, why))
            return false;
    }
    return true;
}

/* --- notes --- */

static void note_policy(struct policy_note *note, bool dropped_before, bool drops)
{
    if (!note->set)
        note->dropped_before = dropped_before;
    note->set = true;
    note->drops = drops;
}

/* What a policy that the input gives was before lbgen set it, in each place. */
static void note_places(struct job *job, enum family family, enum table table, enum hook hook)
{
    const struct image_chain *live = image_find_chain(&job->change.now[family].of[table], hook_names[hook]);
    struct policy_notes *notes = &job->notes_after;
    bool drops = config_policy_drops(&job->of[family]->config, family, table, hook);

    note_policy(&notes->of[live_place(job)][family][table][hook], live && live->policy == POLICY_DROP, drops);
    if (!job->boot_files.path[family][0])
        return;
    note_policy(&notes->of[POLICY_IN_FILE][family][table][hook],
                boot_text_dropped(&job->boot[family], table, hook), drops);
    notes->loaded_by_nft = live_place(job) == POLICY_IN_NFT;
}

void job_policies_note(struct job *job)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            for (int h = 0; h < HOOKS; h++)
                if (input_gives(job, &job->of[f]->config, (enum family)f, (enum table)t, (enum hook)h))
                    note_places(job, (enum family)f, (enum table)t, (enum hook)h);
}
