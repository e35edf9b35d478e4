/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An edit as people read it: a unified diff.
 *
 *     --- kernel
 *     +++ services.ini
 *     @@ filter @@
 *     +:lbgen.web - [0:0]
 *     @@ filter INPUT @@
 *      -A INPUT -p vrrp -m comment --comment "lbgen:vrrp" -j ACCEPT
 *     -...
 *     +...
 */
#ifndef LBGEN_EDIT_PRINT_H
#define LBGEN_EDIT_PRINT_H

#include "lbgen/buf.h"
#include "lbgen/delta.h"

/* Prints a rule as a line of iptables-save, without newline. Rules of both images are asked for. */
typedef void (*rule_text_fn)(void *ctx, const struct image_rule *rule, const char *chain, struct buf *out);

/* For images of form PAYLOAD_LINE; ctx is not used. */
void rule_text_of_line(void *ctx, const struct image_rule *rule, const char *chain, struct buf *out);

/* The two lines in front of the first edit. */
void edit_print_names(const char *before, const char *after, struct buf *out);

/* What an edit consists of, in the order of the diff. Lines that stay are shown for orientation, up to three
 * before and behind what changes, as far as they are lbgen's. */
struct edit_eyes {
    void *ctx;
    void (*head)(void *ctx, enum table table, const char *chain); /* of a part; may be NULL */
    /* sign: '+', '-', ' ' for what stays */
    void (*rule)(void *ctx, char sign, const struct image_rule *rule, const char *chain);
    /* A user chain (POLICY_NONE), or the policy of a built-in one. May be NULL. */
    void (*chain)(void *ctx, char sign, const char *chain, enum image_policy policy);
};

/* Nothing is seen where there is nothing to do. */
void edit_walk(const struct edit *edit, const struct edit_eyes *eyes);

/* "ACCEPT", "DROP", "-" */
const char *image_policy_word(enum image_policy policy);

/* Prints one table's edit; nothing when there is nothing to do. */
void edit_print(const struct edit *edit, rule_text_fn text, void *ctx, struct buf *out);

#endif
