/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/protocol_number.h"
#include "lbgen/save_image.h"
#include "lbgen/save_lex.h"
#include "lbgen/save_read.h"
#include "lbgen/vec.h"

#define OWN_COMMENT "lbgen:"

struct span {
    const char *at;
    size_t len;
};

static bool is(struct span word, const char *text)
{
    return strlen(text) == word.len && memcmp(word.at, text, word.len) == 0;
}

static void skip_blanks(struct save_lexer *lexer)
{
    while (lexer->at < lexer->len && (lexer->text[lexer->at] == ' ' || lexer->text[lexer->at] == '\t'))
        lexer->at++;
}

/* The next word of a line. Most have no quotes and lie in the line itself. */
static bool next_word(struct save_lexer *lexer, struct arena *mem, struct span *word)
{
    const char *text = lexer->text;
    size_t at;

    skip_blanks(lexer);
    at = lexer->at;
    while (at < lexer->len && text[at] != ' ' && text[at] != '\t' && text[at] != '"')
        at++;
    if (at < lexer->len && text[at] == '"') {
        word->at = save_next_word(lexer, mem);
        word->len = strlen(word->at);
        return true;
    }
    *word = (struct span){text + lexer->at, at - lexer->at};
    lexer->at = at;
    return word->len > 0;
}

/* "[packets:bytes]"; what is no number counts as 0. */
static void read_counters(struct span word, uint64_t *packets, uint64_t *bytes)
{
    uint64_t *to[] = {packets, bytes};
    size_t at = 1;

    for (int i = 0; i < 2; i++, at++)
        for (*to[i] = 0; at < word.len && word.at[at] >= '0' && word.at[at] <= '9'; at++)
            *to[i] = *to[i] * 10 + (uint64_t)(word.at[at] - '0');
}

/* What the word before says of the word at hand. */
enum place { OPTION, NAME_OF_MATCH, COMMENT, PROTOCOL, JUMP };

static enum place place_behind(struct span word)
{
    if (word.len == 2 && word.at[0] == '-')
        switch (word.at[1]) {
        case 'm': return NAME_OF_MATCH;
        case 'p': return PROTOCOL;
        case 'j':
        case 'g': return JUMP;
        default: return OPTION;
        }
    return is(word, "--comment") ? COMMENT : OPTION;
}

static uint64_t hash_word(uint64_t hash, struct span word, enum place place)
{
    uint8_t number;

    if (place == PROTOCOL && protocol_number(word.at, word.len, &number))
        return image_hash(hash, &number, sizeof number);
    return image_hash(hash, word.at, word.len);
}

static bool is_own_comment(struct span word)
{
    return word.len >= strlen(OWN_COMMENT) && memcmp(word.at, OWN_COMMENT, strlen(OWN_COMMENT)) == 0;
}

/* The words behind "-A CHAIN". */
static void read_words(struct save_lexer *lexer, struct arena *mem, struct image_rule *out)
{
    enum place place = OPTION;
    struct span word;
    uint64_t before_match = 0; /* the key of all in front of the last -m */
    unsigned n = 0, match_at = 0;

    for (; next_word(lexer, mem, &word); n++) {
        uint64_t key = hash_word(out->key, word, place);

        if (place == OPTION && is(word, "-m")) {
            before_match = out->key;
            match_at = n;
        }
        if (place == COMMENT && !out->tag && is_own_comment(word)) {
            out->tag = arena_text(mem, word.at + strlen(OWN_COMMENT), word.len - strlen(OWN_COMMENT));
            out->bare = n - match_at == 3 ? before_match : key; /* -m comment --comment TEXT */
        } else {
            out->bare = out->tag ? hash_word(out->bare, word, place) : key;
        }
        out->key = key;
        if (place == JUMP)
            out->jump = arena_text(mem, word.at, word.len);
        place = place == OPTION ? place_behind(word) : OPTION;
    }
}

static bool is_final(const char *line, size_t len)
{
    struct arena mem = {0};
    struct seen_rule rule;
    bool final = save_read_rule(line, len, &mem, &rule) && save_rule_is_final(&rule);

    arena_free(&mem);
    return final;
}

void save_image_rule(const char *line, size_t len, struct arena *mem, struct image_rule *out)
{
    struct save_lexer lexer = {.text = line, .len = len};
    struct span word;

    *out = (struct image_rule){.jump = ""};
    skip_blanks(&lexer);
    if (lexer.at < len && line[lexer.at] == '[' && next_word(&lexer, mem, &word)) {
        read_counters(word, &out->packets, &out->bytes);
        skip_blanks(&lexer);
    }
    out->payload = line + lexer.at;
    out->len = (uint32_t)(len - lexer.at);
    if (next_word(&lexer, mem, &word) && next_word(&lexer, mem, &word)) /* -A CHAIN */
        read_words(&lexer, mem, out);
    out->final = out->tag && strcmp(out->tag, "rules") == 0 && is_final(line, len);
}

static void begin_table(struct save_image_maker *m, enum table table)
{
    name_index_free(&m->chains);
    m->table = table;
    m->chain = 0;
    m->image->of[table].present = true;
}

/* The chain of that name, made if it is not there. Rules come chain by chain: mostly it is the last one. */
static struct image_chain *chain_of(struct save_image_maker *m, const char *name)
{
    struct image_table *table = &m->image->of[m->table];
    size_t len = strlen(name);
    uint32_t found;

    if (m->chain < table->n && strcmp(table->at[m->chain].name, name) == 0)
        return &table->at[m->chain];
    found = name_index_enter(&m->chains, table->at, name, len, (uint32_t)table->n);
    m->chain = found == NAME_NOT_FOUND ? table->n : found;
    return found == NAME_NOT_FOUND ? image_add_chain(m->image, m->table, name, len) : &table->at[found];
}

/* ":INPUT DROP [0:0]" */
static void read_chain(struct save_image_maker *m, const struct save_line *line)
{
    struct image_chain *chain = chain_of(m, line->chain);
    struct save_lexer lexer = {.text = line->text + 1, .len = line->len - 1};
    struct span word;

    if (!next_word(&lexer, &m->image->mem, &word) || !next_word(&lexer, &m->image->mem, &word) ||
        !chain->builtin)
        return;
    chain->policy = is(word, "DROP") ? POLICY_DROP : POLICY_ACCEPT;
    if (next_word(&lexer, &m->image->mem, &word))
        read_counters(word, &chain->packets, &chain->bytes);
}

static void read_rule(struct save_image_maker *m, const struct save_line *line)
{
    struct image_chain *chain = chain_of(m, line->chain);

    if (chain->builtin && chain->policy == POLICY_NONE) /* never declared */
        chain->policy = POLICY_ACCEPT;
    save_image_rule(line->text, line->len, &m->image->mem, VEC_ADD(chain));
}

void save_image_read(const struct save_file *file, struct image *out)
{
    struct save_image_maker m = {.image = out, .chains = {.name_of = image_chain_name}};
    bool known = false;
    enum table table;

    out->form = PAYLOAD_LINE;
    for (size_t i = 0; i < file->n; i++) {
        const struct save_line *line = &file->at[i];

        if (line->kind == SAVE_TABLE) {
            known = table_find(line->table, strlen(line->table), &table);
            if (known)
                begin_table(&m, table);
        } else if (known && line->kind == SAVE_CHAIN) {
            read_chain(&m, line);
        } else if (known && line->kind == SAVE_RULE) {
            read_rule(&m, line);
        }
    }
    name_index_free(&m.chains);
}

static void make_table(void *ctx, enum table table)
{
    begin_table(ctx, table);
}

static void make_chain(void *ctx, const char *name, const char *policy)
{
    (void)policy;
    chain_of(ctx, name);
}

/* A rule may be written as several lines; those that are comments name the owner of rules in own chains. */
static void make_rules(void *ctx, const struct rule *rule)
{
    struct save_image_maker *m = ctx;
    struct image_chain *chain = chain_of(m, rule->chain);
    const char *end;

    m->text.len = 0;
    m->lines.rule(m->lines.ctx, rule);
    end = m->text.at + m->text.len;
    for (const char *line = m->text.at, *next; line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        if (*line != '-')
            continue;
        size_t len = (size_t)(next - line);
        struct image_rule *out = VEC_ADD(chain);
        save_image_rule(arena_copy(&m->image->mem, line, len), len, &m->image->mem, out);
        if (rule->in_own_chain && rule->tag)
            out->owner = image_owner(m->image, chain, rule->tag, rule->tag_len);
    }
}

static void make_end(void *ctx)
{
    struct save_image_maker *m = ctx;

    name_index_free(&m->chains);
    buf_free(&m->text);
}

struct rule_sink save_image_sink(struct save_image_maker *m, struct image *out, enum family family)
{
    *m = (struct save_image_maker){.image = out, .chains = {.name_of = image_chain_name}};
    m->lines = save_writer_sink(&m->writer, &m->text, family);
    out->form = PAYLOAD_LINE;
    return (struct rule_sink){
        .ctx = m, .table = make_table, .chain = make_chain, .rule = make_rules, .end = make_end};
}
