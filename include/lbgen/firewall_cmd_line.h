/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of firewall-cmd, one for each rule that firewalld is to have: each is a sink's `rule` function
 * (rule.h), whose ctx is a struct cmd_writer. */
#ifndef LBGEN_FIREWALL_CMD_LINE_H
#define LBGEN_FIREWALL_CMD_LINE_H

#include "lbgen/buf.h"
#include "lbgen/rule.h"

/* The policy (firewalld.policies(5)) that lets replies of real servers through. */
#define CMD_POLICY "lbgen"

struct cmd_writer {
    struct buf *out;
    const char *zone; /* NULL: the default zone */
    bool remove;
    enum family family; /* of the rules that come */
    bool both_families; /* of rich rules that name no address: one for both */
    uint32_t rank;      /* firewalld sorts by it, lowest first; 0 to INT16_MAX for rich rules */
    const char *indent;
    /* A comment that goes above the next line, if one comes at all; NULL once it is there. */
    const char *title;
    size_t title_len;
    size_t lines;       /* so far */
    struct buf scratch; /* cmd_end frees it */
};

/* Behind the last line. */
void cmd_end(struct cmd_writer *w);

/* Sets the comment and takes rank and indent back. */
void cmd_title(struct cmd_writer *w, const char *title, size_t len);

/* The head of a line, "firewall-cmd --permanent ", under its comment; the caller writes the rest. */
void cmd_begin(struct cmd_writer *w);

/* A rich rule of the zone for each port: MARK, or ACCEPT in INPUT. */
void cmd_zone_rule(void *w, const struct rule *rule);

/* A rich rule of the policy for each port: ACCEPT in FORWARD. */
void cmd_policy_rule(void *w, const struct rule *rule);

/* Direct rules in table mangle (or, in POSTROUTING, nat): iptables' own words. */
void cmd_direct_rule(void *w, const struct rule *rule);

/* Direct rules in table raw that keep what an ACCEPT of INPUT or FORWARD takes out of connection tracking. */
void cmd_untracked_rule(void *w, const struct rule *rule);

/* A chain of lbgen's own in table mangle. */
void cmd_chain(struct cmd_writer *w, const char *name);

#endif
