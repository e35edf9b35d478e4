/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/xt_set.h"

enum { NAME_MAX_LEN = 31, DIRECTIONS_MAX = 6 };

bool xt_set_is_named_by(const char *option, size_t len)
{
    static const char *const options[] = {"--match-set", "--add-set", "--del-set", "--map-set"};

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strlen(options[i]) == len && memcmp(options[i], option, len) == 0)
            return true;
    return false;
}

const char *xt_set_advice(const char *refusal)
{
    return strstr(refusal, "protocol family of set")
               ? " (rule4 and rule6 in [rules] say of which family a rule is)"
               : "";
}

static bool are_directions(const char *list)
{
    for (size_t n = 1; n <= DIRECTIONS_MAX; n++, list += 4) {
        if (strncmp(list, "src", 3) != 0 && strncmp(list, "dst", 3) != 0)
            return false;
        if (list[3] != ',')
            return !list[3];
    }
    return false;
}

static bool has_form(const struct xt_words *words, size_t option, struct complaint *why)
{
    if (option + 2 >= words->n)
        return xt_refuse(why, words->at[option].span, "this option needs the name of a set and src or dst");
    const struct xt_word *name = &words->at[option + 1], *list = &words->at[option + 2];

    if (!*name->text || strlen(name->text) > NAME_MAX_LEN)
        return xt_refuse(why, name->span, "the name of a set has 1 to %d bytes", NAME_MAX_LEN);
    if (!are_directions(list->text))
        return xt_refuse(why, list->span, "a list of src and dst was expected");
    return true;
}

bool xt_set_form(const struct xt_words *words, struct complaint *why)
{
    bool found = false;

    for (size_t i = 0; i < words->n; i++) {
        if (!xt_set_is_named_by(words->at[i].text, strlen(words->at[i].text)))
            continue;
        if (!has_form(words, i, why))
            return false;
        found = true;
        i += 2;
    }
    return found || complain(why, 0, 0, "no set is named: --match-set (-j SET: --add-set) was expected");
}
