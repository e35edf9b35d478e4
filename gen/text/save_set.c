/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/save_lex.h"
#include "lbgen/save_set.h"
#include "lbgen/save_unknown.h"

/* ":INPUT DROP [0:0]": whether it is DROP. Other words, and none, leave a chain open. */
static bool policy_drops(const struct save_line *line)
{
    const char *end = line->text + line->len, *word = memchr(line->text, ' ', line->len);

    while (word && word < end && *word == ' ')
        word++;
    return word && end - word >= 4 && memcmp(word, "DROP", 4) == 0 && (word + 4 == end || word[4] == ' ');
}

static void add_chain(struct rule_set *set, enum table table, const struct save_line *line)
{
    uint32_t number = rule_set_enter(set, table, line->chain);
    struct set_chain *chain = &set->of[table].at[number];

    chain->declared = true;
    chain->drops = policy_drops(line);
}

/* What "# lbgen:web" above some rules in one of lbgen's own chains says; NULL when it is another comment,
 * such as a note ("# lbgen: some words"). */
static const char *tag_above(struct save_file *file, const struct save_line *line)
{
    static const char mark[] = "# lbgen:";
    size_t head = sizeof mark - 1;

    if (line->len <= head || memcmp(line->text, mark, head) != 0 || line->text[head] == ' ')
        return NULL;
    return arena_text(&file->mem, line->text + head, line->len - head);
}

static void add_rule(struct save_file *file, struct rule_set *set, enum table table,
                     const struct save_line *line, const char *above)
{
    struct set_rule rule = {.rule = line->rule,
                            .tag = line->rule->tag || !line->own ? line->rule->tag : above,
                            .text = line->text,
                            .text_len = (uint32_t)line->len};

    save_unknown_words(&rule, &file->mem);
    rule_set_add(set, table, &rule);
}

void save_set_make(struct save_file *file, struct rule_set *out)
{
    const char *above = NULL, *below = NULL; /* what a comment says, and the chain that it says it of */
    enum table table;

    rule_set_init(out);
    for (size_t i = 0; i < file->n; i++) {
        const struct save_line *line = &file->at[i];
        bool known = line->table && table_find(line->table, strlen(line->table), &table);

        if (known && line->kind == SAVE_CHAIN)
            add_chain(out, table, line);
        if (line->kind == SAVE_RULE) {
            if (below && strcmp(below, line->chain) != 0)
                above = NULL;
            below = line->chain;
            if (known)
                add_rule(file, out, table, line, above);
        }
        if (line->kind == SAVE_OWN_COMMENT) {
            above = tag_above(file, line);
            below = NULL;
        } else if (line->kind != SAVE_RULE || !line->own || line->rule->tag) {
            above = NULL;
        }
    }
    rule_set_link(out);
}
