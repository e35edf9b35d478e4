/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/xalloc.h"
#include "lbgen/xt.h"
#include "lbgen/xt_answer.h"
#include "lbgen/xt_batch.h"

/* What travels, followed by the text. */
struct answer {
    size_t at, len, head_len;
    int status;
    bool is_goto, to_chain;
    char chain[32], target[32];
};

/* --- in the child --- */

static void pack(const struct xt_rule *rule, struct buf *reply)
{
    struct answer a;

    memset(&a, 0, sizeof a);
    a.at = rule->at;
    a.len = rule->len;
    a.head_len = rule->head_len;
    a.status = (int)rule->status;
    a.is_goto = rule->is_goto;
    a.to_chain = rule->to_chain;
    memcpy(a.chain, rule->chain, sizeof a.chain);
    memcpy(a.target, rule->target, sizeof a.target);
    buf_add(reply, &a, sizeof a);
    buf_str(reply, rule->text);
}

static void answer(const struct xt_family *family, void *questions, size_t i, struct buf *reply)
{
    struct xt_rule *rule = (struct xt_rule *)questions + i;

    xt_answer(family, rule);
    pack(rule, reply);
}

static void answer_ended(void *questions, size_t i, struct buf *reply)
{
    struct xt_rule *rule = (struct xt_rule *)questions + i;

    xt_answer_ended(rule);
    pack(rule, reply);
}

/* --- in the caller --- */

static bool is_sound(const struct xt_rule *rule, const struct answer *a, size_t text_len)
{
    size_t given = strlen(rule->rule);

    return a->status >= XT_OK && a->status <= XT_FAILED && a->at <= given && a->len <= given - a->at &&
           a->head_len <= text_len && memchr(a->chain, 0, sizeof a->chain) &&
           memchr(a->target, 0, sizeof a->target);
}

static bool take(void *questions, size_t i, const char *reply, size_t len)
{
    struct xt_rule *rule = (struct xt_rule *)questions + i;
    struct answer a;

    if (len < sizeof a)
        return false;
    memcpy(&a, reply, sizeof a);
    if (!is_sound(rule, &a, len - sizeof a))
        return false;
    rule->status = (enum xt_status)a.status;
    rule->text = xmemdup0(reply + sizeof a, len - sizeof a);
    rule->at = a.at;
    rule->len = a.len;
    rule->head_len = a.head_len;
    rule->is_goto = a.is_goto;
    rule->to_chain = a.to_chain;
    memcpy(rule->chain, a.chain, sizeof rule->chain);
    memcpy(rule->target, a.target, sizeof rule->target);
    return true;
}

static void take_crash(void *questions, size_t i, const char *why)
{
    struct xt_rule *rule = (struct xt_rule *)questions + i;

    rule->status = XT_FAILED;
    rule->text = xmemdup0(why, strlen(why));
}

static const char *name(const void *questions, size_t i)
{
    return ((const struct xt_rule *)questions + i)->rule;
}

static const struct xt_work canonical = {
    .revisions = XT_NEWEST,
    .answer = answer,
    .answer_ended = answer_ended,
    .take = take,
    .take_crash = take_crash,
    .name = name,
};

static void forget_answer(struct xt_rule *rule)
{
    *rule = (struct xt_rule){.table = rule->table, .rule = rule->rule};
}

int xt_canonical(int family, struct xt_rule *rules, size_t n, char **why)
{
    for (size_t i = 0; i < n; i++)
        forget_answer(&rules[i]);
    int error = xt_ask(&canonical, family, rules, n, why);
    if (error)
        xt_free_answers(rules, n);
    return error;
}

void xt_free_answers(struct xt_rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(rules[i].text);
        forget_answer(&rules[i]);
    }
}
