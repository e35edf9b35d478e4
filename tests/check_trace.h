/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet walked through rules that are given as text. */
#ifndef CHECK_TRACE_H
#define CHECK_TRACE_H

#include <stdio.h>

#include "lbgen/save_set.h"
#include "lbgen/trace.h"

#include "check_util.h"

#define TABLE_OF(name, hooks, rules) "*" name "\n" hooks rules "COMMIT\n"
#define MANGLE(rules)                                                                                        \
    TABLE_OF("mangle", ":PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n", rules)
#define FILTER(rules) TABLE_OF("filter", ":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n", rules)
#define NAT(rules)    TABLE_OF("nat", ":PREROUTING ACCEPT [0:0]\n", rules)
#define WEB           " -m comment --comment \"lbgen:web\" -j "
#define TREE          " -m comment --comment \"lbgen:tree\" -j "
#define SHOP          " -m comment --comment \"lbgen:shop\" -j "

struct traced {
    struct save_file file;
    struct rule_set rules;
    struct trace trace;
    char answer[128], steps[1024];
};

static inline void traced_make(struct traced *t, const char *rules, const char *packet)
{
    struct packet p;
    struct complaint why;
    char mark[16];
    size_t n = 0;

    *t = (struct traced){0};
    ck_assert_msg(packet_parse(packet, strlen(packet), &p, &why), "%s: %s", packet, why.text);
    ck_assert_msg(save_file_read(&t->file, rules, strlen(rules), &why), "%s: %s", rules, why.text);
    save_set_make(&t->file, &t->rules);
    trace_packet(&t->rules, &p, &t->trace);
    snprintf(mark, sizeof mark, "0x%x", t->trace.mark);
    snprintf(t->answer, sizeof t->answer, "%s %s %s", t->trace.mark_known ? mark : "?",
             !t->trace.verdict_known ? "?"
             : t->trace.accepted     ? "ACCEPT"
                                     : "DROP",
             !t->trace.service_known ? "?"
             : t->trace.service      ? t->trace.service
                                     : "none");
    for (size_t i = 0; i < t->trace.steps.n && n < sizeof t->steps - 64; i++) {
        const struct trace_step *s = &t->trace.steps.at[i];

        n += (size_t)snprintf(t->steps + n, sizeof t->steps - n, "%s %s %zu%s;", table_names[s->table],
                              s->chain, s->number, s->sure ? "" : "?");
    }
}

static inline void traced_free(struct traced *t)
{
    trace_free(&t->trace);
    rule_set_free(&t->rules);
    save_file_free(&t->file);
}

#endif
