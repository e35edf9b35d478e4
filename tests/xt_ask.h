/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LBGEN_TESTS_XT_ASK_H
#define LBGEN_TESTS_XT_ASK_H

#include <check.h>

#include "lbgen/xt.h"

/* One rule, one answer; the caller frees it with xt_free_answers. */
static struct xt_rule ask(int family, const char *table, const char *text)
{
    struct xt_rule rule = {.table = table, .rule = text};
    char *why;

    ck_assert_int_eq(xt_canonical(family, &rule, 1, &why), 0);
    return rule;
}

#endif
