/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inverse of an edit, kept apart from the tables it was made for: it can be written down, read by another
 * process after a reboot, and applied to the tables as they are then, whatever others did to them meanwhile.
 */
#ifndef LBGEN_UNDO_H
#define LBGEN_UNDO_H

#include "lbgen/buf.h"
#include "lbgen/delta.h"
#include "lbgen/family.h"

/* A place in a chain where rules came and went. */
struct undo_hunk {
    size_t at;     /* the place's number in the chain as the edit left it */
    size_t own_at; /* how many of the rules in front of it are lbgen's */
    bool has_before, has_after;
    uint64_t before, after;  /* keys of the rules in front of it and behind it */
    const uint64_t *came;    /* keys */
    struct image_rule *went; /* key, payload, len, jump and counters; the tag is NULL or not, no more */
    size_t n_came, n_went;
};

enum undo_kind { UNDO_STAYED, UNDO_MADE, UNDO_GONE };

struct undo_chain {
    const char *name;
    enum undo_kind kind;
    enum image_policy policy_before, policy;
    uint64_t own_after;   /* what lbgen's rules in it became (own_hash.h); 0 for a chain that was made */
    struct undo_hunk *at; /* none for a chain that was made: it goes, whatever is in it */
    size_t n;
};

/* own_before: what lbgen's part of the table was (own_hash.h), so that an edit which never reached the kernel
 * is not undone. */
struct undo_table {
    struct undo_chain *at;
    size_t n;
    uint64_t own_before;
};

/* Zero-initialise; undo_free when done. */
struct undo {
    enum payload_form form;
    struct undo_table of[FAMILIES][TABLES];
    struct arena mem;
};

/* Adds the inverse of an edit of the table `live`. Payloads are copied. */
void undo_add(struct undo *undo, enum family family, const struct image_table *live, const struct edit *edit);

/* A copy whose rules can be changed; names, keys and payloads are those of `undo`, which must stay. */
void undo_share(const struct undo *undo, struct undo *out);

bool undo_is_empty(const struct undo *undo);

/* What has to be done to a table as it is now, into *out (edit_free when done): rules that came go if they
 * are still there, rules that went come back at their neighbours, a policy goes back where it is still what
 * the edit made it. In a chain where only others were at work, lbgen's rules are what they were before.
 * `undo` and `now` must stay as long as the edit. */
void undo_to_edit(const struct undo *undo, enum family family, enum table table,
                  const struct image_table *now, struct edit *out);

/* Calls fn for every rule that would come back; it may change the rule's payload. Stops and returns false
 * when fn does. */
bool undo_each_rule(struct undo *undo,
                    bool (*fn)(void *ctx, enum family family, enum table table, const char *chain,
                               struct image_rule *rule),
                    void *ctx);

/* Writes it down; read_back gives the same. Framed, so that payloads may be any bytes. */
void undo_print(const struct undo *undo, struct buf *out);

/* Reads from text[*at..len), moves *at behind it. False when that is no such text; *out is freed then. */
bool undo_read(struct undo *out, const char *text, size_t len, size_t *at);

void undo_free(struct undo *undo);

#endif
