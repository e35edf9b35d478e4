/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/xalloc.h"
#include "lbgen/xt_batch.h"
#include "lbgen/xt_capture.h"
#include "lbgen/xt_decode.h"
#include "lbgen/xt_encode.h"
#include "lbgen/xt_entries.h"
#include "lbgen/xt_entry.h"
#include "lbgen/xt_guard.h"
#include "lbgen/xt_own_text.h"

/* A reply is one byte, whether it is an answer or the reason of a refusal, and the answer or the reason. */
enum { ANSWERED = 1, REFUSED = 0 };

static void reply_with_refusal(struct buf *reply, size_t start, const char *why)
{
    reply->len = start;
    buf_char(reply, REFUSED);
    buf_str(reply, why);
}

/* libxtables says why it ends on stderr. */
static void answer_ended(void *questions, size_t i, struct buf *reply)
{
    char why[sizeof((struct complaint *)0)->text];

    (void)questions;
    (void)i;
    xt_clean_message(why, sizeof why, xt_captured_noise());
    reply_with_refusal(reply, reply->len, why);
}

/* What both doors hand to the batch. */
struct questions {
    enum family family;
    struct arena *mem;
    struct xt_encoding *encode;
    struct xt_decoding **decode; /* those that libxtables has to be asked for */
};

/* --- text to entries --- */

static void encode(const struct xt_family *family, void *questions, size_t i, struct buf *reply)
{
    const struct xt_encoding *rule = &((struct questions *)questions)->encode[i];
    size_t start = reply->len;
    struct complaint why;

    buf_char(reply, ANSWERED);
    if (!xt_encode_rule(family, rule->table, rule->rule, reply, &why))
        reply_with_refusal(reply, start, why.text);
}

static bool take_entry(void *questions, size_t i, const char *reply, size_t len)
{
    struct questions *q = questions;
    struct xt_encoding *rule = &q->encode[i];

    if (!len)
        return false;
    if (*reply == REFUSED) {
        rule->refusal = arena_text(q->mem, reply + 1, len - 1);
        return true;
    }
    rule->entry = arena_copy(q->mem, reply + 1, len - 1);
    rule->len = (uint32_t)(len - 1);
    return entry_is_sound(q->family, rule->entry, rule->len);
}

static void take_encoding_crash(void *questions, size_t i, const char *why)
{
    struct questions *q = questions;

    q->encode[i].refusal = arena_text(q->mem, why, strlen(why));
}

static const char *name_encoding(const void *questions, size_t i)
{
    return ((const struct questions *)questions)->encode[i].rule;
}

/* --- entries to text --- */

static void decode(const struct xt_family *family, void *questions, size_t i, struct buf *reply)
{
    const struct xt_decoding *rule = ((struct questions *)questions)->decode[i];
    size_t start = reply->len;
    struct complaint why;

    buf_char(reply, ANSWERED);
    if (!xt_decode_rule(family, rule, reply, &why))
        reply_with_refusal(reply, start, why.text);
}

static bool take_text(void *questions, size_t i, const char *reply, size_t len)
{
    struct questions *q = questions;

    if (!len)
        return false;
    const char *text = arena_text(q->mem, reply + 1, len - 1);
    *(*reply == REFUSED ? &q->decode[i]->refusal : &q->decode[i]->text) = text;
    return true;
}

static void take_decoding_crash(void *questions, size_t i, const char *why)
{
    struct questions *q = questions;

    q->decode[i]->refusal = arena_text(q->mem, why, strlen(why));
}

static const char *name_decoding(const void *questions, size_t i)
{
    return ((const struct questions *)questions)->decode[i]->chain;
}

/* --- the doors --- */

static const struct xt_work encoding = {
    .revisions = XT_OF_KERNEL,
    .answer = encode,
    .answer_ended = answer_ended,
    .take = take_entry,
    .take_crash = take_encoding_crash,
    .name = name_encoding,
};

static const struct xt_work decoding = {
    .revisions = XT_NEWEST, /* and every other, for printing */
    .answer = decode,
    .answer_ended = answer_ended,
    .take = take_text,
    .take_crash = take_decoding_crash,
    .name = name_decoding,
};

static bool ask(const struct xt_work *work, struct questions *q, size_t n, struct complaint *why)
{
    char *reason;
    int error = xt_ask(work, family_ops[q->family].number, q, n, &reason);

    if (error)
        complain(why, 0, 0, "%s", reason);
    free(reason);
    return !error;
}

bool xt_encode(enum family family, struct xt_encoding *rules, size_t n, struct arena *mem,
               struct complaint *why)
{
    struct questions q = {.family = family, .mem = mem, .encode = rules};

    for (size_t i = 0; i < n; i++)
        rules[i] = (struct xt_encoding){.table = rules[i].table, .rule = rules[i].rule};
    return ask(&encoding, &q, n, why);
}

bool xt_decode(enum family family, struct xt_decoding *rules, size_t n, struct arena *mem,
               struct complaint *why)
{
    struct questions q = {.family = family, .mem = mem, .decode = xcalloc(n, sizeof *q.decode)};
    struct buf line = {0};
    size_t left = 0;

    for (size_t i = 0; i < n; i++) {
        rules[i].text = rules[i].refusal = NULL;
        line.len = 0;
        if (xt_own_text(family, &rules[i], &line))
            rules[i].text = arena_text(mem, line.at, line.len);
        else
            q.decode[left++] = &rules[i];
    }
    bool good = ask(&decoding, &q, left, why);
    free(q.decode);
    buf_free(&line);
    return good;
}
