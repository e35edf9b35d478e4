/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/save_lex.h"

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

const char *save_next_word(struct save_lexer *lexer, struct arena *mem)
{
    bool quoted = false;

    while (lexer->at < lexer->len && blank(lexer->text[lexer->at]))
        lexer->at++;
    if (lexer->at == lexer->len)
        return NULL;
    size_t end = lexer->at, n = 0;
    while (end < lexer->len && (quoted || !blank(lexer->text[end]))) {
        if (quoted && lexer->text[end] == '\\' && end + 1 < lexer->len)
            end++;
        else if (lexer->text[end] == '"')
            quoted = !quoted;
        end++;
    }
    char *word = arena_alloc(mem, end - lexer->at + 1);
    quoted = false;
    for (size_t i = lexer->at; i < end; i++) {
        if (lexer->text[i] == '"') {
            quoted = !quoted;
            continue;
        }
        if (quoted && lexer->text[i] == '\\' && i + 1 < end)
            i++;
        word[n++] = lexer->text[i];
    }
    word[n] = '\0';
    lexer->at = end;
    return word;
}
