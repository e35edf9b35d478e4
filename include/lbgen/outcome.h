/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a stretch of rules does to a packet: where the walk goes on, and what has become of the mark and of
 * everything else that later rules may ask for. Outcomes are the leaves of the diagrams of rules. */
#ifndef LBGEN_OUTCOME_H
#define LBGEN_OUTCOME_H

#include "lbgen/diagram.h"
#include "lbgen/key_table.h"

/* What rules ask for. In the diagrams' order: what tells services apart first, what rules change last. */
enum axis {
    AXIS_DST,
    AXIS_FRAGMENT, /* 1: of a second or further fragment */
    AXIS_PROTOCOL,
    AXIS_DPORT,
    AXIS_SPORT,
    AXIS_ICMP, /* type << 8 | code */
    AXIS_SRC,
    AXIS_IN,    /* interfaces: their names' bytes as a number, 0: none */
    AXIS_OUT,   /**/
    AXIS_MAC,   /* 1 more than its number, 0: one that no rule names */
    AXIS_FRAME, /* enum seen_packet_type */
    AXIS_STATE, /* enum packet_state */
    AXIS_FLAGS, /* of a TCP header */
    AXIS_MARK,  /* 32 of these, a bit each: the mark that it comes with */
    AXIS_CONNMARK = AXIS_MARK + 32,
    AXIS_ATOM = AXIS_CONNMARK + 32 /* and what follows: something that can't be judged */
};

enum control {
    CONTROL_GO_ON,
    CONTROL_LEAVE, /* the chain */
    CONTROL_ACCEPT,
    CONTROL_DROP,
    CONTROL_OTHER, /* a target that is not known ends the walk in its own way */
    CONTROL_STOP,  /* no matter */
    CONTROLS
};

/* What has become of something that can't be judged. */
enum {
    MOVED_DST = 1 << 0,
    MOVED_MARKS = 1 << 1, /* mark and connmark: each may be in the other's sum */
    MOVED_STATE = 1 << 2,
    MOVED_ALL = 1 << 3
};

/* The bits of marks are sums (xor) of those that the packet came with:
 * mark = (mark & of_mark) ^ (connmark & of_connmark) ^ flip. */
struct mark_sum {
    uint32_t of_mark, of_connmark, flip;
};

struct outcome {
    uint32_t control, other; /* enum control; the text of the target of CONTROL_OTHER */
    struct mark_sum mark, connmark;
    uint32_t event;                 /* the last thing that happened to it and can't be judged; 0: none */
    uint32_t moved;                 /* MOVED_...: what events did; marks are sums of what the last one left */
    uint32_t untracked;             /* 1: it is UNTRACKED from here on */
    uint32_t touched;               /* the last that a target left for matches to see (touch.h); 0: none */
    uint32_t source_nat;            /* the text of the target that changes its source; 0: none */
    uint32_t mark_tag, verdict_tag; /* who set the mark last, who ended the walk; 0 where tags are not kept */
};

/* A target whose effect can't be judged, met in some state. */
struct event {
    uint32_t before, text; /* the event before */
    struct mark_sum mark, connmark;
};

/* A target that changes what matches look at that are not understood. */
struct touch {
    uint32_t before, text, what; /* the touch before; its words; TOUCH_... */
};

/* Something that is true or not, nobody knows: whether an unknown match matches, or what comes of a test
 * behind an event. */
struct atom {
    uint32_t event; /* behind which it is asked; 0: for the packet as it came */
    uint32_t axis;  /* ATOM_...; below: whether the packet's value there is at least `low` */
    uint32_t text;
    uint32_t which;   /* a text that tells matches of equal words apart; 0: they agree */
    uint32_t sees;    /* TOUCH_...: what it looks at */
    uint32_t touched; /* of that, what has been changed since the packet came */
    uint64_t low_high, low_low;
};

enum {
    ATOM_MATCH = AXIS_ATOM, /* the match of that text matches */
    ATOM_ENDS               /* the target of that text ends the walk */
};

/* Flags of diagrams' leaves: what outcomes below change. */
enum {
    LEAF_MOVES_DST = 1 << 0,
    LEAF_MOVES_STATE = 1 << 1,
    LEAF_MOVES_MARK = 1 << 2,
    LEAF_MOVES_CONNMARK = 1 << 3,
    LEAF_MOVES_ALL = 1 << 4,
    LEAF_TOUCHES = 1 << 5,
    LEAF_CONTROL = 1 << 8 /* << enum control: there are such below */
};

struct outcomes {
    struct diagram diagram;
    struct key_table outcomes, events, touches,
        atoms;              /* of the structs above; outcome 0 does nothing, event 0 and touch 0 are none */
    struct key_table texts; /* with their NUL; 0 is none */
    bool with_connmarks;    /* some rule asks for connmarks or copies them */
    bool with_mark_tests;   /* some rule asks for marks or connmarks */
    bool with_fragments;    /* some rule asks for fragments; */
    uint32_t with_touches;  /* TOUCH_... that some match looks at: both set before there are diagrams */
    dnode nothing, stop;
    struct outcome plain; /* nothing, as a struct to begin with */
};

void outcomes_init(struct outcomes *o, uint64_t steps_max);
void outcomes_free(struct outcomes *o);

dnode outcome_leaf(struct outcomes *o, const struct outcome *outcome);
const struct outcome *outcome_of(const struct outcomes *o, dnode leaf);

/* A number for the text, from 1; 0 for NULL. */
uint32_t outcomes_text(struct outcomes *o, const char *text);
const char *outcomes_text_of(const struct outcomes *o, uint32_t number);

/* An event that happens to a packet as it comes. */
uint32_t outcomes_event(struct outcomes *o, uint32_t text);

/* A touch of a packet as it comes, as far as a match looks at it; 0 else. */
uint32_t outcomes_touch(struct outcomes *o, uint32_t text, unsigned what);
/* The touches `second`, with those of `first` that are of the kinds `what` before them. */
uint32_t outcomes_touches_behind(struct outcomes *o, uint32_t first, uint32_t second, unsigned what);

/* The yes-no diagram of an atom, and the atom of an axis. */
dnode outcomes_atom(struct outcomes *o, const struct atom *atom);
const struct atom *outcomes_atom_of(const struct outcomes *o, uint32_t axis);

/* `second` behind `first` (CONTROL_GO_ON). */
dnode outcome_then(struct outcomes *o, const struct outcome *first, const struct outcome *second);
/* The event `event`, if `first` went before. */
uint32_t outcomes_event_behind(struct outcomes *o, const struct outcome *first, uint32_t event);

#endif
