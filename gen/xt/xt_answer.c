/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lbgen/xt_answer.h"
#include "lbgen/xt_capture.h"
#include "lbgen/xt_extension.h"
#include "lbgen/xt_guard.h"
#include "lbgen/xt_outline.h"
#include "lbgen/xt_parse.h"
#include "lbgen/xt_print.h"
#include "lbgen/xt_set.h"

/* iptables-restore reads lines of up to 10239 bytes, and a comment may be put in. */
enum { TEXT_MAX = 10000 };

static struct xt_walk given, printed;
static struct xt_walk *current; /* the one of the two that libxtables is at */
static struct buf text, again;

static void nowhere(struct xt_walk *walk)
{
    walk->option = walk->value = (struct xt_span){0, 0};
}

/* The words are split already. */
static bool read_and_print(struct xt_walk *walk, struct buf *out, size_t *head_len, struct complaint *why)
{
    current = walk;
    nowhere(walk);
    if (!xt_parse(walk, why))
        return false;
    xt_walk_end(walk);
    nowhere(walk);
    xt_print(walk, out, head_len);
    return true;
}

static bool fits(const struct buf *b, struct complaint *why)
{
    return b->len <= TEXT_MAX ||
           complain(why, 0, 0, "a rule of %zu bytes; iptables-restore takes up to %d", b->len, TEXT_MAX);
}

static bool is_not(const struct xt_word *word)
{
    return word->span.len == 1 && *word->text == '!';
}

static size_t count_nots(const struct xt_words *words)
{
    size_t n = 0;

    for (size_t i = 0; i < words->n; i++)
        n += is_not(&words->at[i]);
    return n;
}

/* iptables-save leaves out what is true of every packet, and forgets that it was inverted. */
static bool kept_nots(struct complaint *why)
{
    size_t was = count_nots(&given.words), i = 0;

    if (count_nots(&printed.words) >= was)
        return true;
    while (!is_not(&given.words.at[i]))
        i++;
    return xt_refuse(why, was == 1 ? given.words.at[i].span : (struct xt_span){0, 0},
                     "this ! makes it match no packet, and iptables-save leaves it out");
}

static bool canonical(void *ctx, struct complaint *why)
{
    struct xt_rule *rule = ctx;
    size_t ignored;

    if (!read_and_print(&given, &text, &rule->head_len, why) || !fits(&text, why))
        return false;
    printed.rule = text.at;
    current = &printed;
    if (!xt_words_split(&printed.words, text.at, why) || !read_and_print(&printed, &again, &ignored, why))
        return false;
    if (strcmp(text.at, again.at) != 0)
        return complain(why, 0, 0, "it comes back changed: %.150s", again.at);
    current = &given;
    return kept_nots(why);
}

static void refuse(struct xt_rule *rule, const struct complaint *why)
{
    bool at_printed = current == &printed;

    text.len = 0;
    buf_printf(&text, "%s%s", at_printed ? "what iptables-save prints for this rule is not the rule: " : "",
               why->text);
    buf_text(&text);
    rule->status = given.broken || printed.broken ? XT_FAILED : given.foreign ? XT_FOREIGN : XT_REFUSED;
    rule->at = at_printed ? 0 : why->at;
    rule->len = at_printed ? 0 : why->len;
    rule->head_len = 0;
    rule->chain[0] = rule->target[0] = '\0';
    rule->is_goto = rule->to_chain = false;
}

/* libxtables' message about an address is getaddrinfo's. */
static void place_and_reword(struct complaint *why)
{
    struct xt_span culprit = xt_walk_culprit(current, why->text);

    why->at = culprit.at;
    why->len = culprit.len;
    if (!strncmp(why->text, "getaddrinfo:", 12))
        xt_refuse(why, culprit, "an %s address was expected; host names are not looked up",
                  given.family->name);
}

static void answer_canonical(struct xt_rule *rule, struct complaint *why)
{
    enum xt_guarded result = xt_guard(canonical, rule, why);

    if (result == XT_GUARD_THROWN)
        place_and_reword(why);
    if (result == XT_GUARD_DONE) {
        memcpy(rule->chain, given.chain, sizeof rule->chain);
        memcpy(rule->target, given.jump, sizeof rule->target);
        rule->is_goto = given.is_goto;
        rule->to_chain = given.jump[0] && !given.has_target && !xt_is_verdict(given.jump);
        rule->status = XT_OK;
    } else {
        refuse(rule, why);
    }
    xt_walk_end(&given);
    xt_walk_end(&printed);
}

/* Whether -j of a rule as written names a chain; libxtables has to be asked. */
static bool judge_jump(void *ctx, struct complaint *why)
{
    struct xt_rule *rule = ctx;

    rule->to_chain = *rule->target && !xt_is_verdict(rule->target) && !xt_is_target(rule->target);
    return !rule->is_goto || rule->to_chain ||
           complain(why, 0, 0, "'%s' is a target, -g takes a chain", rule->target);
}

static bool as_written(const struct xt_family *family, struct xt_rule *rule, struct complaint *why)
{
    return xt_set_form(&given.words, why) && xt_as_written(family, &given.words, rule, &text, why) &&
           fits(&text, why) && xt_guard(judge_jump, rule, why) == XT_GUARD_DONE;
}

void xt_answer(const struct xt_family *family, struct xt_rule *rule)
{
    struct complaint why;
    struct xt_outline outline;

    given.family = printed.family = family;
    given.table = printed.table = rule->table;
    given.rule = rule->rule;
    given.foreign = given.broken = printed.broken = false;
    current = &given;
    if (!xt_words_split(&given.words, rule->rule, &why) ||
        !xt_outline(family, rule->rule, &given.words, &outline, &why)) {
        refuse(rule, &why);
    } else if (outline.foreign) {
        given.foreign = true;
        complain(&why, 0, 0, "this rule is not for %s", family->name);
        refuse(rule, &why);
    } else if (!outline.with_set) {
        answer_canonical(rule, &why);
    } else if (as_written(family, rule, &why)) {
        rule->status = XT_AS_WRITTEN;
    } else {
        refuse(rule, &why);
    }
    rule->text = (char *)buf_text(&text);
}

/* The library says why on stderr, and the values of -m and -j are known. */
void xt_answer_ended(struct xt_rule *rule)
{
    struct complaint why = {0};

    xt_clean_message(why.text, sizeof why.text, xt_captured_noise());
    place_and_reword(&why);
    refuse(rule, &why);
    rule->text = (char *)buf_text(&text);
}
