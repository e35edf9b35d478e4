/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two rule sets of one family beside each other: the packets that they treat differently. */
#ifndef LBGEN_DIFFERENCE_H
#define LBGEN_DIFFERENCE_H

#include "lbgen/cell.h"

struct difference {
    struct outcomes outcomes;
    enum family family;
    struct shared_states states;
    struct set_diagram sides[2]; /* old and new */
    enum path path;
    struct stages stages[2];
    dnode region;   /* of the packets for which some table differs; they alone count */
    dnode old, new; /* what becomes of packets, in the aspect at hand; where that is the same: no matter */
    const char *failed; /* why nothing can be said of the path; NULL: something can */
    uint64_t walked;    /* cells that were looked at */
};

/* Both sets must be linked (rule_set.h) and outlive *d. difference_end when done. */
void difference_begin(struct difference *d, const struct rule_set *old, const struct rule_set *new,
                      enum family family);
void difference_end(struct difference *d);

/* Finds out where the sets may differ on a path; what comes of it there is left to the functions below, one
 * aspect after the other. tags: outcomes say whose rules they are of. */
void difference_path(struct difference *d, enum path path, bool tags);

/* What of an outcome is looked at: the rest would cut packets into more cells than it has. */
enum aspect { ASPECT_MARK, ASPECT_VERDICT, ASPECT_ADDRESSES, ASPECTS };

void difference_aspect(struct difference *d, enum aspect aspect);

/* What is found in a cell. */
struct found {
    const struct cell *cell;
    struct example example;
    enum truth differs;              /* YES or MAYBE: it depends on what nobody knows */
    const struct outcome *old, *new; /* of the example; where something unknown matters, of one case */
    const char *unknown;             /* MAYBE: the words on which it depends */
};

/* The aspect is the last one that was asked for. Calls for each cell whose packets are treated differently,
 * or may be, until it returns false or there are no more. Cells differ in all but what leads to the same two
 * outcomes. once: a case that was found not to differ for sure is not looked at again in other cells, for who
 * looks for one example only. Returns false when the work became too much. */
bool difference_walk(struct difference *d, bool once, bool (*each)(void *ctx, const struct found *found),
                     void *ctx);

/* What becomes of the packet of a cell that was found, all aspects together. */
struct result {
    bool mark_known, verdict_known;
    uint32_t mark;
    bool accepted;
};
void difference_results(const struct difference *d, const struct example *example, struct result *old,
                        struct result *new);

/* The mark that a packet ends with, if it comes with these. */
uint32_t mark_of(const struct mark_sum *sum, uint32_t mark, uint32_t connmark);

#endif
