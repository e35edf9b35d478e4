/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A key's value on its way into the configuration: where it goes, and how complaints find their place. */
#ifndef LBGEN_VALUE_H
#define LBGEN_VALUE_H

#include "lbgen/arena.h"
#include "lbgen/diag.h"
#include "lbgen/ini_reader.h"
#include "lbgen/service.h"
#include "lbgen/words.h"

struct value {
    struct arena *mem;
    struct diag *diag;
    const char *key; /* the user's word */
    srcpos key_at;
    const struct ini_value *ini;
};

/* Whether there is nothing behind the `=`; reports that. */
bool value_empty(const struct value *v);

/* Reports *why, whose place counts from byte `offset` of the value. Where the culprit reaches into a line
 * that continues the value, that line is what is shown. Returns false. */
bool value_refuse(const struct value *v, size_t offset, const struct complaint *why);

/* The same of item *w of a list. When what stands there was meant as a comment or as a key of its own, so
 * that the items behind it are none either, *w becomes all of that line. */
void value_refuse_item(const struct value *v, struct word *w, const struct complaint *why);

/* Reports a warning about `len` bytes at `offset` of the value. */
void value_warn(const struct value *v, size_t offset, size_t len, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts one item text[0..n) into *out. */
typedef bool (*item_parse_fn)(const char *text, size_t n, void *out, struct complaint *why);

/* Tells an item where its text stands. */
typedef void (*item_place_fn)(void *item, srcpos at, size_t len);

/* Parses a list and joins it to the n items of `size` bytes at `old`; returns the joined list and its length
 * in *n. Items that are refused are reported and left out. place may be NULL; *cap as arena_append's. */
const void *value_list(const struct value *v, item_parse_fn parse, item_place_fn place, size_t size,
                       const void *old, uint32_t *n, uint32_t *cap);

/* One of `n` words; the index goes to *out. Reports what there is to choose from otherwise. */
bool value_choice(const struct value *v, const char *const *words, int n, int *out);

/* Lists of prefixes and of interfaces, joined to what is in *list. */
void value_prefixes(const struct value *v, struct prefix_list *list);
void value_interfaces(const struct value *v, struct interface_list *list);

bool value_yes_no(const struct value *v, bool *out);

/* A decimal number of at most `max`. */
bool value_number(const struct value *v, uint32_t max, uint32_t *out);

/* Whether text is a name as services, templates and expectations have them; the reason otherwise. */
bool name_good(const char *text, size_t n, struct complaint *why);

#endif
