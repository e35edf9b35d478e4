/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text to kernel entries and back. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/xt_entries.h"
#include "lbgen/xt_entry.h"
#include "xt_pairs.h"
#include "check_util.h"

enum { PAIRS = N_OF(xt_pairs) };

static struct arena mem;

static void free_mem(void)
{
    arena_free(&mem);
}

/* --- there and back --- */

static struct xt_encoding encoded[FAMILIES][PAIRS];
static struct xt_decoding decoded[FAMILIES][PAIRS];

static bool is_of(const struct xt_pair *pair, enum family family)
{
    return pair->families == 46 || pair->families == family_ops[family].number;
}

static const char *text_of(const struct xt_pair *pair)
{
    return pair->text ? pair->text : pair->rule;
}

static const char *chain_of(const char *text)
{
    size_t len = strcspn(text + 3, " ");

    return arena_text(&mem, text + 3, len);
}

static void ask_pairs(void)
{
    struct complaint why;

    for (enum family f = IPV4; f < FAMILIES; f++) {
        size_t n = 0;

        for (int i = 0; i < PAIRS; i++)
            encoded[f][i] = (struct xt_encoding){.table = xt_pairs[i].table, .rule = text_of(&xt_pairs[i])};
        ck_assert_msg(xt_encode(f, encoded[f], PAIRS, &mem, &why), "%s", why.text);
        for (int i = 0; i < PAIRS; i++)
            if (encoded[f][i].entry)
                decoded[f][n++] =
                    (struct xt_decoding){.entry = encoded[f][i].entry, .chain = chain_of(encoded[f][i].rule)};
        ck_assert_msg(xt_decode(f, decoded[f], n, &mem, &why), "%s", why.text);
        for (int i = PAIRS; i-- > 0;)
            if (encoded[f][i].entry)
                decoded[f][i] = decoded[f][--n];
    }
}

START_TEST(test_there_and_back)
{
    const struct xt_pair *pair = &xt_pairs[_i];

    for (enum family f = IPV4; f < FAMILIES; f++) {
        const struct xt_encoding *e = &encoded[f][_i];

        if (!is_of(pair, f))
            continue;
        if (!e->entry && strstr(e->refusal, "this kernel does not have"))
            continue;
        ck_assert_msg(e->entry != NULL, "%s: refused: %s", e->rule, e->refusal);
        ck_assert_ptr_null(e->refusal);
        ck_assert_msg(decoded[f][_i].text != NULL, "%s: refused: %s", e->rule, decoded[f][_i].refusal);
        ck_assert_str_eq(decoded[f][_i].text, e->rule);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("xt_entries");
    TCase *pairs = new_case(suite, "pairs");

    tcase_add_unchecked_fixture(pairs, ask_pairs, free_mem);
    tcase_add_loop_test(pairs, test_there_and_back, 0, PAIRS);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
