/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inih asks for lines (next_line) and answers with keys (take_piece). In between:
 *
 *   - a line that inih could misread never reaches it (ini_line.h);
 *   - a value of more than PIECE bytes goes over in pieces, each behind the first with a leading blank, which
 * inih takes for continuation lines and hands over one by one under the same key;
 *   - inih trims blanks at the ends of a piece, and looks for comments in it: where that could matter,
 * blanks, `;` and `#` travel as the control bytes 1 to 4, which no text has (they were refused before).
 */
#include <ini.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/buf.h"
#include "lbgen/ini_line.h"
#include "lbgen/ini_reader.h"
#include "lbgen/vec.h"

enum { PIECE = 100 /* inih's lines have 200 bytes, the key among them */, KEY_ROOM = 50 };

static const char disguised[] = " \t;#"; /* travel as 1, 2, 3, 4 */

struct reader {
    const char *next, *end;
    const char *semicolon; /* the first one that is not behind us, or end */
    const char *text;      /* position `base` */
    srcpos base;
    bool plain_bytes; /* nothing in the whole text that a line could be refused for */
    const struct ini_handler *handler;
    void *ctx;
    struct diag *diag;

    /* what inih has not got yet of the present line's value */
    const char *rest;
    size_t rest_len;
    bool disguise;
    const char *piece; /* where the piece that inih has now stands in the text */
    bool new_line;     /* the next piece begins a continuation line: it is joined by a blank */

    /* the statement that is being put together */
    bool pending; /* a key is open */
    bool refused; /* what stood above was refused, and its continuation lines with it */
    struct ini_line_state state;
    char key[KEY_ROOM];
    size_t key_len;
    srcpos key_at;
    struct buf value;
    struct {
        struct ini_run *at;
        size_t n, cap;
    } runs;
};

static srcpos place(const struct reader *r, const char *p)
{
    return r->base + (srcpos)(p - r->text);
}

srcpos ini_value_place(const struct ini_value *v, size_t offset)
{
    size_t i = v->n_runs - 1;

    while (i > 0 && v->runs[i].offset > offset)
        i--;
    return v->runs[i].at + (srcpos)(offset - v->runs[i].offset);
}

static void finish_statement(struct reader *r)
{
    if (!r->pending)
        return;
    *buf_place(&r->value, 1) = '\0';
    struct ini_value value = {
        .text = r->value.at, .len = r->value.len, .runs = r->runs.at, .n_runs = r->runs.n};
    r->handler->key(r->ctx, r->key_at, r->key, r->key_len, &value);
    r->pending = false;
    r->value.len = 0;
    r->runs.n = 0;
}

/* Hands out the next piece of the value, behind `used` bytes that are in str already. */
static void put_piece(struct reader *r, char *str, size_t used)
{
    size_t n = r->rest_len < PIECE ? r->rest_len : PIECE;

    r->piece = r->rest;
    memcpy(str + used, r->rest, n);
    if (r->disguise)
        for (size_t i = used; i < used + n; i++) {
            const char *d = strchr(disguised, str[i]);

            if (d)
                str[i] = (char)(d - disguised + 1);
        }
    str[used + n] = '\n';
    str[used + n + 1] = '\0';
    r->rest += n;
    r->rest_len -= n;
}

/* A `;` may look like a comment, and so may a `#` at the beginning of a continuation. */
static void begin_value(struct reader *r, const char *line, const struct ini_line *l)
{
    r->rest = line + l->body_at;
    r->rest_len = l->body_len;
    r->disguise = r->state.semicolon || l->body_len > PIECE || (l->body_len && r->rest[0] == '#');
}

static char *give_key(struct reader *r, const char *line, const struct ini_line *l, char *str)
{
    finish_statement(r);
    r->refused = false;
    r->key_at = place(r, line + l->name_at);
    r->key_len = l->name_len;
    r->new_line = false;
    memcpy(str, line + l->name_at, l->name_len);
    str[l->name_len] = '=';
    begin_value(r, line, l);
    put_piece(r, str, l->name_len + 1);
    return str;
}

static char *give_continuation(struct reader *r, const char *line, const struct ini_line *l, char *str)
{
    r->new_line = true;
    str[0] = ' ';
    begin_value(r, line, l);
    put_piece(r, str, 1);
    return str;
}

/* Headers stay here: inih would cut them at 50 bytes, and the sections without keys would go by unseen. */
static void take_header(struct reader *r, const char *line, const struct ini_line *l)
{
    finish_statement(r);
    r->refused = false;
    r->state.in_quotes = false;
    r->handler->section(r->ctx, place(r, line + l->bracket), place(r, line + l->body_at), line + l->body_at,
                        l->body_len);
}

static void refuse(struct reader *r, const char *line, const struct ini_line *l, const struct complaint *why)
{
    finish_statement(r);
    diag_at(r->diag, SEVERITY_ERROR, place(r, line + why->at), why->len, "%s", why->text);
    r->refused = true;
    r->state.in_quotes = false;
    if (l->kind == LINE_BAD_HEADER)
        r->handler->bad_section(r->ctx, line + l->body_at, l->body_len);
    else if (l->name_len)
        r->handler->bad_key(r->ctx, line + l->name_at, l->name_len);
}

/* The next physical line that is not empty, without its LF or CRLF; false at the end. */
static bool next_physical(struct reader *r, const char **line, size_t *len)
{
    while (r->next < r->end && *r->next == '\n') /* empty ones */
        r->next++;
    if (r->next == r->end)
        return false;
    const char *newline = memchr(r->next, '\n', (size_t)(r->end - r->next));

    *line = r->next;
    *len = (size_t)((newline ? newline : r->end) - r->next);
    r->next = newline ? newline + 1 : r->end;
    if (*len && (*line)[*len - 1] == '\r')
        --*len;
    return true;
}

static const char *next_semicolon(const char *from, const char *end)
{
    const char *found = memchr(from, ';', (size_t)(end - from));

    return found ? found : end;
}

/* Most lines have none; so the next one in the text is looked for, once, instead of one in each line. */
static bool has_semicolon(struct reader *r, const char *line, size_t len)
{
    if (r->semicolon < line)
        r->semicolon = next_semicolon(line, r->end);
    return r->semicolon < line + len;
}

/* Whether the line can be taken as what it is; *why holds what ini_line_sort has said. */
static bool line_good(const struct reader *r, const char *line, size_t len, struct ini_line *l,
                      struct complaint *why)
{
    bool bad = l->kind == LINE_BAD || l->kind == LINE_BAD_HEADER;
    struct complaint odd;

    if (len <= SOURCE_LINE_MAX &&
        (r->plain_bytes || ini_line_bytes_good(line, len, bad ? len : l->body_at + l->body_len, &odd)))
        return !bad;
    if (len > SOURCE_LINE_MAX)
        complain(&odd, 0, len, "this line has %zu bytes; a line may have %zu: go on in an indented one", len,
                 SOURCE_LINE_MAX);
    *why = odd;
    if (l->kind == LINE_HEADER)
        l->kind = LINE_BAD_HEADER;
    return false;
}

/* inih's reader: one line into str (of `size` bytes, which is at least 200), or NULL at the end. */
static char *next_line(char *str, int size, void *stream)
{
    struct reader *r = stream;
    struct complaint why;
    const char *line;
    size_t len;

    (void)size;
    if (r->rest_len) {
        r->new_line = false;
        str[0] = ' ';
        put_piece(r, str, 1);
        return str;
    }
    while (next_physical(r, &line, &len)) {
        struct ini_line_state state = r->state;
        struct ini_line l;

        if (len == 0)
            continue;
        state.semicolon = has_semicolon(r, line, len);
        ini_line_sort(line, len, &state, &l, &why);
        if (!line_good(r, line, len, &l, &why)) {
            refuse(r, line, &l, &why);
        } else if (l.kind == LINE_HEADER) {
            take_header(r, line, &l);
        } else if (l.kind == LINE_KEY) {
            r->state = state;
            return give_key(r, line, &l, str);
        } else if (l.kind == LINE_CONTINUATION && r->pending) {
            r->state = state;
            return give_continuation(r, line, &l, str);
        } else if (l.kind == LINE_CONTINUATION && !r->refused) {
            complain(
                &why, l.body_at, l.body_len,
                "an indented line continues the value above, but there is none: it needs a key and = here");
            refuse(r, line, &l, &why);
        }
    }
    finish_statement(r);
    return NULL;
}

/* inih's handler: one piece of a value. Builds of inih that pass a line number behind the value do no harm.
 */
static int take_piece(void *user, const char *section, const char *name, const char *value)
{
    struct reader *r = user;
    size_t len = strlen(value);

    (void)section;
    if (!r->pending) {
        memcpy(r->key, name, r->key_len);
        r->key[r->key_len] = '\0';
        r->pending = true;
    } else if (r->new_line && r->value.len) {
        buf_char(&r->value, ' ');
    }
    *VEC_ADD(&r->runs) = (struct ini_run){.offset = r->value.len, .at = place(r, r->piece)};
    buf_add(&r->value, value, len);
    if (r->disguise)
        for (char *p = r->value.at + r->value.len - len; p < r->value.at + r->value.len; p++)
            if (*p >= 1 && *p <= 4)
                *p = disguised[*p - 1];
    return 1;
}

/* Whether the text has nothing but printable ASCII, tabs and newlines, so that no line needs a closer look.
 * Without branches, so that compilers make a few instructions of it for many bytes. */
static bool all_plain(const char *text, size_t len)
{
    unsigned char odd = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        odd |= (unsigned char)(((unsigned char)(c - ' ') > '~' - ' ') & (c != '\n') & (c != '\t'));
    }
    return !odd;
}

void ini_read(struct sources *sources, int source, const struct ini_handler *handler, void *ctx,
              struct diag *diag)
{
    const struct source *s = &sources->at[source];
    struct reader r = {.text = s->text,
                       .next = s->text,
                       .semicolon = next_semicolon(s->text, s->text + s->len),
                       .end = s->text + s->len,
                       .base = s->base,
                       .plain_bytes = all_plain(s->text, s->len),
                       .handler = handler,
                       .ctx = ctx,
                       .diag = diag};

    if (s->len >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
        r.next += 3;
    ini_parse_stream(next_line, &r, take_piece, &r);
    buf_free(&r.value);
    free(r.runs.at);
}
