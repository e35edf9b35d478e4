/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The written form: lines of words; behind a line that ends in a length, as many bytes and a newline.
 *
 *     undo entry
 *     table 0 1 2 5e..                family, table, number of chains, what lbgen's part was
 *     chain 0 1 1 41.. 1 PREROUTING   kind, policy before, policy, own_after, number of hunks, name
 *     hunk 3 2 1 8c.. 1 f0.. 1 1      at, own_at, before and after (given, key), rules that came, that went
 *     7700000000000012                 the keys of those that came, 16 digits each
 *     went 77.. 12 720 412 1 ACCEPT   key, packets, bytes, length, tagged, where it leads; then the payload
 *     end
 */
#include <inttypes.h>
#include <string.h>

#include "lbgen/undo.h"

enum { LINE_MAX_LEN = 256, COUNT_MAX = 100000000, KEY_DIGITS = 16 };

/* There may be a hundred thousand lines: no printf, no scanf. */
static void print_number(struct buf *out, uint64_t number, unsigned base, size_t least)
{
    char digits[20];
    size_t n = sizeof digits;

    do
        digits[--n] = "0123456789abcdef"[number % base];
    while ((number /= base) || sizeof digits - n < least);
    buf_add(out, digits + n, sizeof digits - n);
}

static void print_decimal(struct buf *out, uint64_t number)
{
    buf_char(out, ' ');
    print_number(out, number, 10, 1);
}

static void print_hex(struct buf *out, uint64_t number)
{
    buf_char(out, ' ');
    print_number(out, number, 16, 1);
}

static void print_went(const struct image_rule *r, struct buf *out)
{
    buf_str(out, "went");
    print_hex(out, r->key);
    print_decimal(out, r->packets);
    print_decimal(out, r->bytes);
    print_decimal(out, r->len);
    print_decimal(out, r->tag != NULL);
    buf_char(out, ' ');
    buf_str(out, r->jump);
    buf_char(out, '\n');
    buf_add(out, r->payload, r->len);
    buf_char(out, '\n');
}

static void print_hunk(const struct undo_hunk *h, struct buf *out)
{
    buf_str(out, "hunk");
    print_decimal(out, h->at);
    print_decimal(out, h->own_at);
    print_decimal(out, h->has_before);
    print_hex(out, h->before);
    print_decimal(out, h->has_after);
    print_hex(out, h->after);
    print_decimal(out, h->n_came);
    print_decimal(out, h->n_went);
    buf_char(out, '\n');
    for (size_t i = 0; i < h->n_came; i++) {
        print_number(out, h->came[i], 16, KEY_DIGITS);
        buf_char(out, '\n');
    }
    for (size_t i = 0; i < h->n_went; i++)
        print_went(&h->went[i], out);
}

static void print_chain(const struct undo_chain *chain, struct buf *out)
{
    buf_str(out, "chain");
    print_decimal(out, chain->kind);
    print_decimal(out, chain->policy_before);
    print_decimal(out, chain->policy);
    print_hex(out, chain->own_after);
    print_decimal(out, chain->n);
    buf_char(out, ' ');
    buf_str(out, chain->name);
    buf_char(out, '\n');
    for (size_t h = 0; h < chain->n; h++)
        print_hunk(&chain->at[h], out);
}

void undo_print(const struct undo *undo, struct buf *out)
{
    buf_printf(out, "undo %s\n", undo->form == PAYLOAD_ENTRY ? "entry" : "line");
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++) {
            const struct undo_table *table = &undo->of[f][t];

            if (table->n)
                buf_printf(out, "table %d %d %zu %" PRIx64 "\n", f, t, table->n, table->own_before);
            for (size_t c = 0; c < table->n; c++)
                print_chain(&table->at[c], out);
        }
    buf_str(out, "end\n");
}

struct text {
    const char *at;
    size_t len, *next;
    struct undo *undo;
    char line[LINE_MAX_LEN];
};

static bool next_line(struct text *t)
{
    const char *from = t->at + *t->next, *end = memchr(from, '\n', t->len - *t->next);

    if (!end || end - from >= LINE_MAX_LEN)
        return false;
    memcpy(t->line, from, (size_t)(end - from));
    t->line[end - from] = '\0';
    *t->next += (size_t)(end - from) + 1;
    return true;
}

/* A count that the rest of the text can hold, an item being a line. */
static bool sound(const struct text *t, size_t count)
{
    return count <= COUNT_MAX && count <= t->len - *t->next;
}

/* The line at hand, word by word. */
struct words {
    const char *at;
    bool good; /* all was found so far */
};

static struct words words_behind(const struct text *t, const char *first)
{
    size_t len = strlen(first);
    bool good = strncmp(t->line, first, len) == 0;

    return (struct words){.at = t->line + (good ? len : 0), .good = good};
}

static unsigned digit(char c)
{
    return c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* A blank and a number of at most `max`. */
static uint64_t number(struct words *w, unsigned base, uint64_t max)
{
    uint64_t found = 0;
    const char *at = w->at + 1;

    w->good = w->good && *w->at == ' ' && digit(*at) < base;
    for (; w->good && digit(*at) < base; at++) {
        w->good = digit(*at) <= max && found <= (max - digit(*at)) / base;
        found = found * base + digit(*at);
    }
    if (w->good)
        w->at = at;
    return found;
}

static size_t size(struct words *w)
{
    return number(w, 10, SIZE_MAX);
}

static bool flag(struct words *w)
{
    return number(w, 10, 1);
}

/* The rest of the line behind a blank: a name. */
static const char *name(struct words *w, struct arena *mem)
{
    w->good = w->good && *w->at == ' ';
    return w->good ? arena_text(mem, w->at + 1, strlen(w->at + 1)) : "";
}

static bool ended(const struct words *w)
{
    return w->good && *w->at == '\0';
}

static bool read_went(struct text *t, struct image_rule *r)
{
    *r = (struct image_rule){.jump = ""};
    if (!next_line(t))
        return false;
    struct words w = words_behind(t, "went");
    r->key = number(&w, 16, UINT64_MAX);
    r->packets = number(&w, 10, UINT64_MAX);
    r->bytes = number(&w, 10, UINT64_MAX);
    r->len = (uint32_t)number(&w, 10, UINT32_MAX);
    r->tag = flag(&w) ? "" : NULL;
    r->jump = name(&w, &t->undo->mem);
    if (!w.good || r->len >= t->len - *t->next || t->at[*t->next + r->len] != '\n')
        return false;
    r->payload = arena_copy(&t->undo->mem, t->at + *t->next, r->len);
    *t->next += r->len + 1;
    return true;
}

static bool read_key(struct text *t, uint64_t *key)
{
    const char *line = t->at + *t->next;

    if (t->len - *t->next <= KEY_DIGITS || line[KEY_DIGITS] != '\n')
        return false;
    *key = 0;
    for (int d = 0; d < KEY_DIGITS; d++) {
        if (digit(line[d]) > 15)
            return false;
        *key = *key << 4 | digit(line[d]);
    }
    *t->next += KEY_DIGITS + 1;
    return true;
}

static bool read_hunk(struct text *t, struct undo_hunk *h)
{
    uint64_t *came;

    *h = (struct undo_hunk){0};
    if (!next_line(t))
        return false;
    struct words w = words_behind(t, "hunk");
    h->at = size(&w);
    h->own_at = size(&w);
    h->has_before = flag(&w);
    h->before = number(&w, 16, UINT64_MAX);
    h->has_after = flag(&w);
    h->after = number(&w, 16, UINT64_MAX);
    h->n_came = size(&w);
    h->n_went = size(&w);
    if (!ended(&w) || !sound(t, h->n_came) || !sound(t, h->n_went))
        return false;
    came = arena_alloc(&t->undo->mem, h->n_came * sizeof *came);
    for (size_t i = 0; i < h->n_came; i++)
        if (!read_key(t, &came[i]))
            return false;
    h->came = came;
    h->went = arena_alloc(&t->undo->mem, h->n_went * sizeof *h->went);
    for (size_t i = 0; i < h->n_went; i++)
        if (!read_went(t, &h->went[i]))
            return false;
    return true;
}

static bool read_chain(struct text *t, struct undo_chain *chain)
{
    *chain = (struct undo_chain){0};
    if (!next_line(t))
        return false;
    struct words w = words_behind(t, "chain");
    chain->kind = (enum undo_kind)number(&w, 10, UNDO_GONE);
    chain->policy_before = (enum image_policy)number(&w, 10, POLICY_DROP);
    chain->policy = (enum image_policy)number(&w, 10, POLICY_DROP);
    chain->own_after = number(&w, 16, UINT64_MAX);
    chain->n = size(&w);
    chain->name = name(&w, &t->undo->mem);
    if (!w.good || !*chain->name || !sound(t, chain->n))
        return false;
    chain->at = arena_alloc(&t->undo->mem, chain->n * sizeof *chain->at);
    for (size_t i = 0; i < chain->n; i++)
        if (!read_hunk(t, &chain->at[i]))
            return false;
    return true;
}

static bool read_table(struct text *t)
{
    struct words w = words_behind(t, "table");
    const size_t family = number(&w, 10, FAMILIES - 1), table = number(&w, 10, TABLES - 1), n = size(&w);
    const uint64_t before = number(&w, 16, UINT64_MAX);

    if (!ended(&w) || !sound(t, n))
        return false;
    struct undo_table *to = &t->undo->of[family][table];
    to->at = arena_alloc(&t->undo->mem, n * sizeof *to->at);
    to->own_before = before;
    for (to->n = 0; to->n < n; to->n++)
        if (!read_chain(t, &to->at[to->n]))
            return false;
    return true;
}

bool undo_read(struct undo *out, const char *text, size_t len, size_t *at)
{
    struct text t = {.at = text, .len = len, .next = at, .undo = out};

    *out = (struct undo){0};
    if (next_line(&t) && (strcmp(t.line, "undo entry") == 0 || strcmp(t.line, "undo line") == 0)) {
        out->form = strcmp(t.line, "undo entry") == 0 ? PAYLOAD_ENTRY : PAYLOAD_LINE;
        while (next_line(&t)) {
            if (strcmp(t.line, "end") == 0)
                return true;
            if (!read_table(&t))
                break;
        }
    }
    undo_free(out);
    return false;
}
