/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What suites of dispatch trees share: an input's rules in both layouts, and whether they mean the same. */
#ifndef CHECK_TREE_H
#define CHECK_TREE_H

#include "lbgen/compile.h"
#include "lbgen/equiv.h"
#include "lbgen/layout.h"
#include "lbgen/save_write.h"
#include "lbgen/tree_check.h"

#include "check_input.h"
#include "check_rule_set.h"

static inline void print_rules(const struct made *m, enum layout layout, enum family family, struct buf *out)
{
    struct config config = m->config;
    struct save_writer writer;
    const struct rule_sink sink = save_writer_sink(&writer, out, family);

    config.settings.layout = layout;
    compile(&config, &(struct formed_rules){0}, family, &sink);
    buf_text(out);
}

static inline void judge(const char *flat, const char *tree, enum family family, const char *input)
{
    struct text_set old, new;
    struct equiv out;

    text_set_read(&old, flat);
    text_set_read(&new, tree);
    equiv(&old.rules, &new.rules, family, PATH_INPUT, &out);
    if (out.verdict != EQUIV_EQUAL)
        ck_abort_msg("%d, marks %x and %x: %s\n%s\n%s\n%s", (int)out.verdict, out.old.mark, out.new.mark,
                     out.why, input, flat, tree);
    text_set_free(&old);
    text_set_free(&new);
}

static inline void build(struct tree *tree, const struct made *m, enum family family)
{
    struct complaint why;

    tree_build(tree, &m->config.services, family, true, service_claims);
    if (!tree_check(tree, &why))
        ck_abort_msg("not proven: %s", why.text);
}

#endif
