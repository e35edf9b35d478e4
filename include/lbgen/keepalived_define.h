/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived.conf's parameters: `$NAME=VALUE`, and `$NAME` or `${NAME}` in what comes behind it. */
#ifndef LBGEN_KEEPALIVED_DEFINE_H
#define LBGEN_KEEPALIVED_DEFINE_H

#include "lbgen/keepalived_text.h"
#include "lbgen/name_index.h"

struct ka_definition {
    char *name;
    struct ka_text *lines; /* one, or more where the definition goes over several lines */
    size_t n, cap;
    bool many; /* it goes over several lines: it stands for them only at a line's end */
};

/* Zero-initialise; ka_definitions_free when done. */
struct ka_definitions {
    struct ka_definition *at;
    size_t n, cap;
    struct name_index names;
    size_t last; /* number of the one that was made last */
};

/* Whether the text is a definition; then it is made, in place of one that had the name. *goes_on: its last
 * byte was a backslash, so that the next lines belong to it. */
bool ka_define(struct ka_definitions *all, const struct ka_text *text, bool *goes_on);

/* The same, of a value that is known. */
void ka_define_value(struct ka_definitions *all, const char *name, const struct ka_text *value);

/* One more line of the definition that was made last; returns whether yet another one belongs to it. */
bool ka_define_more(struct ka_definitions *all, const struct ka_text *text);

/* Puts in the parameters' values, again and again until none is left, or up to one that goes over several
 * lines: it has its first line put in, and is returned, since its other lines come next (NULL: none). What is
 * not defined, or only Keepalived knows, becomes KA_UNKNOWN. *too_much: the text grew over all measure. */
const struct ka_definition *ka_substitute(const struct ka_definitions *all, struct ka_text *text,
                                          bool *too_much);

void ka_definitions_free(struct ka_definitions *all);

#endif
