/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that are known to use bits of packets' marks. */
#ifndef LBGEN_LINT_MARK_USERS_H
#define LBGEN_LINT_MARK_USERS_H

#include "lbgen/config.h"

struct mark_user {
    const char *name;
    uint32_t bits;
    bool whole;         /* one value of the whole mark, no set of bits */
    const char *chains; /* what its chains' names begin with; NULL: it has none of its own */
};

/* The known user of these bits: whose chain it is (chain may be NULL), else the one with the fewest bits that
 * has all of them. NULL when nobody is known. */
const struct mark_user *mark_user_find(uint32_t bits, const char *chain);

/* Warns, once for each mark, of bits that services set and known users use. */
void lint_mark_users(const struct config *config, struct diag *diag);

#endif
