/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/xt_address.h"
#include "lbgen/xt_names.h"
#include "lbgen/xt_options.h"
#include "lbgen/xt_outline.h"

/* The family that an option is of, 0 if it is of none. */
static int family_of(const struct xt_plain *option)
{
    switch (option->letter) {
    case '4': return 4;
    case '6': return 6;
    case 's':
    case 'd': return option->value ? xt_address_family(option->value) : 0;
    default: return 0;
    }
}

static bool is_set(const struct xt_plain *option)
{
    return option->value && ((option->letter == 'm' && !strcmp(option->value, "set")) ||
                             (option->letter == 'j' && !strcmp(option->value, "SET")));
}

bool xt_outline(const struct xt_family *family, const char *rule, const struct xt_words *words,
                struct xt_outline *outline, struct complaint *why)
{
    int found = 0;

    *outline = (struct xt_outline){false, false};
    for (size_t i = 0; i < words->n;) {
        struct xt_plain option = xt_plain_option(words, rule, i);
        int this = family_of(&option);

        if (this && found && this != found)
            return xt_refuse(why, option.value_span, "this is IPv%d, and what stands before is IPv%d", this,
                             found);
        if (this)
            found = this;
        outline->with_set = outline->with_set || is_set(&option);
        i = option.next;
    }
    outline->foreign = found && found != family->number;
    return true;
}

static bool is_address(const struct xt_family *family, const char *rule, const struct xt_plain *option,
                       struct complaint *why)
{
    unsigned char address[16], mask[16];
    struct complaint inner;

    if (xt_address_parse(family, option->value, address, mask, &inner))
        return true;
    return xt_refuse(why, xt_span_of(rule, option->value_span, option->value + inner.at, inner.len), "%s",
                     inner.text);
}

static bool take(const struct xt_family *family, const struct xt_plain *option, struct xt_rule *answer,
                 struct complaint *why)
{
    switch (option->letter) {
    case 's':
    case 'd': return is_address(family, answer->rule, option, why);
    case 'i':
    case 'o': return xt_interface_name(option->value, option->value_span, why);
    case 'j':
    case 'g':
        if (*answer->target)
            return xt_refuse(why, option->value_span, "-j is given twice (-g is one, too)");
        if (!xt_jump_name(answer->table, option->value, option->value_span, why))
            return false;
        memcpy(answer->target, option->value, strlen(option->value) + 1);
        answer->is_goto = option->letter == 'g';
        return true;
    default: return true;
    }
}

static bool take_chain(const struct xt_words *words, const struct xt_plain *first, struct xt_rule *answer,
                       struct complaint *why)
{
    if (first->letter != 'A' || !first->value)
        return xt_refuse(why, words->at[0].span, "a rule begins with -A CHAIN");
    if (!xt_chain_name(first->value, first->value_span, why))
        return false;
    memcpy(answer->chain, first->value, strlen(first->value) + 1);
    return true;
}

/* The blank before the place where a match can be put in front: the first -m, or else -j or -g. */
static void mark_head(struct xt_rule *answer, int letter, size_t here, bool *at_match)
{
    bool is_match = letter == 'm';

    if (!*at_match && (is_match || ((letter == 'j' || letter == 'g') && !answer->head_len)))
        answer->head_len = here;
    *at_match = *at_match || is_match;
}

static bool take_word(const struct xt_family *family, const struct xt_words *words, size_t i,
                      const struct xt_plain *option, struct xt_rule *answer, struct complaint *why)
{
    struct xt_span word = words->at[i].span;

    if (!xt_in_place(option->letter, word, why))
        return false;
    if (!option->letter || !strchr("sdiopjgm", option->letter))
        return true;
    if (!option->value)
        return xt_refuse(why, word, "this option needs a value");
    if (option->next == i + 1 && strchr("sdiopj", option->letter))
        return xt_refuse(why, word, "the value of -%c has to be a word of its own", option->letter);
    return take(family, option, answer, why);
}

bool xt_as_written(const struct xt_family *family, const struct xt_words *words, struct xt_rule *answer,
                   struct buf *text, struct complaint *why)
{
    struct xt_plain option = xt_plain_option(words, answer->rule, 0);
    bool at_match = false;

    text->len = 0;
    if (!take_chain(words, &option, answer, why))
        return false;
    buf_printf(text, "-A %s", answer->chain);
    for (size_t i = option.next; i < words->n;) {
        option = xt_plain_option(words, answer->rule, i);
        mark_head(answer, option.letter, text->len, &at_match);
        if (!take_word(family, words, i, &option, answer, why))
            return false;
        for (; i < option.next; i++)
            buf_printf(text, " %.*s", (int)words->at[i].span.len, answer->rule + words->at[i].span.at);
    }
    buf_text(text);
    return true;
}
