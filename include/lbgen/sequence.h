/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagrams of rules one behind the other. */
#ifndef LBGEN_SEQUENCE_H
#define LBGEN_SEQUENCE_H

#include "lbgen/outcome.h"

/* What `first` and then, where the walk goes on, `second` do. Associative. */
dnode sequence(struct outcomes *o, dnode first, dnode second);

/* The same of many, in their order. */
dnode sequence_all(struct outcomes *o, const dnode *at, size_t n);

/* Other words for where the walk goes on. */
enum relabel {
    RELABEL_JUMPED,  /* who leaves the chain goes on behind the jump */
    RELABEL_GONE_TO, /* who would go on leaves the chain that went to this one */
    RELABEL_OPEN,    /* a table's end, by its policy: who is accepted goes on to the next table; */
    RELABEL_CLOSED,  /* who comes to the chain's end is dropped */
    RELABEL_TRACKED, /* connection tracking settles what the state is */
    RELABEL_END,     /* who goes on behind the last table is accepted */
    RELABELS
};

dnode sequence_relabel(struct outcomes *o, dnode n, enum relabel how);

#endif
