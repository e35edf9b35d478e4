/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rule sets out of texts, for suites that compare them. */
#ifndef CHECK_RULE_SET_H
#define CHECK_RULE_SET_H

#include "lbgen/save_set.h"
#include "lbgen/xalloc.h"

#include "check_util.h"

/* A rule set and the text that it points to. */
struct text_set {
    struct save_file file;
    struct rule_set rules;
    char *text;
};

/* text: what iptables-save prints. */
static inline void text_set_read(struct text_set *set, const char *text)
{
    struct complaint why;

    *set = (struct text_set){.text = xmemdup0(text, strlen(text))};
    if (!save_file_read(&set->file, set->text, strlen(text), &why))
        ck_abort_msg("%s in:\n%s", why.text, text);
    save_set_make(&set->file, &set->rules);
}

static inline void text_set_free(struct text_set *set)
{
    rule_set_free(&set->rules);
    save_file_free(&set->file);
    free(set->text);
}

#endif
