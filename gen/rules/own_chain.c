/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/name_index.h"
#include "lbgen/own_chain.h"
#include "lbgen/vec.h"

enum { HASH_LEN = 9, HEAD_LEN = CHAIN_NAME_MAX - 6 /* "lbgen." */ - 1 - HASH_LEN };

bool chain_is_own(const char *name, size_t len)
{
    return len > 6 && memcmp(name, "lbgen", 5) == 0 && (name[5] == '-' || name[5] == '.');
}

struct chain_name exclusion_chain(const struct service *s)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648's base32 */
    struct chain_name chain;
    bool like_rules = s->name_len > 2 && memcmp(s->name, "u.", 2) == 0;
    char hash[HASH_LEN + 1];

    if (s->name_len + 6 <= CHAIN_NAME_MAX && !like_rules) {
        snprintf(chain.text, sizeof chain.text, "lbgen.%.*s", s->name_len, s->name);
        return chain;
    }
    uint64_t value = name_hash(s->name, s->name_len);
    for (int i = 0; i < HASH_LEN; i++, value <<= 5)
        hash[i] = digits[value >> 59];
    hash[HASH_LEN] = '\0';
    /* A `u` in front of the dot would make it a chain of [rules]. */
    snprintf(chain.text, sizeof chain.text, "lbgen.%.*s-%s", s->name_len < HEAD_LEN ? s->name_len : HEAD_LEN,
             s->name, hash);
    if (like_rules)
        chain.text[6] = '_';
    return chain;
}

struct named {
    struct chain_name chain;
    const struct service *service;
};

static int by_chain(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->chain.text, y->chain.text);

    return order ? order : (x->service > y->service) - (x->service < y->service);
}

void lint_chains(const struct config *config, struct diag *diag)
{
    struct {
        struct named *at;
        size_t n, cap;
    } all = {0};

    for (size_t i = 0; i < config->special.n; i++) {
        const struct service *s = &config->services.at[config->special.at[i]];

        if (service_more(s)->exclude_macs.n)
            *VEC_ADD(&all) = (struct named){.chain = exclusion_chain(s), .service = s};
    }
    if (all.n)
        qsort(all.at, all.n, sizeof *all.at, by_chain);
    for (size_t i = 1; i < all.n; i++)
        if (strcmp(all.at[i].chain.text, all.at[i - 1].chain.text) == 0) {
            const struct service *s = all.at[i].service, *other = all.at[i - 1].service;

            diag_at(diag, SEVERITY_ERROR, s->at, s->header_len,
                    "services '%.*s' and '%.*s' would share the chain %s: rename one of them",
                    other->name_len, other->name, s->name_len, s->name, all.at[i].chain.text);
        }
    free(all.at);
}
