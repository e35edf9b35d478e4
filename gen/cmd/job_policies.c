/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/job_policies.h"
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
