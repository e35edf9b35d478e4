/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a firewalld runs in this network namespace: it would take lbgen's rules out again. */
#ifndef LBGEN_FIREWALLD_H
#define LBGEN_FIREWALLD_H

#include <stdint.h>

enum firewalld_answer {
    FIREWALLD_NONE,
    FIREWALLD_RUNS,
    FIREWALLD_UNKNOWN /* one runs, but in which namespace can't be seen; or processes can't be seen at all */
};

/* Looks through `proc` ("/proc" but in tests). *pid: of the one that was found, 0 where there is none. */
enum firewalld_answer firewalld_look(const char *proc, uint32_t *pid);

#endif
