/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/device.h"

#include <stdio.h>

#include "check_util.h"

static const struct {
    const char *text;
    size_t len;
    const char *name; /* NULL: refused, at byte `at` */
    size_t at;
} names[] = {
    {TEXT("eth0"), "eth0", 0},
    {TEXT("eth+"), "eth+", 0},
    {TEXT("+"), "", 0},
    {TEXT("a"), "a", 0},
    {TEXT("0"), "0", 0},
    {TEXT("123456789012345"), "123456789012345", 0},
    {TEXT("12345678901234+"), "12345678901234+", 0},
    {TEXT("br-lan.100"), "br-lan.100", 0},
    {TEXT("\xc3\xa4"), "\xc3\xa4", 0},
    {TEXT("eth0@if5"), "eth0@if5", 0},
    {TEXT(""), NULL, 0},
    {TEXT("1234567890123456"), NULL, 0},
    {TEXT("123456789012345+"), NULL, 0},
    {TEXT("eth 0"), NULL, 3},
    {TEXT("eth\t0"), NULL, 3},
    {TEXT("eth/0"), NULL, 3},
    {TEXT("!eth0"), NULL, 0},
    {TEXT("eth0:1"), NULL, 4},
    {TEXT("eth*"), NULL, 3},
    {TEXT("e+h0"), NULL, 1},
    {TEXT("+eth0"), NULL, 0},
    {TEXT("eth++"), NULL, 3},
    {TEXT("++"), NULL, 0},
    {TEXT("eth\0"), NULL, 3},
    {TEXT("\0"), NULL, 0},
    {TEXT("eth\x1b"), NULL, 3},
    {TEXT("eth\x7f"), NULL, 3},
    {TEXT("eth\n"), NULL, 3},
};

START_TEST(test_interface)
{
    char *text = exact_copy(names[_i].text, names[_i].len);
    struct interface name;
    struct complaint why = {.at = 99};

    memset(&name, 'x', sizeof name);
    ck_assert_int_eq(interface_parse(text, names[_i].len, &name, &why), names[_i].name != NULL);
    if (names[_i].name) {
        char zeroed[sizeof name.name] = "";

        memcpy(zeroed, names[_i].name, strlen(names[_i].name));
        ck_assert(memcmp(zeroed, name.name, sizeof zeroed) == 0);
    } else {
        ck_assert_uint_eq(why.at, names[_i].at);
    }
    free(text);
}
END_TEST

static bool fits(const char *pattern, const char *name)
{
    size_t n = strlen(pattern);

    if (n == 0)
        return true;
    return pattern[n - 1] == '+' ? strncmp(pattern, name, n - 1) == 0 : strcmp(pattern, name) == 0;
}

/* Against all names of up to four letters of a and b: some name fits both, or none. */
START_TEST(test_overlap)
{
    static const char *const all[] = {"",    "a",   "b",  "a+",  "b+",   "aa",   "ab",
                                      "aa+", "ab+", "ba", "aab", "aab+", "abab", "abab+"};

    for (int i = 0; i < N_OF(all); i++)
        for (int j = 0; j < N_OF(all); j++) {
            struct interface a = {""}, b = {""};
            bool expected = false;
            char name[6];

            strcpy(a.name, all[i]);
            strcpy(b.name, all[j]);
            for (unsigned len = 1; len <= 5; len++)
                for (unsigned bits = 0; bits < 1U << len; bits++) {
                    for (unsigned k = 0; k < len; k++)
                        name[k] = bits >> k & 1 ? 'b' : 'a';
                    name[len] = '\0';
                    expected = expected || (fits(all[i], name) && fits(all[j], name));
                }
            if (interface_overlaps(&a, &b) != expected)
                ck_abort_msg("'%s' and '%s': %d expected", all[i], all[j], expected);
        }
}
END_TEST

static const struct {
    const char *text;
    size_t len;
    const char *printed; /* NULL: refused */
} macs[] = {
    {TEXT("52:54:00:12:34:56"), "52:54:00:12:34:56"},
    {TEXT("aa:Bb:cC:dd:EE:ff"), "aa:bb:cc:dd:ee:ff"},
    {TEXT("00:00:00:00:00:00"), "00:00:00:00:00:00"},
    {TEXT("0a:0b:0c:0d:0e:09"), "0a:0b:0c:0d:0e:09"},
    {TEXT(""), NULL},
    {TEXT("52:54:00:12:34"), NULL},
    {TEXT("52:54:00:12:34:5"), NULL},
    {TEXT("52:54:00:12:34:567"), NULL},
    {TEXT("52:54:00:12:34:56:78"), NULL},
    {TEXT("52-54-00-12-34-56"), NULL},
    {TEXT("525400123456"), NULL},
    {TEXT("5254.0012.3456"), NULL},
    {TEXT("52:54:00:12:34:5g"), NULL},
    {TEXT("52:54:00:12:34: 6"), NULL},
    {TEXT("52:54:00:12:34:+6"), NULL},
    {TEXT("52:54:00:12:34.56"), NULL},
    {TEXT("52:54:00:12:34:5\0"), NULL},
    {TEXT(":::::::::::::::::"), NULL},
    {TEXT("52:54:00:12:34:5\xb2"), NULL},
    {TEXT("52:54:00:12:34:5:"), NULL},
    {TEXT("52:54:00:12:34:5@"), NULL},
};

START_TEST(test_mac)
{
    char *text = exact_copy(macs[_i].text, macs[_i].len);
    struct complaint why;
    struct buf out = {0};
    struct mac m;

    ck_assert_int_eq(mac_parse(text, macs[_i].len, &m, &why), macs[_i].printed != NULL);
    if (macs[_i].printed) {
        mac_print(&out, &m);
        ck_assert_str_eq(buf_text(&out), macs[_i].printed);
    }
    buf_free(&out);
    free(text);
}
END_TEST

static Suite *device_suite(void)
{
    Suite *s = suite_create("device");
    TCase *t = new_case(s, "device");

    tcase_add_loop_test(t, test_interface, 0, N_OF(names));
    tcase_add_test(t, test_overlap);
    tcase_add_loop_test(t, test_mac, 0, N_OF(macs));
    return s;
}

int main(void)
{
    return run_suite(device_suite());
}
