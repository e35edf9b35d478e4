/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose the rules in lbgen's own chains are: they do not say it themselves, but the input knows. */
#ifndef LBGEN_RULE_OWNERS_H
#define LBGEN_RULE_OWNERS_H

#include "lbgen/image.h"

struct rule_owner {
    uint64_t key; /* of the rule in its chain and table */
    const char *tag;
    size_t tag_len;
};

/* Of one family. Zero-initialise; rule_owners_free when done. Tags are those of the wanted image,
 * NUL-terminated, and live as long. */
struct rule_owners {
    struct rule_owner *at; /* by key */
    size_t n, cap;
};

/* wanted: the image that was made of the input. */
void rule_owners_make(struct rule_owners *owners, const struct image *wanted);

/* Whose the rule is, wanted or live: by its own tag, by what the input says of such a rule there, or by its
 * chain ("tree", "rules"). NULL: not lbgen's, or nobody knows. */
const char *rule_owners_find(const struct rule_owners *owners, enum table table, const char *chain,
                             const struct image_rule *rule, size_t *len);

void rule_owners_free(struct rule_owners *owners);

#endif
