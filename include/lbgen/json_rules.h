/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule set in JSON: each rule as it means and as iptables-save prints it. */
#ifndef LBGEN_JSON_RULES_H
#define LBGEN_JSON_RULES_H

#include "lbgen/json_stream.h"
#include "lbgen/rule.h"

struct json_rules {
    struct json_stream *stream;
    enum family family;
    bool in_chains; /* the table's chains are being told; then come its rules */
    struct buf line;
};

/* A sink that writes the elements of an array of tables, rules lowered first. `w` lives as long as the sink;
 * json_rules_free when done. */
struct rule_sink json_rules_sink(struct json_rules *w, struct json_stream *stream, enum family family);

void json_rules_free(struct json_rules *w);

#endif
