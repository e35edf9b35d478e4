/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration out of a text, with everything that is said of it. */
#ifndef CHECK_INPUT_H
#define CHECK_INPUT_H

#include "lbgen/config.h"
#include "lbgen/lint.h"
#include "lbgen/own_chain.h"
#include "lbgen/port_names.h"
#include "lbgen/template.h"

#include "check_util.h"

struct made {
    struct sources sources;
    struct diag diag;
    struct config config;
    struct buf printed;
};

/* Which lints run. */
enum {
    LINT_SERVICES = 1,
    LINT_SECTIONS = 2,
    LINT_MARKS = 4,
    LINT_CHAINS = 8,
    LINT_OVERLAP = 16,
    LINT_ALL = 31
};

static inline void made_begin(struct made *m)
{
    *m = (struct made){0};
    config_init(&m->config);
}

/* Reads one more text of the input. */
static inline void made_add(struct made *m, const char *name, const char *text, size_t len)
{
    config_read(&m->config, &m->sources, sources_add_text(&m->sources, name, text, len), NULL, &m->diag);
}

/* Templates, lints; returns the findings as they are printed. */
static inline const char *made_finish(struct made *m, const char *folder, unsigned lints)
{
    const struct template_places places = {.folder = folder};

    templates_apply(&m->config, &places, &m->sources, &m->diag);
    if (lints & LINT_SERVICES)
        lint_services(&m->config, &m->diag);
    if (lints & LINT_SECTIONS)
        lint_sections(&m->config, "t.ini", &m->diag);
    if (lints & LINT_MARKS)
        lint_marks(&m->config, &m->diag);
    if (lints & LINT_CHAINS)
        lint_chains(&m->config, &m->diag);
    if (lints & LINT_OVERLAP)
        lint_overlap(&m->config, &m->diag);
    diag_print(&m->diag, &m->sources, &m->printed, (struct caret_look){0});
    return buf_text(&m->printed);
}

/* The whole way from one text, named t.ini. */
static inline const char *make(struct made *m, const char *text, unsigned lints)
{
    made_begin(m);
    made_add(m, "t.ini", text, strlen(text));
    return made_finish(m, NULL, lints);
}

static inline void made_free(struct made *m)
{
    buf_free(&m->printed);
    config_free(&m->config);
    diag_free(&m->diag);
    sources_free(&m->sources);
    port_names_free();
}

/* One text and what must be printed of it: exactly `said`. */
struct input_case {
    const char *text, *said;
};

static inline void check_said(const char *text, const char *said, unsigned lints)
{
    struct made m;
    const char *printed = make(&m, text, lints);

    if (strcmp(printed, said) != 0)
        ck_abort_msg("of the input\n%s\nwas said\n%s\ninstead of\n%s", text, printed, said);
    made_free(&m);
}

/* One text, and a piece that one of the printed lines must have ("" : nothing may be printed at all). */
static inline void check_says(const char *text, const char *piece, unsigned lints)
{
    struct made m;
    const char *printed = make(&m, text, lints);

    if (*piece ? !strstr(printed, piece) : *printed)
        ck_abort_msg("of the input\n%s\nwas said\n%s\nwithout\n%s", text, printed,
                     *piece ? piece : "(nothing)");
    made_free(&m);
}

#endif
