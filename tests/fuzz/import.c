/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of other programs, and what services.ini becomes of them: lbgen reads it as it was meant. */
#include "input.h"

#include "../fuzz_files.h"

#include "lbgen/import.h"

/* Comments quote what was there, in whatever character set. */
static void must_be_lines(const char *text, size_t len)
{
    for (const char *line = text, *end; line < text + len; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text + len - line));
        MUST(end);
        for (const char *p = line; p < end; p++)
            MUST(*p == '\t' || ((unsigned char)*p >= ' ' && *p != 0x7f));
        if (*line != ';')
            must_be_text("services.ini", line, (size_t)(end - line));
    }
}

/* Keys that only the administrator can fill in are proposed or missing, and values that lbgen would not have
 * chosen may not go together; but each line of the text is one that services.ini may have. */
static void must_be_readable(const struct buf *text)
{
    struct input input = {0};
    char *copy = xmemdup0(text->at, text->len);

    config_init(&input.config);
    config_read(&input.config, &input.sources,
                sources_add_text(&input.sources, "services.ini", copy, text->len), NULL, &input.diag);
    if (diag_errors(&input.diag))
        ck_abort_msg("%s in:\n%s\n", input.diag.at[0].text, copy);
    finish_services(&input);
    must_be_shown(&input.diag, &input.sources);
    free_services(&input);
    free(copy);
}

static void make(struct draft *draft, struct sources *sources, enum import_kind kind, enum family family,
                 struct buf *out, struct diag *diag)
{
    *draft = (struct draft){.from = import_ops[kind].file, .sources = sources, .family = family};
    import_ops[kind].read(draft, diag);
    if (diag_errors(diag) == 0) {
        draft_settle(draft);
        draft_write(draft, out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unsigned choice = choose(&data, &size, IMPORT_KINDS * (FAMILIES + 1));
    const enum import_kind kind = choice % IMPORT_KINDS;
    const enum family family = choice / IMPORT_KINDS;
    struct sources sources = {0};
    struct diag diag = {0};
    struct draft draft;
    struct buf out = {0};
    enum import_kind told;

    char *text = exact_copy((const char *)data, size);
    files_begin(text, size);
    sources_add_text(&sources, "imported", files_first().at, files_first().len);
    struct diag ignored = {0};
    import_kind_of(&sources.at[0], &told, &ignored);
    diag_free(&ignored);
    make(&draft, &sources, kind, family, &out, &diag);
    must_be_shown(&diag, &sources);
    if (diag_errors(&diag) == 0) {
        must_be_lines(out.at, out.len);
        must_be_readable(&out);
    }
    buf_free(&out);
    draft_free(&draft);
    diag_free(&diag);
    sources_free(&sources);
    files_end();
    free(text);
    return 0;
}
