/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/own_chain.h"

#include <stdio.h>

#include "check_input.h"

static const struct {
    const char *name;
    bool own;
} names[] = {
    {"lbgen-root", true}, {"lbgen-192.0.2.0/24", true},
    {"lbgen.web", true},  {"lbgen.u.x", true},
    {"lbgen-x", true},    {"lbgen", false},
    {"lbgenx", false},    {"lbgen_x", false},
    {"LBGEN-x", false},   {"Lbgen.x", false},
    {"xlbgen-x", false},  {"INPUT", false},
    {"", false},          {"lbge", false},
    {" lbgen-x", false},  {"KUBE-SERVICES", false},
};

START_TEST(test_own)
{
    size_t n = strlen(names[_i].name);
    char *name = exact_copy(names[_i].name, n);

    ck_assert_int_eq(chain_is_own(name, n), names[_i].own);
    free(name);
}
END_TEST

static struct chain_name chain_of(const char *name)
{
    struct service s = {.name = name, .name_len = (uint8_t)strlen(name)};

    return exclusion_chain(&s);
}

/* Short names as they are; long ones by head and hash; never a chain of [rules], never over 28 bytes. */
START_TEST(test_chain)
{
    static const char *const short_ones[] = {"a", "web", "0123456789012345678901", "u", "ux", "U.x", "a.u.b"};
    static const char *const long_ones[] = {"01234567890123456789012",
                                            "0123456789012345678901234567890123456789", "u.x", "u.web",
                                            "u.0123456789012345678901234567890123"};
    char expected[40];

    for (int i = 0; i < N_OF(short_ones); i++) {
        snprintf(expected, sizeof expected, "lbgen.%s", short_ones[i]);
        ck_assert_str_eq(chain_of(short_ones[i]).text, expected);
    }
    for (int i = 0; i < N_OF(long_ones); i++) {
        struct chain_name chain = chain_of(long_ones[i]);

        ck_assert_uint_le(strlen(chain.text), CHAIN_NAME_MAX);
        ck_assert(chain_is_own(chain.text, strlen(chain.text)));
        ck_assert(strncmp(chain.text, USER_CHAIN_PREFIX, strlen(USER_CHAIN_PREFIX)) != 0);
        ck_assert_str_eq(chain.text, chain_of(long_ones[i]).text);
        ck_assert_ptr_null(strpbrk(chain.text, " /:\"!"));
    }
}
END_TEST

/* Names that differ, by one byte too, have chains that differ. */
START_TEST(test_distinct)
{
    enum { MANY = 3000 };
    static char chains[MANY][CHAIN_NAME_MAX + 1];
    char name[NAME_MAX_LEN + 1];

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, i % 3 == 0 ? "u.%d" : "a-rather-long-name-of-a-service-%d", i);
        strcpy(chains[i], chain_of(name).text);
    }
    qsort(chains, MANY, sizeof *chains, (int (*)(const void *, const void *))strcmp);
    for (int i = 1; i < MANY; i++)
        MUST(strcmp(chains[i - 1], chains[i]) != 0);
}
END_TEST

/* A service may take the name that another's chain has: that is told, and only with exclude-mac. */
START_TEST(test_collision)
{
    struct buf text = {0};
    struct made m;
    const char *long_name = "a-rather-long-name-of-a-service";
    struct chain_name chain = chain_of(long_name);
    const char *mac = _i ? "exclude-mac = 52:54:00:12:34:56\n" : "";

    buf_printf(&text,
               "[service %s]\nvip = 192.0.2.1\nports = 1\nfwmark = 1\nexclude-mac = 52:54:00:12:34:56\n",
               long_name);
    buf_printf(&text, "[service %s]\nvip = 192.0.2.2\nports = 1\nfwmark = 2\n%s",
               chain.text + strlen("lbgen."), mac);
    const char *printed = make(&m, buf_text(&text), LINT_CHAINS);
    ck_assert_uint_eq(diag_errors(&m.diag), (unsigned)_i);
    if (_i)
        ck_assert_msg(strstr(printed, "would share the chain lbgen.") != NULL, "%s", printed);
    made_free(&m);
    buf_free(&text);
}
END_TEST

static Suite *own_chain_suite(void)
{
    Suite *s = suite_create("own_chain");
    TCase *t = new_case(s, "own_chain");

    tcase_add_loop_test(t, test_own, 0, N_OF(names));
    tcase_add_test(t, test_chain);
    tcase_add_test(t, test_distinct);
    tcase_add_loop_test(t, test_collision, 0, 2);
    return s;
}

int main(void)
{
    return run_suite(own_chain_suite());
}
