/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/name_index.h"
#include "lbgen/nft_model.h"
#include "lbgen/table_shape.h"
#include "lbgen/vec.h"

enum block_kind { BLOCK_MAP, BLOCK_SET, BLOCK_CHAIN, BLOCK_OTHER };

struct block {
    enum block_kind kind;
    const char *name, *body; /* body: the lines between the braces' lines */
    size_t name_len, body_len;
};

struct blocks {
    struct block *at;
    size_t n, cap;
};

static const char *const kind_words[] = {[BLOCK_MAP] = "map", [BLOCK_SET] = "set", [BLOCK_CHAIN] = "chain"};

static bool begins(const char *line, size_t len, const char *with)
{
    return len >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

/* "\tmap exact4 {" */
static struct block read_head(const char *line, size_t len)
{
    struct block b = {.kind = BLOCK_MAP};
    size_t word = 0;

    for (; b.kind < BLOCK_OTHER; b.kind++) {
        word = strlen(kind_words[b.kind]);
        if (begins(line + 1, len - 1, kind_words[b.kind]) && len > word + 4 && line[word + 1] == ' ')
            break;
    }
    if (b.kind < BLOCK_OTHER) {
        b.name = line + word + 2;
        b.name_len = len - word - 4; /* without " {" */
    }
    return b;
}

/* Blocks begin and end with lines that have one tab in front. */
static struct blocks read_blocks(const struct buf *shape)
{
    struct blocks blocks = {0};
    const char *at = shape->at, *end = shape->len ? at + shape->len : at;

    for (const char *newline; at < end && (newline = memchr(at, '\n', (size_t)(end - at)));
         at = newline + 1) {
        const size_t len = (size_t)(newline - at);
        struct block *last = blocks.n ? &blocks.at[blocks.n - 1] : NULL;

        if (len < 2 || at[0] != '\t' || at[1] == '\t')
            continue;
        if (at[1] == '}' && last) {
            last->body_len = (size_t)(at - last->body);
        } else {
            *VEC_ADD(&blocks) = read_head(at, len);
            blocks.at[blocks.n - 1].body = newline + 1;
        }
    }
    return blocks;
}

static bool is_named(const struct block *b, const char *name, size_t len)
{
    return b->name_len == len && len && memcmp(b->name, name, len) == 0;
}

bool shape_has(const struct buf *shape, const char *name, size_t len)
{
    struct blocks blocks = read_blocks(shape);
    bool found = false;

    for (size_t i = 0; i < blocks.n && !found; i++)
        found = is_named(&blocks.at[i], name, len);
    free(blocks.at);
    return found;
}

/* --- two shapes: there is a chain for each service that a map can't say ----------------------------------
 */

/* Blocks that are looked for by name: the first of each name. */
struct named_blocks {
    struct blocks all;
    struct name_index names;
};

static const char *block_name(const void *items, uint32_t i, size_t *len)
{
    const struct block *b = &((const struct block *)items)[i];

    *len = b->name_len;
    return b->name;
}

static struct named_blocks read_named(const struct buf *shape)
{
    struct named_blocks named = {.all = read_blocks(shape), .names.name_of = block_name};
    const struct blocks *all = &named.all;

    name_index_reserve(&named.names, all->n);
    for (size_t i = 0; i < all->n; i++)
        if (all->at[i].kind != BLOCK_OTHER)
            name_index_enter(&named.names, all->at, all->at[i].name, all->at[i].name_len, (uint32_t)i);
    return named;
}

static void free_named(struct named_blocks *named)
{
    free(named->all.at);
    name_index_free(&named->names);
}

/* The one of the same name; NULL where there is none. */
static const struct block *find(const struct named_blocks *in, const struct block *b)
{
    uint32_t found = b->kind == BLOCK_OTHER ? NAME_NOT_FOUND
                                            : name_index_find(&in->names, in->all.at, b->name, b->name_len);

    return found == NAME_NOT_FOUND ? NULL : &in->all.at[found];
}

static const struct block *find_first(const struct blocks *blocks, const char *beginning)
{
    for (size_t i = 0; i < blocks->n; i++)
        if (begins(blocks->at[i].name, blocks->at[i].name_len, beginning))
            return &blocks->at[i];
    return NULL;
}

static bool blocks_equal(const struct block *p, const struct block *q)
{
    return p->kind != BLOCK_OTHER && p->kind == q->kind && p->body_len == q->body_len &&
           memcmp(p->body, q->body, p->body_len) == 0;
}

bool shape_equal(const struct buf *a, const struct buf *b, const char *but)
{
    struct blocks x = read_blocks(a);
    struct named_blocks y = read_named(b);
    const struct block *free_one = find_first(&y.all, but);
    bool equal = x.n == y.all.n;

    for (size_t i = 0; i < x.n && equal; i++) {
        const struct block *p = &x.at[i], *q = begins(p->name, p->name_len, but) ? free_one : find(&y, p);

        equal = q && blocks_equal(p, q);
    }
    free(x.at);
    free_named(&y);
    return equal;
}

/* What a definition can't change: all of a map, and of a chain what it hooks on. */
static size_t fixed_len(const struct block *b)
{
    static const char policy[] = "; policy ";
    const char *first = memchr(b->body, '\n', b->body_len), *found;

    if (b->kind != BLOCK_CHAIN)
        return b->body_len;
    if (!begins(b->body, b->body_len, "\t\ttype "))
        return 0;
    found = first ? memmem(b->body, (size_t)(first - b->body), policy, sizeof policy - 1) : NULL;
    return found ? (size_t)(found - b->body) : b->body_len;
}

static bool can_follow(const struct block *before, const struct block *after)
{
    const size_t len = fixed_len(before);

    return before->kind == after->kind && fixed_len(after) == len &&
           memcmp(before->body, after->body, len) == 0;
}

static bool blocks_can_become(const struct blocks *from, const struct named_blocks *to)
{
    for (size_t i = 0; i < to->all.n; i++)
        if (to->all.at[i].kind == BLOCK_OTHER)
            return false;
    for (size_t i = 0; i < from->n; i++) {
        const struct block *after = find(to, &from->at[i]);

        if (from->at[i].kind == BLOCK_OTHER || (after && !can_follow(&from->at[i], after)))
            return false;
    }
    return true;
}

bool shape_can_become(const struct buf *from, const struct buf *to)
{
    struct blocks old = read_blocks(from);
    struct named_blocks new = read_named(to);
    const bool can = blocks_can_become(&old, &new);

    free(old.at);
    free_named(&new);
    return can;
}

void shape_delete_rest(const struct buf *from, const struct buf *to, struct buf *out)
{
    struct blocks old = read_blocks(from);
    struct named_blocks new = read_named(to);

    for (int chains = 0; chains < 2; chains++)
        for (size_t i = 0; i < old.n; i++) {
            const struct block *b = &old.at[i];

            if ((b->kind == BLOCK_CHAIN) == (chains == 1) && !find(&new, b))
                buf_printf(out, "delete %s inet " NFT_TABLE " %.*s\n", kind_words[b->kind], (int)b->name_len,
                           b->name);
        }
    free(old.at);
    free_named(&new);
}
