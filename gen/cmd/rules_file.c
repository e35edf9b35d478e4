/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/rules_file.h"

static srcpos place_of(const struct source *s, const struct save_line *line)
{
    return s->base + (srcpos)(line->text - s->text);
}

bool rules_file_read(struct input *input, int source, struct save_file *out)
{
    const struct source *s = &input->sources.at[source];
    struct complaint why;

    if (save_file_read(out, s->text, s->len, &why))
        return true;
    diag_at(&input->diag, SEVERITY_ERROR, s->base + (srcpos)why.at, why.len, "%s", why.text);
    return false;
}

bool rules_file_read_of(struct input *input, int source, enum family family, const char *what,
                        struct save_file *out)
{
    enum family found;

    if (!rules_file_read(input, source, out))
        return false;
    const struct save_line *line = save_file_family(out, &found);
    if (!line || found == family)
        return true;
    diag_at(
        &input->diag, SEVERITY_ERROR, place_of(&input->sources.at[source], line), line->len,
        "this file has rules of %s, and %s of %s (-%d): the file or the family is not the one that is meant",
        family_ops[found].name, what, family_ops[family].name, family_ops[family].number);
    return false;
}
