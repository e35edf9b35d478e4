/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/keepalived_part.h"
#include "lbgen/number.h"

enum { NOTES_MAX = 20 };

struct ka_place ka_place_of(const struct ka_line *line, const struct ka_word *word)
{
    if (!word)
        word = ka_line_word(line, 0);
    return word ? (struct ka_place){word->at, word->len} : (struct ka_place){line->open_at, 1};
}

bool ka_leave_open(struct ka_maker *maker, const struct ka_line *line, const struct ka_word *word,
                   const char *what)
{
    struct ka_place place = ka_place_of(line, word);

    if (maker->notes++ >= NOTES_MAX)
        return false;
    if (word && word->unknown)
        diag_at(maker->diag, SEVERITY_NOTE, place.at, place.len,
                "only a running Keepalived knows %s here; what depends on it is not judged", what);
    else
        diag_at(maker->diag, SEVERITY_NOTE, place.at, place.len,
                "%s is expected here; what depends on it is not judged", what);
    return false;
}

bool ka_take_number(struct ka_maker *maker, const struct ka_line *line, uint32_t i, uint32_t *out)
{
    const struct ka_word *word = ka_line_word(line, i);
    const char *text = word ? word->text : "";

    while (text[0] == '0' && text[1])
        text++;
    return decimal_parse(text, strlen(text), out) ||
           ka_leave_open(maker, line, word,
                         all_digits(text, strlen(text)) ? "a number of at most 32 bits" : "a decimal number");
}

bool ka_take_address(struct ka_maker *maker, const struct ka_line *line, uint32_t i, struct prefix *out)
{
    const struct ka_word *word = ka_line_word(line, i);
    struct complaint why;

    return (word && !word->unknown &&
            prefix_parse(word->text, strcspn(word->text, "/"), ADDRESS_ONLY, out, &why)) ||
           ka_leave_open(maker, line, word, "an address");
}

unsigned ka_take_family(struct ka_maker *maker, const struct ka_line *line, uint32_t i)
{
    const struct ka_word *word = ka_line_word(line, i);

    if (word && strcmp(word->text, "inet") == 0)
        return FAMILY_BIT_4;
    if (word && strcmp(word->text, "inet6") == 0)
        return FAMILY_BIT_6;
    ka_leave_open(maker, line, word, "inet or inet6");
    return FAMILY_BITS_BOTH;
}
