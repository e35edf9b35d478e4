/* SPDX-License-Identifier: GPL-2.0-or-later */
/* services.ini (t.ini) held against keepalived.conf (k.conf): what is said. */
#ifndef CHECK_HELD_H
#define CHECK_HELD_H

#include "lbgen/audit_keepalived.h"
#include "lbgen/lint_keepalived.h"

#include "check_input.h"
#include "check_keepalived.h"

struct held_case {
    const char *ini, *conf;
    const char *said; /* the whole, when it ends with a newline; else a piece; "": nothing */
};

static inline void check_held_with(const struct held_case *h, const struct other_marks *others)
{
    struct made m;
    struct ka_files files = {.sources = &m.sources};
    struct ka_ids ids = {0};
    struct ka_tree tree = {0};
    struct keepalived k = {0};
    struct walk_table filter[FAMILIES] = {{0}};

    made_begin(&m);
    made_add(&m, "t.ini", h->ini, strlen(h->ini));
    templates_apply(&m.config, &(struct template_places){0}, &m.sources, &m.diag);
    lint_services(&m.config, &m.diag);
    lint_marks(&m.config, &m.diag);
    MUST(diag_errors(&m.diag) == 0);
    diag_free(&m.diag); /* their own warnings */
    int source = sources_add_text(&m.sources, "k.conf", h->conf, strlen(h->conf));
    MUST(ka_read(&files, source, NULL, &ids, &tree, &m.diag));
    keepalived_make(&tree, m.sources.at[source].base, &k, &m.diag);
    lint_keepalived(&m.config, &k, others, &m.diag);
    audit_keepalived(&m.config, &k, filter, &m.diag);
    diag_print(&m.diag, &m.sources, &m.printed, (struct caret_look){0});
    const char *printed = buf_text(&m.printed);
    size_t len = strlen(h->said);
    bool whole = len == 0 || h->said[len - 1] == '\n';
    if (whole ? strcmp(printed, h->said) != 0 : !strstr(printed, h->said))
        ck_abort_msg("of\n%s\nand\n%s\nwas said\n%s\ninstead of\n%s", h->ini, h->conf, printed, h->said);
    for (int f = 0; f < FAMILIES; f++)
        walk_table_free(&filter[f]);
    keepalived_free(&k);
    ka_tree_free(&tree);
    ka_ids_free(&ids);
    ka_files_free(&files);
    made_free(&m);
}

static inline void check_held(const struct held_case *h)
{
    const struct other_marks none = {0};

    check_held_with(h, &none);
}

#endif
