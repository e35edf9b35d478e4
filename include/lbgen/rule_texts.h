/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of images as text, whatever their payloads are: collected, then made in one go, then handed out in
 * the order in which they were collected. */
#ifndef LBGEN_RULE_TEXTS_H
#define LBGEN_RULE_TEXTS_H

#include "lbgen/buf.h"
#include "lbgen/complaint.h"
#include "lbgen/family.h"
#include "lbgen/image.h"

/* Zero-initialise, set the form; rule_texts_free when done. */
struct rule_texts {
    enum payload_form form;
    struct {
        struct rule_text {
            const struct image_rule *rule;
            const char *chain, *text;
        } * at;
        size_t n, cap;
    } list;
    size_t next;
    struct arena mem;
};

void rule_texts_add(struct rule_texts *texts, const struct image_rule *rule, const char *chain);

/* The same as a rule_text_fn (edit_print.h): a first run of the printer collects. */
void rule_texts_collect(void *texts, const struct image_rule *rule, const char *chain, struct buf *out);

/* Makes the texts. A rule that no text can be had of gets one in brackets that says why. */
bool rule_texts_make(struct rule_texts *texts, enum family family, struct complaint *why);

/* The next text, NUL-terminated, of the rules as they were collected. */
const char *rule_texts_next(struct rule_texts *texts);

/* The same as a rule_text_fn, for the second run. */
void rule_texts_print(void *texts, const struct image_rule *rule, const char *chain, struct buf *out);

void rule_texts_free(struct rule_texts *texts);

#endif
