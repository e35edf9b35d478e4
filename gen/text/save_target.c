/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/save_target.h"

/* "0x50" or "0x50/0xff"; without a mask *mask is all ones. */
static bool read_bits(const char *word, uint32_t *value, uint32_t *mask)
{
    const char *slash = word ? strchr(word, '/') : NULL;

    *mask = UINT32_MAX;
    return word && number_parse(word, slash ? (size_t)(slash - word) : strlen(word), value) &&
           (!slash || number_parse(slash + 1, strlen(slash + 1), mask));
}

/* The five ways to write (bits & ~mask) ^ value. False when the option is none of them, or not understood. */
static bool read_setting(const char *option, const char *word, uint32_t *value, uint32_t *mask)
{
    uint32_t v, m;

    if (!read_bits(word, &v, &m))
        return false;
    if (strcmp(option, "--set-xmark") == 0)
        *value = v, *mask = m;
    else if (strcmp(option, "--set-mark") == 0)
        *value = v, *mask = m | v;
    else if (strcmp(option, "--or-mark") == 0)
        *value = v, *mask = v;
    else if (strcmp(option, "--xor-mark") == 0)
        *value = v, *mask = 0;
    else if (strcmp(option, "--and-mark") == 0)
        *value = 0, *mask = ~v;
    else
        return false;
    return strncmp(option, "--set-", 6) == 0 || !strchr(word, '/');
}

static bool read_mask(const char *option, const char *word, struct seen_rule *rule)
{
    uint32_t mask;

    if (!word || !number_parse(word, strlen(word), &mask))
        return false;
    if (strcmp(option, "--nfmask") == 0 || strcmp(option, "--mask") == 0)
        rule->mask = mask;
    if (strcmp(option, "--ctmask") == 0 || strcmp(option, "--mask") == 0)
        rule->connmark_mask = mask;
    return true;
}

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static void read_connmark(const char *option, struct save_lexer *lexer, struct arena *mem,
                          struct seen_rule *rule)
{
    static const char *const masks[] = {"--nfmask", "--ctmask", "--mask"};
    bool copies = rule->effect == EFFECT_SAVE_MARK || rule->effect == EFFECT_RESTORE_MARK;
    enum seen_effect effect = EFFECT_UNKNOWN;

    if (rule->effect == EFFECT_UNKNOWN && rule->mask)
        return; /* an option before was not understood */
    if (strcmp(option, "--save-mark") == 0 || strcmp(option, "--restore-mark") == 0) {
        effect = option[2] == 's' ? EFFECT_SAVE_MARK : EFFECT_RESTORE_MARK;
        rule->mask = rule->connmark_mask = UINT32_MAX;
    } else if (is_one_of(option, masks, 3)) { /* they stand behind what they are for */
        if (copies && read_mask(option, save_next_word(lexer, mem), rule))
            effect = rule->effect;
    } else if (!copies && read_setting(option, save_next_word(lexer, mem), &rule->value, &rule->mask)) {
        effect = EFFECT_CONNMARK;
    }
    rule->effect = effect;
    if (effect == EFFECT_UNKNOWN)
        rule->mask = UINT32_MAX;
}

void save_read_target_option(const char *word, struct save_lexer *lexer, struct arena *mem,
                             struct seen_rule *rule)
{
    static const char *const mapping[] = {"--map-set", "--map-mark"};

    if (strcmp(rule->jump, "MARK") == 0)
        rule->effect = read_setting(word, save_next_word(lexer, mem), &rule->value, &rule->mask)
                           ? EFFECT_MARK
                           : EFFECT_ANY_MARK;
    else if (strcmp(rule->jump, "CONNMARK") == 0)
        read_connmark(word, lexer, mem, rule);
    else if (strcmp(rule->jump, "CT") == 0 && strcmp(word, "--notrack") == 0)
        rule->effect = EFFECT_UNTRACK;
    else if (strcmp(rule->jump, "SET") == 0 && is_one_of(word, mapping, 2))
        rule->effect = EFFECT_ANY_MARK;
}
