/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts through an importer and back in as services.ini. */
#ifndef CHECK_IMPORT_H
#define CHECK_IMPORT_H

#include "lbgen/import.h"
#include "lbgen/input.h"
#include "lbgen/xalloc.h"

#include "check_util.h"

struct imported {
    struct sources sources;
    struct diag diag;
    struct draft draft;
    struct buf text; /* the services.ini; empty when the file was refused */
};

/* As if so many things had been repeated before (draft_may_repeat). */
static inline void import_repeated(struct imported *i, enum import_kind kind, const char *text, size_t len,
                                   size_t repeated)
{
    *i = (struct imported){.draft.repeated = repeated};
    i->draft.from = import_ops[kind].file;
    i->draft.sources = &i->sources;
    i->draft.source = sources_add_text(&i->sources, "imported", text, len);
    i->draft.family = FAMILIES;
    import_ops[kind].read(&i->draft, &i->diag);
    if (diag_errors(&i->diag))
        return;
    draft_settle(&i->draft);
    draft_write(&i->draft, &i->text);
}

/* What is written is read back: it must be good but for keys that are left to be filled in. */
static inline void import_text(struct imported *i, enum import_kind kind, const char *text, size_t len)
{
    import_repeated(i, kind, text, len, 0);
}

static inline void imported_free(struct imported *i)
{
    buf_free(&i->text);
    draft_free(&i->draft);
    diag_free(&i->diag);
    sources_free(&i->sources);
}

/* Reads services.ini; text must stay. */
static inline void read_ini(struct input *input, const char *text, size_t len)
{
    const struct options options = {.no_system_templates = true};

    *input = (struct input){0};
    input_read_source(input, &options, sources_add_text(&input->sources, "services.ini", text, len));
}

#endif
