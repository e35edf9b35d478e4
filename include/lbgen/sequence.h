/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagrams of rules one behind the other. */
#ifndef LBGEN_SEQUENCE_H
#define LBGEN_SEQUENCE_H

#include "lbgen/outcome.h"

/* What `first` and then, where the walk goes on, `second` do. Associative. */
dnode sequence(struct outcomes *o, dnode first, dnode second);

/* The same of many, in their order; at[0..n) is used up. */
dnode sequence_all(struct outcomes *o, dnode *at, size_t n);

/* Other words for where the walk goes on. */
enum relabel {
    RELABEL_JUMPED,  /* who leaves the chain goes on behind the jump */
    RELABEL_GONE_TO, /* who would go on leaves the chain that went to this one */
    RELABEL_ACCEPT,  /* a table's policies: for those who come to the chain's end */
    RELABEL_DROP,    /**/
    RELABEL_TABLE,   /* who is accepted goes on to the next table */
    RELABEL_TRACKED, /* the same, behind connection tracking */
    RELABEL_END,     /* who goes on behind the last table is accepted */
    RELABELS
};

dnode sequence_relabel(struct outcomes *o, dnode n, enum relabel how);

#endif
