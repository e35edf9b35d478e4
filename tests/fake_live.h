/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A backend whose tables are texts in memory that all processes share, so that a guard can undo what a
 * command has done; and which fails, or dies, where it is told to. */
#ifndef LBGEN_TESTS_FAKE_LIVE_H
#define LBGEN_TESTS_FAKE_LIVE_H

#include <sys/types.h>

#include "lbgen/live.h"

enum fake_call {
    FAKE_OPEN,
    FAKE_READ,
    FAKE_PREPARE,
    FAKE_UNCHANGED,
    FAKE_COMMIT,
    FAKE_READ_BACK,
    FAKE_CALLS
};

enum fake_fault {
    FAKE_FINE,
    FAKE_FAILS,
    FAKE_FAILS_LATE, /* it is done, and said to have failed */
    FAKE_CHANGED,    /* LIVE_CHANGED, nothing done */
    FAKE_DIES,       /* the process is killed before it is done, */
    FAKE_DIES_LATE,  /* or behind */
    FAKE_INTRUDED,   /* somebody else adds a rule in front of IPv4's filter INPUT before it is done, */
    FAKE_ROBBED      /* or takes one of lbgen's out there */
};

/* From the from-th call (counted from 1) to the to-th one. */
struct fake_trouble {
    enum fake_call call;
    unsigned from, to;
    enum fake_fault fault;
};

enum { FAKE_TEXT_MAX = 16384, FAKE_TROUBLES = 3, FAKE_EVER = 1000000 };

/* The command is one process; all others, such as the guard, are counted as one more. */
enum fake_who { FAKE_COMMAND, FAKE_OTHERS, FAKE_WHO };

struct fake_world {
    char text[FAMILIES][FAKE_TEXT_MAX]; /* as iptables-save prints it */
    pid_t command;
    struct fake_trouble troubles[FAKE_WHO][FAKE_TROUBLES];
    unsigned calls[FAKE_WHO][FAKE_CALLS];
    unsigned intruders;
};

extern struct fake_world *fake_world;

/* Lines as payloads, "entries" (the same bytes), and lines with safe_when_changed. plan_read knows them from
 * fake_world_make on. */
extern const struct live_backend fake_lines, fake_entries, fake_safe;

/* New tables, of constant texts, no trouble; the command is this process. */
void fake_world_make(const char *text4, const char *text6);
void fake_trouble_for(enum fake_who who, enum fake_call call, unsigned from, unsigned to,
                      enum fake_fault fault);

#endif
