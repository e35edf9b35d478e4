/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/buf.h"
#include "lbgen/state_names.h"
#include "lbgen/words.h"

/* Where names stand: behind which option of which match or target. */
static const struct name_place {
    const char *of, *option, *kind;
    bool changes;
} places[] = {{"set", "--match-set", "set", false},
              {"recent", "--name", "recent", false}, /* it depends on other options */
              {"hashlimit", "--hashlimit-name", "hashlimit", true},
              {"nfacct", "--nfacct-name", "nfacct", true},
              {"rateest", "--rateest", "rateest", false},
              {"rateest", "--rateest1", "rateest", false},
              {"rateest", "--rateest2", "rateest", false},
              {"helper", "--helper", "helper", false},
              {"SET", "--add-set", "set", true},
              {"SET", "--del-set", "set", true},
              {"RATEEST", "--rateest-name", "rateest", true},
              {"CT", "--helper", "helper", true}};

enum { PLACES = sizeof places / sizeof *places };

static bool is(const char *text, struct word w, const char *word)
{
    return strlen(word) == w.len && memcmp(text + w.at, word, w.len) == 0;
}

static bool begins_match(const char *text, struct word w)
{
    return is(text, w, "-m") || is(text, w, "--match");
}

static void tell(const char *kind, const char *name, size_t len, bool changes, state_taker *take, void *ctx)
{
    struct buf whole = {0};

    buf_printf(&whole, "%s ", kind);
    buf_add(&whole, name, len);
    take(ctx, whole.at, whole.len, changes);
    buf_free(&whole);
}

/* recent's list changes by its rules but for those that only look; without a name it is this one. */
static void tell_list(const char *text, size_t n, struct word w, state_taker *take, void *ctx)
{
    static const char standard[] = "DEFAULT";
    const char *name = standard;
    size_t len = sizeof standard - 1;
    bool changes = false;

    while (word_next(text, n, &w) && !begins_match(text, w)) {
        changes = changes || is(text, w, "--set") || is(text, w, "--update") || is(text, w, "--remove");
        if (is(text, w, "--name") && word_next(text, n, &w)) {
            name = text + w.at;
            len = w.len;
        }
    }
    tell("recent", name, len, changes, take, ctx);
}

/* The names in the words of the match, or the target, that stands at `of`. */
static void tell_names(const char *text, size_t n, struct word of, state_taker *take, void *ctx)
{
    struct word w = of, name;

    if (is(text, of, "recent")) {
        tell_list(text, n, of, take, ctx);
        return;
    }
    while (word_next(text, n, &w) && !begins_match(text, w))
        for (size_t i = 0; i < PLACES; i++) {
            name = w;
            if (is(text, of, places[i].of) && is(text, w, places[i].option) && word_next(text, n, &name))
                tell(places[i].kind, text + name.at, name.len, places[i].changes, take, ctx);
        }
}

void state_names_in_matches(const char *text, state_taker *take, void *ctx)
{
    size_t n = strlen(text);
    struct word w = {0};

    while (word_next(text, n, &w))
        if (begins_match(text, w) && word_next(text, n, &w))
            tell_names(text, n, w, take, ctx);
}

const char *state_target(const struct set_rule *rule, size_t *len)
{
    const char *words = NULL;
    struct word w = {0};
    bool counts = false;

    for (size_t i = 0; i < PLACES; i++)
        counts = counts || (places[i].changes && strcmp(places[i].of, rule->rule->jump) == 0);
    while (counts && word_next(rule->text, rule->text_len, &w))
        if (is(rule->text, w, "-j") || is(rule->text, w, "--jump")) {
            words = rule->text + w.at + w.len;
            *len = rule->text_len - w.at - w.len;
        }
    return words;
}

void state_names_in_target(const char *words, size_t len, state_taker *take, void *ctx)
{
    struct word w = {0};

    if (word_next(words, len, &w))
        tell_names(words, len, w, take, ctx);
}
