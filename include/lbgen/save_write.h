/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule set as iptables-save prints it and iptables-restore reads it. */
#ifndef LBGEN_SAVE_WRITE_H
#define LBGEN_SAVE_WRITE_H

#include "lbgen/buf.h"
#include "lbgen/rule.h"

struct save_writer {
    struct buf *out;
    enum family family;
    /* the tag that stands above the rules of the present own chain, and that chain */
    char chain[CHAIN_NAME_MAX + 1];
    const char *tag;
};

/* A sink that writes to out, rules lowered first. `w` lives as long as the sink. */
struct rule_sink save_writer_sink(struct save_writer *w, struct buf *out, enum family family);

/* One lowered rule, "-A CHAIN ...", without newline and without the line that names its tag. */
void save_write_rule(struct buf *out, const struct rule *rule, enum family family);

#endif
