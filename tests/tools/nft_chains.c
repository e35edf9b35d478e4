/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nft_chains [--all]: prints the base chains on input of this network namespace, as gen/live/nft_chains.c
 * sees them: FAMILY TABLE CHAIN PRIORITY POLICY passes|drops [iptables]. With --all iptables-nft's too.
 * Status 3, with the reason, where they can't be known. */
#include <stdio.h>
#include <string.h>

#include "lbgen/nft_chains.h"

int main(int argc, char **argv)
{
    struct nft_chains chains = {0};
    struct complaint why;

    if (!nft_chains_read(&chains, argc > 1 && strcmp(argv[1], "--all") == 0, &why)) {
        fprintf(stderr, "%s\n", why.text);
        return 3;
    }
    for (size_t i = 0; i < chains.n; i++) {
        const struct nft_chain *c = &chains.at[i];

        printf("%s %s %s %d %s %s%s\n", c->family, c->table, c->name, c->priority,
               c->policy_drop ? "drop" : "accept", c->can_drop ? "drops" : "passes",
               c->of_iptables ? " iptables" : "");
    }
    nft_chains_free(&chains);
    return 0;
}
