/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule set as diagrams, one for each place where packets meet a table. */
#ifndef LBGEN_SET_DIAGRAM_H
#define LBGEN_SET_DIAGRAM_H

#include "lbgen/rule_diagram.h"
#include "lbgen/shared_state.h"

/* The ways of packets through the tables. */
enum path { PATH_INPUT, PATH_FORWARD, PATH_OUTPUT, PATHS };

enum { STAGES_MAX = 8 };

struct stages {
    dnode at[STAGES_MAX]; /* CONTROL_GO_ON: on to the next one */
    unsigned n;
};

/* Set rules, family, outcomes, tags, states, side and only; zero the rest. set_diagram_free when done. */
struct set_diagram {
    const struct rule_set *rules;
    enum family family;
    struct outcomes *outcomes;
    bool tags;                          /* outcomes say who did it */
    const struct shared_states *states; /* of two sets, this being the one that `side` says */
    unsigned side;                      /* TOUCH_OLD or TOUCH_NEW */
    dnode only; /* a yes-no diagram: rules count for these packets alone. DNODE_TRUE: for all */
    struct chain_diagram *chains[TABLES];
    const char *failed; /* the diagrams mean nothing, and why */
};

/* What the path's tables do to packets, each for itself. */
void set_diagram_stages(struct set_diagram *set, enum path path, struct stages *out);

void set_diagram_free(struct set_diagram *set);

#endif
