/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/ini_reader.h"

#include "check_ini_reader.h"

#define S10  "0123456789"
#define S50  S10 S10 S10 S10 S10
#define S200 S50 S50 S50 S50

/* Texts that are good, and what comes of them. Most are what inih alone would misread. */
static const struct {
    const char *text;
    size_t len;
    const char *events;
} good[] = {
    {TEXT(""), ""},
    {TEXT("\n\n \t\n"), ""},
    {TEXT("; c\n# c\n  ; c\n\t# c [x] y = z\n"), ""},
    {TEXT("[a]\nk = v\n"), "[a]\nk=v\n"},
    {TEXT("[a]\nk=v"), "[a]\nk=v\n"}, /* no final newline */
    {TEXT("[a]"), "[a]\n"},
    {TEXT("[a]\r\nk = v\r\n\r\n"), "[a]\nk=v\n"},
    {TEXT("\xef\xbb\xbf[a]\nk = v\n"), "[a]\nk=v\n"},
    {TEXT("\xef\xbb\xbf"), ""},
    {TEXT("\xef\xbb\xbf; comment\r\n[a]\r\n"), "[a]\n"},
    /* Only = separates. */
    {TEXT("[a]\nk = 10000:20000\nv = 2001:db8::1\nw = a:b=c\n"),
     "[a]\nk=10000:20000\nv=2001:db8::1\nw=a:b=c\n"},
    {TEXT("[a]\nk == =v= =\n"), "[a]\nk== =v= =\n"},
    /* Indented headers and keys count as such. */
    {TEXT("  [a]\n\tk = v\n   l=w\n"), "[a]\nk=v\nl=w\n"},
    {TEXT("[a]\nk = v\n  [b]\n  l = w\n"), "[a]\nk=v\n[b]\nl=w\n"},
    /* Other indented lines continue, also behind empty lines and comments. */
    {TEXT("[a]\nk = v\n  w\n\tx  y \n"), "[a]\nk=v w x  y\n"},
    {TEXT("[a]\nk = v\n\n; c\n  ; c\n  w\n"), "[a]\nk=v w\n"},
    {TEXT("[a]\nk = v ; c\n  w ; c\n  x\n"), "[a]\nk=v w x\n"},
    {TEXT("[a]\nk = v\n  Upper = case\n  a.b = c\n  2001:db8::1\n"),
     "[a]\nk=v Upper = case a.b = c 2001:db8::1\n"},
    {TEXT("[a]\nk = v,\n  [2001:db8::1]:443\n"), "[a]\nk=v, [2001:db8::1]:443\n"},
    {TEXT("[a]\nk = v\n  ]x\n  \"q\n  =\n"), "[a]\nk=v ]x \"q =\n"},
    /* Comments: `;` behind a blank, `#` on lines of their own. */
    {TEXT("[a] ; c\nk = v ; c\nl = v;w\nm = v # w\nn = v\t;c\n"), "[a]\nk=v\nl=v;w\nm=v # w\nn=v\n"},
    {TEXT("[a]\nk =;v\nl = ;v\nm = ; v\nn = #v\no =   \n"), "[a]\nk=;v\nl=\nm=\nn=#v\no=\n"},
    {TEXT("[a]\nk = \"v ; w\"\nl = \"v;w\"\n"), "[a]\nk=\"v\nl=\"v;w\"\n"},
    {TEXT("[a;b]\nk = v\n"), "[a;b]\nk=v\n"},
    /* Quotes of rules protect a comment mark, over lines too, and end where they end. */
    {TEXT("[a]\nrule = -m \"x ; y\" ; z\n"), "[a]\nrule=-m \"x ; y\"\n"},
    {TEXT("[a]\nrule4 = \"x ; y\"\nrule6 = \"x ; y\" ;c\n"), "[a]\nrule4=\"x ; y\"\nrule6=\"x ; y\"\n"},
    {TEXT("[a]\nrules = \"x ; y\"\nrule5 = \"x ; y\"\n"), "[a]\nrules=\"x\nrule5=\"x\n"},
    {TEXT("[a]\nrule = \"x\n  ; y\n  z\" ; c\n"), "[a]\nrule=\"x ; y z\"\n"},
    {TEXT("[a]\nrule = \"x\nk = v ; c\n"), "[a]\nrule=\"x\nk=v\n"},
    {TEXT("[a]\nrule = \"x \\\" ; y\" ; c\n"), "[a]\nrule=\"x \\\" ; y\"\n"},
    {TEXT("[a]\nrule = 'x ; y'\n"), "[a]\nrule='x\n"},
    {TEXT("[a]\nrule = -A X\n  --comment \"a ; b\" ; c\n  -j Y\n"),
     "[a]\nrule=-A X --comment \"a ; b\" -j Y\n"},
    /* Lines that inih would cut. */
    {TEXT("[a]\nk = " S200 S50 "\nl = w\n"), "[a]\nk=" S200 S50 "\nl=w\n"},
    {TEXT("[a]\nk = v\n; " S200 "k=from-comment\n"), "[a]\nk=v\n"},
    {TEXT("[a]\nk = " S200 " [b] " S200 " c = d\n"), "[a]\nk=" S200 " [b] " S200 " c = d\n"},
    {TEXT("[a]\nk = v\n   " S200 "\n"), "[a]\nk=v " S200 "\n"},
    {TEXT("[a]\nk = v ; " S200 "=" S200 "\n"), "[a]\nk=v\n"},
    /* Headers of any length (inih: 49 bytes, then two that begin alike are one); keys of 49 bytes. */
    {TEXT("[" S200 "]\nk=v\n[" S200 "0]\nk=v\n"), "[" S200 "]\nk=v\n[" S200 "0]\nk=v\n"},
    {TEXT("[template 0123456789012345678901234567890123456789]\nk=v\n"),
     "[template 0123456789012345678901234567890123456789]\nk=v\n"},
    {TEXT("[   a  b   ]\n"), "[a  b]\n"},
    {TEXT("[\ta\t]\t\n"), "[a]\n"},
    {TEXT("[]\nk=v\n"), "[]\nk=v\n"},
    {TEXT("[a]\nk0123456789-1234567890123456789012345678901234567 = v\n  w\n"),
     "[a]\nk0123456789-1234567890123456789012345678901234567=v w\n"},
    /* Sections again: told again, whoever listens merges them. Empty ones are told too. */
    {TEXT("[a]\n[b]\nk=v\n[a]\nl=w\n"), "[a]\n[b]\nk=v\n[a]\nl=w\n"},
    {TEXT("[a]\nk=v\nk=v\n"), "[a]\nk=v\nk=v\n"},
    {TEXT("k=v\n[a]\n"), "k=v\n[a]\n"}, /* who listens refuses it */
    {TEXT("[\xc3\xa4]\nk = \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n"),
     "[\xc3\xa4]\nk=\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n"},
    {TEXT("[a]\n; \xff\xc0\nk = v ; \xe4\n  # \x80\n"), "[a]\nk=v\n"}, /* in comments bytes are free */
    {TEXT("[a] ; \xe4\nrule = v \"x\" ; \xe4\n"), "[a]\nrule=v \"x\"\n"},
};

START_TEST(test_good)
{
    struct record r;
    char *text = exact_copy(good[_i].text, good[_i].len);
    const char *said = record_read(&r, text, good[_i].len);

    ck_assert_str_eq(said, "");
    ck_assert_str_eq(buf_text(&r.events), good[_i].events);
    record_free(&r);
    free(text);
}
END_TEST

/* Texts that are refused: what is still told, and the first line of what is said (or the whole). */
static const struct {
    const char *text;
    size_t len;
    const char *events, *said;
} bad[] = {
    {TEXT("[a]\nk\n"), "[a]\n!k\n",
     "t.ini:2:1: error: a line is `key = value`, a [section] or a comment; this one has no =\n    k\n    "
     "^\n"},
    {TEXT("[a]\nports 1000:2000\n"), "[a]\n!ports\n", "t.ini:2:1: error: a line is"},
    {TEXT("[a]\nvip6 2001:db8::1\nk = v\n"), "[a]\n!vip6\nk=v\n", "t.ini:2:1: error: a line is"},
    {TEXT("[a]\na:b=c\n"), "[a]\n!a\n", "t.ini:2:1: error: unknown key 'a:b'"},
    {TEXT("[a]\n= v\n"), "[a]\n", "t.ini:2:1: error: there is no key before the =\n    = v\n    ^\n"},
    {TEXT("[a]\nKey = v\n"), "[a]\n", "t.ini:2:1: error: unknown key 'Key'"},
    {TEXT("[a]\n2k = v\n"), "[a]\n", "t.ini:2:1: error: unknown key '2k'"},
    {TEXT("[a]\nk k = v\n"), "[a]\n!k\n", "t.ini:2:1: error: unknown key 'k k'"},
    {TEXT("[a]\n// c\n"), "[a]\n", "t.ini:2:1: error: a line is"},
    {TEXT("[a]\nk0123456789-12345678901234567890123456789012345678 = v\n  w\nk = v\n"),
     "[a]\n!k0123456789-12345678901234567890123456789012345678\nk=v\n",
     "t.ini:2:1: error: this key has 50 bytes; no key has more than 49\n"},
    {TEXT("[a\nk = v\n"), "[!a\nk=v\n",
     "t.ini:1:1: error: the section's header has no closing ]\n    [a\n    ^~\n"},
    {TEXT("[a ;c]\n"), "[!a\n",
     "t.ini:1:1: error: the section's header has no closing ]\n    [a ;c]\n    ^~\n"},
    {TEXT("[a]\n  [b\nk = v\n"), "[a]\n[!b\nk=v\n",
     "t.ini:2:3: error: the section's header has no closing ]"},
    {TEXT("[a] junk = 1\n"), "[!a\n",
     "t.ini:1:5: error: nothing but a comment may stand behind a section's ]\n    [a] junk = 1\n        "
     "^~~~~~~~\n"},
    {TEXT("[a]]\n"), "[!a\n", "t.ini:1:4: error: nothing but a comment"},
    {TEXT("[a] # c\n"), "[!a\n", "t.ini:1:5: error: nothing but a comment"},
    {TEXT("[a];c\n"), "[!a\n", "t.ini:1:4: error: nothing but a comment"},
    {TEXT("  v\n"), "",
     "t.ini:1:3: error: an indented line continues the value above, but there is none: it needs a key and = "
     "here\n      v\n      ^\n"},
    {TEXT("[a]\n  v\n"), "[a]\n",
     "t.ini:2:3: error: an indented line continues the value above, but there is none"},
    /* What continues a refused line is refused with it, once. */
    {TEXT("[a]\nK = v\n  w\n  x\nk = v\n"), "[a]\nk=v\n",
     "t.ini:2:1: error: unknown key 'K': keys are made of a-z, 0-9 and -\n    K = v\n    ^\n"},
    /* Control bytes, NUL, CR: nowhere, not even in comments. */
    {TEXT("[a]\nk = v\0w\n"), "[a]\n!k\n",
     "t.ini:2:6: error: control byte 0x00; of those only tab is allowed\n    k = v?w\n         ^\n"},
    {TEXT("[a]\n; c\0\nk = v\n"), "[a]\nk=v\n", "t.ini:2:4: error: control byte 0x00"},
    {TEXT("\0"), "", "t.ini:1:1: error: control byte 0x00"},
    {TEXT("[a\0]\n"), "[!a?\n", "t.ini:1:3: error: control byte 0x00"},
    {TEXT("[a]\nk = \x01\n"), "[a]\n!k\n", "t.ini:2:5: error: control byte 0x01"},
    {TEXT("[a]\nk = v ; \x1b[31m\n"), "[a]\n!k\n", "t.ini:2:9: error: control byte 0x1b"},
    {TEXT("[a]\nk = \x7f\n"), "[a]\n!k\n", "t.ini:2:5: error: control byte 0x7f"},
    {TEXT("[a]\nk = v\n  \x02\x03\x04\n"), "[a]\nk=v\n", "t.ini:3:3: error: control byte 0x02"},
    {TEXT("[a]\rk = v\r"), "[!a\n", "t.ini:1:4: error: control byte 0x0d"}, /* CR alone ends no line */
    {TEXT("[a]\nk = v\r\r\n"), "[a]\n!k\n", "t.ini:2:6: error: control byte 0x0d"},
    {TEXT("[a]\nk\r = v\n"), "[a]\n!k\n", "t.ini:2:2: error: control byte 0x0d"},
    {TEXT("[a]\nk = v\x0bw\x0c\n"), "[a]\n!k\n", "t.ini:2:6: error: control byte 0x0b"},
    /* UTF-8: none of the wrong forms, outside comments. */
    {TEXT("[a]\nk = \xe4\n"), "[a]\n!k\n",
     "t.ini:2:5: error: byte 0xe4 is no UTF-8: save the file as UTF-8\n    k = ?\n        ^\n"},
    {TEXT("[a]\nk = x\xc3\n"), "[a]\n!k\n", "t.ini:2:6: error: byte 0xc3 is no UTF-8"},
    {TEXT("[a]\nk = \xc0\x80\n"), "[a]\n!k\n", "t.ini:2:5: error: byte 0xc0 is no UTF-8"},
    {TEXT("[a]\nk = \xe0\x80\xaf\n"), "[a]\n!k\n", "t.ini:2:5: error: byte 0xe0 is no UTF-8"},
    {TEXT("[a]\nk = \xed\xa0\x80\n"), "[a]\n!k\n", "t.ini:2:5: error: byte 0xed is no UTF-8"},
    {TEXT("[a]\nk = \xf4\x90\x80\x80\n"), "[a]\n!k\n", "t.ini:2:5: error: byte 0xf4 is no UTF-8"},
    {TEXT("[a]\nk = \xf8\x88\x80\x80\x80\n"), "[a]\n!k\n", "t.ini:2:5: error: byte 0xf8 is no UTF-8"},
    {TEXT("[a]\nk = \x80\n"), "[a]\n!k\n", "t.ini:2:5: error: byte 0x80 is no UTF-8"},
    {TEXT("[\xe4]\nk = v\n"), "[!?\nk=v\n", "t.ini:1:2: error: byte 0xe4 is no UTF-8"},
    {TEXT("[a]\nk = v\n  \xe4 ; c\n  w\nl = x\n"), "[a]\nk=v\nl=x\n",
     "t.ini:3:3: error: byte 0xe4 is no UTF-8"},
    {TEXT("[a]\nrule = \" ; \xe4\"\n"), "[a]\n!rule\n", "t.ini:2:12: error: byte 0xe4 is no UTF-8"},
    /* A BOM inside is no BOM, but its line is none the less what it looks like, as behind other blanks. */
    {TEXT("[a]\n\xef\xbb\xbf[b]\nk = v\n"), "[a]\n[!b\nk=v\n",
     "t.ini:2:1: error: here stands a byte order mark (U+FEFF): take it out\n    \xef\xbb\xbf[b]\n    ^\n"},
    {TEXT("[a]\n\xef\xbb\xbf[b\nk = v\n"), "[a]\n[!b\nk=v\n",
     "t.ini:2:1: error: here stands a byte order mark"},
    {TEXT("[a]\n\xef\xbb\xbfk = v\n"), "[a]\n!k\n", "t.ini:2:1: error: here stands a byte order mark"},
    {TEXT("[a]\n\xef\xbb\xbf"), "[a]\n", "t.ini:2:1: error: here stands a byte order mark"},
    {TEXT("\xef\xbb\xbf\xef\xbb\xbf[a]\n"), "[!a\n", "t.ini:1:4: error: here stands a byte order mark"},
    {TEXT("[a]\n\xc2\xa0 \xe3\x80\x80k = v\n"), "[a]\n!k\n",
     "t.ini:2:1: error: here stands a no-break space (U+00A0): write a blank\n"},
    {TEXT("[a]\nk\xc2\xa0= v\n"), "[a]\n!k\n", "t.ini:2:2: error: here stands a no-break space"},
    {TEXT("[a]\nk \xef\xbc\x9d v\n"), "[a]\n!k\n",
     "t.ini:2:3: error: here stands a wide = (U+FF1D): write =\n"},
    {TEXT("[a]\n\xef\xbc\xbbz\xef\xbc\xbd\n"), "[a]\n", "t.ini:2:1: error: here stands a wide [ (U+FF3B)"},
    {TEXT("[a]\nreal\xe2\x80\x90server = v\n"), "[a]\n!real\n",
     "t.ini:2:5: error: here stands a typographic hyphen"},
    {TEXT("[a]\n\xc3\xa9 = v\n"), "[a]\n", "t.ini:2:1: error: unknown key '\xc3\xa9'"},
    {TEXT("[a]\n\xe2\x80\x93 v\n"), "[a]\n", "t.ini:2:1: error: here stands an en dash"},
    {TEXT("\xff\xfe[\0a\0]\0"), "", "t.ini:1:"}, /* UTF-16 */
};

START_TEST(test_bad)
{
    struct record r;
    char *text = exact_copy(bad[_i].text, bad[_i].len);
    const char *said = record_read(&r, text, bad[_i].len);

    ck_assert_uint_ge(diag_errors(&r.diag), 1);
    if (strncmp(said, bad[_i].said, strlen(bad[_i].said)) != 0)
        ck_abort_msg("said\n%s\ninstead of\n%s", said, bad[_i].said);
    ck_assert_str_eq(buf_text(&r.events), bad[_i].events);
    record_free(&r);
    free(text);
}
END_TEST

/* Every error of a file in one run. */
START_TEST(test_all_errors)
{
    struct record r;

    record_read(&r, TEXT("x\n[a\n  z\nk = v\nQ = 1\n[b]\n= 2\nl = \x01\n[c] d\nm = w\n"));
    ck_assert_uint_eq(diag_errors(&r.diag), 6);
    ck_assert_str_eq(buf_text(&r.events), "!x\n[!a\nk=v\n[b]\n!l\n[!c\nm=w\n");
    record_free(&r);
}
END_TEST

static Suite *ini_reader_suite(void)
{
    Suite *s = suite_create("ini_reader");
    TCase *t = new_case(s, "texts");

    tcase_add_loop_test(t, test_good, 0, N_OF(good));
    tcase_add_loop_test(t, test_bad, 0, N_OF(bad));
    tcase_add_test(t, test_all_errors);
    return s;
}

int main(void)
{
    return run_suite(ini_reader_suite());
}
