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
#include <stdio.h>
#include <string.h>

#include "lbgen/undo.h"

enum { LINE_MAX_LEN = 256, COUNT_MAX = 100000000, KEY_DIGITS = 16 };

/* There may be a hundred thousand of them: no printf. */
static void print_keys(const uint64_t *keys, size_t n, struct buf *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        char line[KEY_DIGITS + 1];

        for (int d = 0; d < KEY_DIGITS; d++)
            line[d] = digits[keys[i] >> (4 * (KEY_DIGITS - 1 - d)) & 15];
        line[KEY_DIGITS] = '\n';
        buf_add(out, line, sizeof line);
    }
}

static void print_hunk(const struct undo_hunk *h, struct buf *out)
{
    buf_printf(out, "hunk %zu %zu %d %" PRIx64 " %d %" PRIx64 " %zu %zu\n", h->at, h->own_at, h->has_before,
               h->before, h->has_after, h->after, h->n_came, h->n_went);
    print_keys(h->came, h->n_came, out);
    for (size_t i = 0; i < h->n_went; i++) {
        const struct image_rule *r = &h->went[i];

        buf_printf(out, "went %" PRIx64 " %" PRIu64 " %" PRIu64 " %u %d %s\n", r->key, r->packets, r->bytes,
                   r->len, r->tag != NULL, r->jump);
        buf_add(out, r->payload, r->len);
        buf_char(out, '\n');
    }
}

void undo_print(const struct undo *undo, struct buf *out)
{
    buf_printf(out, "undo %s\n", undo->form == PAYLOAD_ENTRY ? "entry" : "line");
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++) {
            const struct undo_table *table = &undo->of[f][t];

            if (table->n)
                buf_printf(out, "table %d %d %zu %" PRIx64 "\n", f, t, table->n, table->own_before);
            for (size_t c = 0; c < table->n; c++) {
                const struct undo_chain *chain = &table->at[c];

                buf_printf(out, "chain %d %d %d %" PRIx64 " %zu %s\n", (int)chain->kind,
                           (int)chain->policy_before, (int)chain->policy, chain->own_after, chain->n,
                           chain->name);
                for (size_t h = 0; h < chain->n; h++)
                    print_hunk(&chain->at[h], out);
            }
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

static bool read_went(struct text *t, struct image_rule *r)
{
    int jump = 0, tagged;

    *r = (struct image_rule){.jump = ""};
    if (!next_line(t) || sscanf(t->line, "went %" SCNx64 " %" SCNu64 " %" SCNu64 " %u %d%n", &r->key,
                                &r->packets, &r->bytes, &r->len, &tagged, &jump) != 5)
        return false;
    r->tag = tagged ? "" : NULL;
    jump += t->line[jump] == ' ';
    r->jump = arena_text(&t->undo->mem, t->line + jump, strlen(t->line + jump));
    if (r->len >= t->len - *t->next || t->at[*t->next + r->len] != '\n')
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
        char c = line[d];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        *key = *key << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *t->next += KEY_DIGITS + 1;
    return true;
}

static bool read_hunk(struct text *t, struct undo_hunk *h)
{
    int before, after;
    uint64_t *came;

    *h = (struct undo_hunk){0};
    if (!next_line(t) ||
        sscanf(t->line, "hunk %zu %zu %d %" SCNx64 " %d %" SCNx64 " %zu %zu", &h->at, &h->own_at, &before,
               &h->before, &after, &h->after, &h->n_came, &h->n_went) != 8)
        return false;
    if (!sound(t, h->n_came) || !sound(t, h->n_went))
        return false;
    h->has_before = before;
    h->has_after = after;
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
    int kind, before, policy, name = 0;

    *chain = (struct undo_chain){0};
    if (!next_line(t) ||
        sscanf(t->line, "chain %d %d %d %" SCNx64 " %zu %n", &kind, &before, &policy, &chain->own_after,
               &chain->n, &name) != 5 ||
        !name || !t->line[name] || kind < UNDO_STAYED || kind > UNDO_GONE || before < POLICY_NONE ||
        before > POLICY_DROP || policy < POLICY_NONE || policy > POLICY_DROP || !sound(t, chain->n))
        return false;
    chain->kind = (enum undo_kind)kind;
    chain->policy_before = (enum image_policy)before;
    chain->policy = (enum image_policy)policy;
    chain->name = arena_text(&t->undo->mem, t->line + name, strlen(t->line + name));
    chain->at = arena_alloc(&t->undo->mem, chain->n * sizeof *chain->at);
    for (size_t i = 0; i < chain->n; i++)
        if (!read_hunk(t, &chain->at[i]))
            return false;
    return true;
}

static bool read_table(struct text *t)
{
    unsigned family, table;
    uint64_t before;
    size_t n;

    if (sscanf(t->line, "table %u %u %zu %" SCNx64, &family, &table, &n, &before) != 4 ||
        family >= FAMILIES || table >= TABLES || !sound(t, n))
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
