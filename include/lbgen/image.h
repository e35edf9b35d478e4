/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tables of one family hold, as far as an edit needs to know it: chains, and in them rules that can
 * be compared. What a rule is made of (its payload) is known to the backend alone: a kernel entry, or a line
 * of iptables-save. One image is read from the kernel or a file, another is made of what the input wants. */
#ifndef LBGEN_IMAGE_H
#define LBGEN_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/arena.h"
#include "lbgen/name_index.h"
#include "lbgen/table.h"

/* What an image's payloads are. */
enum payload_form {
    PAYLOAD_LINE, /* "-A CHAIN ...", in iptables-save's form, without newline; not NUL-terminated */
    PAYLOAD_ENTRY /* struct ipt_entry or ip6t_entry with its matches and target. Where a standard target leads
                     is said by the rule's `jump`, whatever stands in the target itself */
};

struct image_rule {
    uint64_t key;  /* rules that mean the same have the same; counters do not count */
    uint64_t bare; /* the same without lbgen's comment, for rules that were made by hand */
    const void *payload;
    const char *jump;  /* where it leads: verdict, target or chain; "" for none; NUL-terminated */
    const char *tag;   /* of its comment "lbgen:TAG": TAG, NUL-terminated; NULL without such */
    const char *owner; /* TAG of a rule in an own chain, which has no such comment: known of what is
                          wanted (rule_owners.h); else NULL */
    uint32_t len;      /* of the payload, bytes */
    bool final;        /* it is of [rules], has no match, and ends the walk (merge.h) */
    uint64_t packets, bytes;
};

enum image_policy {
    POLICY_NONE, /* a user chain; or, in what is wanted, a built-in chain whose policy is left as it is */
    POLICY_ACCEPT,
    POLICY_DROP
};

struct image_chain {
    const char *name; /* NUL-terminated */
    bool builtin;
    bool own; /* all in it is lbgen's (own_chain.h) */
    enum image_policy policy;
    uint64_t packets, bytes; /* counters of the policy */
    struct image_rule *at;   /* vec.h; freed by image_free */
    size_t n, cap;
};

struct image_table {
    bool present; /* in the kernel or the file; what is not there counts as empty, with policies ACCEPT */
    struct image_chain *at; /* vec.h */
    size_t n, cap;
};

/* Zero-initialise; image_free when done. Names, tags and, where it made them, payloads live in mem; payloads
 * of a live image may be the backend's, valid until that is closed or reads again. */
struct image {
    enum payload_form form;
    struct image_table of[TABLES];
    struct arena mem;
};

/* Whether the rule is lbgen's: by its chain or by its tag. */
static inline bool image_rule_is_own(const struct image_chain *chain, const struct image_rule *rule)
{
    return chain->own || rule->tag;
}

/* A new, empty chain at the table's end, its name copied into image->mem. The pointer is valid until the next
 * one is added. */
struct image_chain *image_add_chain(struct image *image, enum table table, const char *name, size_t len);

/* A name for `owner` of a rule that has just been added, copied into image->mem; one name for many rules on
 * end is copied once. */
const char *image_owner(struct image *image, const struct image_chain *chain, const char *name, size_t len);

/* The chain of that name; NULL when there is none. Linear. */
struct image_chain *image_find_chain(const struct image_table *table, const char *name);

/* For tables of many chains: name_index_find(&index, table->at, ...) finds the chain's number.
 * image_chain_name is what such an index asks; name_index_free when done. */
const char *image_chain_name(const void *chains, uint32_t i, size_t *len);
struct name_index image_index(const struct image_table *table);

/* Whether the table is anything but empty, with policies of ACCEPT and no user chains. */
bool image_table_is_used(const struct image_table *table);

/* 64 bits of the bytes, for keys; `seed` is 0 or the hash of what stands before. Fast for long texts, the
 * same in every run on every machine of one byte order. */
uint64_t image_hash(uint64_t seed, const void *data, size_t len);

void image_free(struct image *image);

#endif
