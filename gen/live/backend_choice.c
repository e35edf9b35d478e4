/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/backend_choice.h"
#include "lbgen/legacy_raw.h"
#include "lbgen/nft_tables.h"
#include "lbgen/spawn.h"

static bool legacy_used(bool *used, struct complaint *why)
{
    *used = false;
    for (int f = 0; f < FAMILIES && !*used; f++)
        if (!legacy_tables_used(&legacy_tc[f], used, why))
            return false;
    return true;
}

static bool nft_has_rules(bool *used, struct complaint *why)
{
    struct live *live = live_nft.open(why);
    bool good = live != NULL;

    for (int f = 0; good && f < FAMILIES; f++) {
        struct image image = {0};

        good = live_nft.read(live, (enum family)f, &image, why);
        for (int t = 0; good && t < TABLES; t++)
            *used = *used || image_table_is_used(&image.of[t]);
        image_free(&image);
    }
    if (live)
        live_nft.close(live);
    return good;
}

/* A kernel without nf_tables has no such rules; a process is started only where iptables has made tables. */
static bool nft_used(bool *used, struct complaint *why)
{
    bool present = false;

    *used = false;
    for (int f = 0; f < FAMILIES && !present; f++)
        if (!nft_tables_of_iptables((enum family)f, &present, why))
            return false;
    return !present || nft_has_rules(used, why);
}

/* Neither legacy's tables nor the programs of the nft variant, but nf_tables: a kernel without ip_tables. */
static bool has_nftables_alone(void)
{
    struct complaint ignored;
    uint32_t generation;

    return !legacy_is_there(&ignored) && !spawn_finds("iptables-nft-restore") &&
           nft_generation(&generation, &ignored);
}

const struct live_backend *backend_installed(void)
{
    struct complaint ignored;
    struct spawn s = {.argv = {"iptables", "-V"}, .seconds = 10};
    bool nft = spawn_run(&s, &ignored) == SPAWN_EXITED && strstr(buf_text(&s.out), "nf_tables");

    spawn_free(&s);
    return nft ? &live_nft : has_nftables_alone() ? &live_nftables : &live_legacy;
}

const struct live_backend *backend_find(struct complaint *why)
{
    bool legacy, nft;

    if (!legacy_used(&legacy, why) || !nft_used(&nft, why))
        return NULL;
    if (legacy && nft) {
        complain(
            why, 0, 0,
            "both variants of iptables hold rules here, legacy and nft, and every packet passes both: give "
            "--backend legacy or --backend nft, or move the rules to one of them");
        return NULL;
    }
    return legacy ? &live_legacy : nft ? &live_nft : backend_installed();
}
