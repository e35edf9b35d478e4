/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Foreign rules that use the bits of services' marks. */
#ifndef LBGEN_AUDIT_MARKS_H
#define LBGEN_AUDIT_MARKS_H

#include "lbgen/config.h"
#include "lbgen/rule_set.h"

enum mark_use {
    MARK_TESTED, /* the rule tests a bit that the service sets */
    MARK_SET,    /* it sets or clears one */
    MARK_SPOILED /* it makes another mark of it on the service's packets, so that IPVS does not find it */
};

struct mark_collision {
    const struct service *service; /* one that it is about */
    enum mark_use use;
    uint32_t bits;      /* those of the rule; 0: not known */
    const char *user;   /* whose bits they are; NULL when nobody is known */
    const char *packet; /* MARK_SPOILED: an example */
};

/* The bits of a test of the mark that count: those of its mask; where that is the whole mark, those of its
 * value, if it has any. */
uint32_t mark_bits_tested(uint32_t value, uint32_t mask);

/* The first service of the family, in the order of marks, that sets one of the bits; NULL when none does. */
struct mark_groups;
const struct service *mark_bits_service(const struct mark_groups *groups, enum family family, uint32_t bits);

typedef void (*collision_fn)(void *ctx, enum table table, const struct set_rule *rule,
                             const struct mark_collision *collision);

/* "tests mark bits 0x4000 (as kube-proxy does), some of which service 'web' sets too (fwmark 16464, 0x4050)"
 */
void mark_collision_print(struct buf *out, const struct mark_collision *collision);

/* Calls fn once for each foreign rule of the linked set that collides. front: how many rules of the set stand
 * in mangle PREROUTING in front of those that services' marks are set by. Very large rule sets are searched
 * for MARK_SPOILED only so far. */
void audit_marks(const struct config *config, enum family family, const struct rule_set *set, size_t front,
                 collision_fn fn, void *ctx);

#endif
