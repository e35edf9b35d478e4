/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/json_findings.h"

struct teller {
    struct json_stream *stream;
    struct sources *sources;
};

static void set_place(json_t *value, const struct teller *t, const struct finding *f)
{
    if (f->at == SRC_NONE) {
        if (f->file)
            json_set(value, "file", json_words(f->file));
        return;
    }
    const struct source_place place = sources_place(t->sources, f->at);

    json_set(value, "file", json_words(place.source->name));
    json_set(value, "line", json_number(place.line));
    json_set(value, "column", json_number(place.column));
    if (!f->belongs)
        json_set(value, "length", json_number(f->len ? f->len : 1));
}

static json_t *finding_of(const struct teller *t, const struct finding *f)
{
    json_t *value = json_object();

    json_set(value, "severity", json_words(severity_words[f->severity]));
    set_place(value, t, f);
    json_set(value, "text", json_words(f->text));
    return value;
}

static void put_group(void *ctx, const struct finding *f, size_t n_notes)
{
    const struct teller *t = ctx;
    json_t *value = finding_of(t, f), *notes = json_array();

    for (size_t i = 1; i <= n_notes; i++)
        json_add(notes, finding_of(t, &f[i]));
    json_set(value, "notes", notes);
    json_put(t->stream, NULL, value);
}

void json_findings(struct json_stream *s, const struct diag *diag, struct sources *sources)
{
    struct teller t = {.stream = s, .sources = sources};

    diag_each(diag, put_group, &t);
}
