/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A services.ini that is being made of something else: what is known becomes keys, what has no key becomes
 * remarks, and nothing is dropped. */
#ifndef LBGEN_DRAFT_H
#define LBGEN_DRAFT_H

#include "lbgen/arena.h"
#include "lbgen/buf.h"
#include "lbgen/diag.h"
#include "lbgen/service.h"
#include "lbgen/table.h"

/* Lines of comment, in order. */
struct draft_remarks {
    const char *const *at;
    uint32_t n, cap;
};

struct draft_value {
    const char *text;
    uint8_t key;   /* enum service_key */
    bool proposal; /* a guess: printed behind a `;`, for the reader to take or to change */
};

struct draft_service {
    const char *name; /* what it would like to be called: any bytes; NULL: by its mark */
    struct mark mark; /* value 0: an unused one is proposed, near to `wish` */
    uint32_t wish;
    const struct draft_value *values;
    uint32_t n_values, cap_values;
    struct draft_remarks remarks;
};

/* A line of a [rules TABLE] section, such as "rule4 = -A INPUT ..."; open: printed as a comment. */
struct draft_rule {
    const char *text;
    enum table table;
    bool open;
};

/* Set the first four and zero the rest; draft_free when done. Texts live in mem. */
struct draft {
    const char *from; /* what it is made of: "keepalived.conf" */
    struct sources *sources;
    int source;         /* the file's number in sources */
    enum family family; /* of what does not tell it by itself; FAMILIES: not known */
    struct {
        const char *const *at; /* "interface = eth0" */
        uint32_t n, cap;
    } vrrp;
    struct draft_remarks vrrp_remarks, remarks; /* of [vrrp]; of the file as a whole */
    struct {
        struct draft_service **at;
        size_t n, cap;
    } services;
    struct {
        struct draft_rule *at;
        size_t n, cap;
    } rules;
    const char *addresses[FAMILIES]; /* that the host is said to hold, as a list; NULL: none */
    bool more_addresses;             /* there are more than these */
    struct {
        uint32_t first, count; /* marks that no proposal may take, beside those of services */
    } taken;
    size_t left_out; /* things that only remarks tell of */
    size_t repeated; /* see draft_may_repeat */
    struct arena mem;
};

/* A new last service; the name is copied, NULL: none. */
struct draft_service *draft_service(struct draft *d, const char *name);

/* Adds a key, or one more item of a list; keys are printed in the order of enum service_key. A value that
 * services.ini can't hold (control bytes, a comment's beginning) becomes a remark. */
void draft_set(struct draft *d, struct draft_service *s, enum service_key key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void draft_propose(struct draft *d, struct draft_service *s, enum service_key key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void draft_vrrp(struct draft *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a remark to a list of *d. */
void draft_remark(struct draft *d, struct draft_remarks *to, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same of something that is not carried over and stands at a place: "line 7: WHAT". SRC_NONE: without a
 * place. */
void draft_leave(struct draft *d, struct draft_remarks *to, srcpos at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Things that a short text has many of, such as the servers of a range, or those of a virtual server that is
 * several services: all but the first of them are counted here, `n` more now. False where they would be too
 * many in all; then none of the n goes into the draft, and the caller tells that. */
bool draft_may_repeat(struct draft *d, size_t n);

/* Whether services.ini can have the text as a value, byte for byte. */
bool draft_value_good(const char *text, size_t len);

/* The same as one item of a list. */
bool draft_item_good(const char *text);

/* Gives marks to services that have none, then names that are good and differ. */
void draft_settle(struct draft *d);

/* The text; settled before. Its bytes are a function of the draft alone. */
void draft_write(struct draft *d, struct buf *out);

void draft_free(struct draft *d);

#endif
