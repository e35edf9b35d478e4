/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/keepalived_reader.h"

#include <sys/stat.h>

#include "check_files.h"
#include "check_folder.h"
#include "check_keepalived.h"

/* A text, the id it is read with, and what comes of it. */
static const struct {
    const char *text, *id, *lines;
} good[] = {
    {"", NULL, ""},
    {"\n\n  \n\t\n", NULL, ""},
    {"a", NULL, "a;"},
    {"a b\r\nc\r\n", NULL, "a b;c;"},
    /* Comments: both signs, anywhere, but in quotes and behind a backslash. */
    {"! a\n# b\n  ! c", NULL, ""},
    {"a b # c\nd!e\nf#g", NULL, "a b;d;f;"},
    {"a \"b # c ! d\" e", NULL, "a 'b # c ! d' e;"},
    {"a \\# b \\! c", NULL, "a # b ! c;"},
    {"a \"b \\\" # c\" d", NULL, "a 'b \\' # c ' d';"},
    {"a { # b {\n! }\nc }", NULL, "a{c;};"},
    /* Braces on any line. */
    {"a {\nb {\nc\n}\nd\n}\ne", NULL, "a{b{c;};d;};e;"},
    {"a\n{\nb\n}\n", NULL, "a{b;};"},
    {"a { b { c } d } e", NULL, "a{b{c;};d;};e;"},
    {"a{b}c{d}", NULL, "a{b;};c{d;};"},
    {"a {}\nb { }", NULL, "a{};b{};"},
    {"a \"{\" b\nc \"}\"", NULL, "a '{' b;c '}';"},
    {"a\n\n# x\n{\nb }", NULL, "a{b;};"},
    /* Quotes. */
    {"a \"b c\" d", NULL, "a 'b c' d;"},
    {"a \"\" b", NULL, "a '' b;"},
    {"a b\"c d\"e", NULL, "a b 'c d' e;"},
    {"a 'b c'", NULL, "a 'b c';"},
    /* Lines go on in definitions alone; elsewhere a backslash stays, behind the word in front of it. */
    {"a \\\nb", NULL, "a\\;b;"},
    /* Conditions. */
    {"@x a\nb", NULL, "b;"},
    {"@x a\nb", "x", "a;b;"},
    {"@x a\nb", "xy", "b;"},
    {"@xy a\nb", "x", "b;"},
    {"@^x a\nb", NULL, "a;b;"},
    {"@^x a\nb", "x", "b;"},
    {"@x @y a", "x", ""},
    {"@x @^y a", "x", "a;"},
    {"@x\na", "x", "a;"},
    {"a {\n@x b\n@y c\n@^x d\n}", "y", "a{c;d;};"},
    {"@x a {\n@y b {\nc\n}", "x", "a{c;};"},
    {"@x a {\n@y b {\nc\n}", "y", "b{c;};"},
    /* Parameters. */
    {"$A=1\na $A b", NULL, "a 1 b;"},
    {"$A=1\na ${A}b$A", NULL, "a 1b1;"},
    {"$A=1\na $Ab $A.c", NULL, "a ? $A.c;"},
    {"$A=\na ${A}b", NULL, "a b;"},
    {"$A=1 2\na $A", NULL, "a 1 2;"},
    {"  $A=1\na $A", NULL, "a 1;"},
    {"$A =1\na $A", NULL, "? =1;a ?;"},
    {"$A=b {\n$A\nc\n}", NULL, "b{c;};"},
    {"$A=1\n$A=2\na $A", NULL, "a 2;"},
    {"$A=${B}0\n$B=1\na $A\n$B=2\na $A", NULL, "a 10;a 20;"},
    {"a $B ${B} $1 a$", NULL, "a ? ? $1 a$;"},
    {"a ${_PWD}/x ${_RANDOM 1 9}", NULL, "a ?/x ?;"},
    {"a { b ${C} }", NULL, "a{b ?;};"},
    {"@x $A=1\n@y $A=2\na $A", "y", "a 2;"},
    {"@x $A=1\n@y $A=2\na $A", NULL, "a ?;"},
    {"$I=@x\n$I a\nb", "x", "a;b;"},
    {"$I=@x\n$I a\nb", NULL, "b;"},
    {"$A=1 # c\na $A", NULL, "a 1;"},
    {"$A=\"b c\"\na $A", NULL, "a 'b c';"},
    /* Definitions over several lines. */
    {"$A= \\\nb {\\\nc \\\n}\n$A", NULL, "b{c;};"},
    {"$A= \\\nb ${N} {\\\n@x c\\\nd \\\n}\n$N=1\n$A\n$N=2\n$A", NULL, "b 1{d;};b 2{d;};"},
    {"$A= b \\\nc\n$A\nd $A\n$A e", NULL, "b;c;d b;c;? e;"},
    {"$R= \\\nr ${N} \\\n\n$V= \\\nv { \\\n$N=1 \\\n$R \\\n$N=2 \\\n$R \\\n}\n$V", NULL, "v{r 1;r 2;};"},
    {"$A= \\\nb\\\n\nc\n$A", NULL, "c;b;"},
    /* Repetitions. */
    {"~SEQ(N, 0, 3) a ${N}", NULL, "a 0;a 1;a 2;a 3;"},
    {"~SEQ(N, 3) a $N", NULL, "a 1;a 2;a 3;"},
    {"~SEQ(N, -2) a $N", NULL, "a -1;a -2;"},
    {"~SEQ(N, 4, 2) a $N", NULL, "a 4;a 3;a 2;"},
    {"~SEQ(N, 1, 4, 10) a $N", NULL, "a 1;a 5;a 9;"},
    {"~SEQx(N, 0x90, 0x10, 0xb0) a $N", NULL, "a 90;a a0;a b0;"},
    {"~SEQ(N, 1, 2) ~SEQ(M, 1, 2) a ${N}${M}", NULL, "a 11;a 12;a 21;a 22;"},
    {"~LST(N, x, y z) a $N", NULL, "a x;a y z;"},
    {"~LST({N, M}, {1,2},{3 , 4}) a $N $M", NULL, "a 1 2;a 3 4;"},
    {"~SEQ(N, ${X}, 3) a $N b", NULL, "a ? b;"},
    {"$X=2\n~SEQ(N, $X, 3) a $N", NULL, "a 2;a 3;"},
    {"$A= \\\nb ${N} {\\\n}\n~SEQ(N, 2) $A", NULL, "b 1{};b 2{};"},
    {"a ~SEQ(N,2)", NULL, "a ~SEQ(N,2);"},
    /* What only looks like an include. */
    {"included x\ninclude\nincludex y", NULL, "included x;include;includex y;"},
    /* UTF-8, and what is none. */
    {"a \xc3\xa4 \xff", NULL, "a \xc3\xa4 \xff;"},
};

START_TEST(test_good)
{
    struct conf c;
    struct buf lines = {0};

    conf_read(&c, good[_i].text, good[_i].id);
    const char *said = conf_said(&c);
    conf_dump(&c.tree.root, &lines);
    if (!c.good || *said || strcmp(buf_text(&lines), good[_i].lines) != 0)
        ck_abort_msg("of\n%s\ncame\n%s\ninstead of\n%s\nand was said\n%s", good[_i].text, buf_text(&lines),
                     good[_i].lines, said);
    buf_free(&lines);
    conf_free(&c);
}
END_TEST

/* What must be said, and whether more can be said of the file. */
static const struct {
    const char *text, *said;
    bool readable;
} bad[] = {
    {"a {\nb\n", "k.conf:1:3: error: this { is not closed\n    a {\n      ^\n", false},
    {"a\n{\nb\n",
     "k.conf:2:1: error: this { is not closed\n    {\n    ^\nk.conf:1:1: note: the block 'a' is here\n",
     false},
    {"a {\n}\n}\n", "k.conf:3:1: error: this } closes nothing\n    }\n    ^\n", false},
    {"{\n}\n", "k.conf:1:1: error: this { has no keyword in front of it\n    {\n    ^\n", false},
    {"a {\n}\n{\n}", "k.conf:3:1: error: this { has no keyword", false},
    {"a { { b } }", "k.conf:1:5: error: this { has no keyword", false},
    {"a \"b\nc", "k.conf:1:3: error: this quote is not closed on its line\n    a \"b\n      ^\n", true},
    {"a\n\001\nb }", "k.conf:2:1: error: a control byte: this is no text\n    ?\n    ^\n", false},
    {"\x7f"
     "ELF",
     "k.conf:1:1: error: a control byte", false},
    {"$A=$A x\na $A", "k.conf:2:1: error: this line's parameters have no end", false},
    {"$A=${B}${B}\n$B=${C}${C}\n$C=${A}\na $A", "this line's parameters have no end", false},
    {"$A= \\\n$A\n$A", "error: parameters stand for each other too deep", false},
    {"$A= \\\nb\\\n$A\n$A", "error: parameters stand for each other too deep", false},
    {"~SEQ(N, 1, 1000000) a", "error: this repetition can't be read: this would be repeated more than", true},
    {"~SEQ(N, 1, 0, 9) a", "can't be read: this would be repeated", true},
    {"~SEQ(N, 99999) ~SEQ(M, 99999) a", "error: Keepalived would read too many lines", false},
    {"~SEQ(N, x) a", "can't be read: 1 to 3 numbers", true},
    {"~SEQ(N) a", "can't be read: 1 to 3 numbers", true},
    {"~SEQ() a", "can't be read: the name", true},
    {"~SEQ(N, 1 a", "can't be read: there is no )", true},
    {"~LST(N) a", "can't be read: there are no values", true},
    {"~LST({N,M}, {1,2},{3}) a", "can't be read: there are 2 names, but 1 values", true},
    {"include nothing.conf\na", "k.conf:1:9: error: there is no such file to include", true},
    {"includew none*\na", "error: there is no such file", true},
    {"includea none*\na", "error: there is no such file", true},
    {"$A=x\ninclude $A\n", "k.conf:2:1: note: Keepalived does not promise to read an include with a", true},
    {"@^x include y\n", "k.conf:1:5: note: Keepalived does not promise to read an include", true},
};

START_TEST(test_bad)
{
    struct conf c;

    conf_read(&c, bad[_i].text, NULL);
    const char *said = conf_said(&c);
    if (!strstr(said, bad[_i].said) || c.good != bad[_i].readable)
        ck_abort_msg("of\n%s\nwas said\n%s\nwithout\n%s", bad[_i].text, said, bad[_i].said);
    conf_free(&c);
}
END_TEST

START_TEST(test_nul_and_long_lines)
{
    static const char nul[] = "a\nb\0c\n";
    struct conf c;
    char *line = malloc(SOURCE_LINE_MAX + 2);

    conf_begin(&c);
    conf_read_source(&c, sources_add_text(&c.sources, "k.conf", nul, sizeof nul - 1), NULL);
    ck_assert(!c.good && strstr(conf_said(&c), "k.conf:2:2: error: a control byte"));
    conf_free(&c);
    memset(line, 'x', SOURCE_LINE_MAX + 1);
    line[SOURCE_LINE_MAX + 1] = '\0';
    conf_read(&c, line, NULL);
    ck_assert(!c.good && strstr(conf_said(&c), "longer than 64 KiB"));
    conf_free(&c);
    line[SOURCE_LINE_MAX] = '\0';
    conf_read(&c, line, NULL);
    ck_assert(c.good && c.tree.root.first->words[0].len == SOURCE_LINE_MAX);
    conf_free(&c);
    free(line);
}
END_TEST

static void put(const char *name, const char *text)
{
    write_file(name, text, 0600);
}

/* A file of the present folder, as it is read. */
static void check_read(const char *path, const char *lines, const char *said)
{
    struct conf c;
    struct buf dumped = {0};
    struct complaint why;

    conf_begin(&c);
    int source = ka_files_read(&c.files, path, &why);
    ck_assert_int_ge(source, 0);
    conf_read_source(&c, source, NULL);
    conf_dump(&c.tree.root, &dumped);
    const char *words = conf_said(&c);
    if (strcmp(buf_text(&dumped), lines) != 0 || (*said ? !strstr(words, said) : *words))
        ck_abort_msg("%s: came\n%s\ninstead of\n%s\nand was said\n%s\ninstead of\n%s", path,
                     buf_text(&dumped), lines, words, said);
    buf_free(&dumped);
    conf_free(&c);
}

START_TEST(test_include)
{
    ck_assert(mkdir("d", 0700) == 0 && mkdir("d/e", 0700) == 0 && mkdir("d/x*", 0700) == 0);
    put("k.conf", "a {\ninclude d/one.conf\n}\nz\n");
    put("d/one.conf", "b\ninclude two.conf\nincludea e/*.conf\n");
    put("d/two.conf", "c\n");
    put("d/e/2.conf", "e2\n");
    put("d/e/1.conf", "e1");
    put("d/e/other", "no\n");
    check_read("k.conf", "a{b;c;e1;e2;};z;", "");
    check_read("./k.conf", "a{b;c;e1;e2;};z;", "");
    /* Braces, definitions and continued definitions go on over files. */
    put("k.conf", "a {\ninclude close\nb $A\n");
    put("close", "$A=1\n}\n");
    check_read("k.conf", "a{};b 1;", "");
    /* Nothing for a wildcard is fine, folders and other names are left alone; {} as csh has it. */
    put("k.conf", "include none*.conf\nincluder d/*\ninclude d/e/{2,1}.conf\n");
    put("d/one.conf", "b\n");
    check_read("k.conf", "b;c;e2;e1;", "");
    /* The folder's own bytes are no wildcards. */
    put("d/x*/k.conf", "include y.conf\n");
    put("d/x*/y.conf", "y\n");
    check_read("d/x*/k.conf", "y;", "");
    /* The same file twice is no loop. */
    put("k.conf", "include d/two.conf\ninclude d/two.conf\n");
    check_read("k.conf", "c;c;", "");
}
END_TEST

START_TEST(test_include_refused)
{
    put("k.conf", "a\ninclude ./k.conf\nb\n");
    check_read("k.conf", "a;", "k.conf:2:9: error: this file includes itself\n    include ./k.conf\n");
    put("k.conf", "a\ninclude l.conf\n");
    put("l.conf", "b\ninclude k.*\n");
    check_read("k.conf", "a;b;",
               "l.conf:2:9: error: this file includes itself\n    include k.*\n            ^~~\n"
               "k.conf:2:9: note: it is included here\n");
    put("l.conf", "b {\n");
    check_read("k.conf", "a;b{};", "l.conf:1:3: error: this { is not closed");
    put("l.conf", "\002");
    check_read("k.conf", "a;", "k.conf:2:9: note: it is included here");
    /* Each includes the next one. */
    for (int i = 0; i < 40; i++) {
        char name[16], text[32];

        snprintf(name, sizeof name, "n%d", i);
        snprintf(text, sizeof text, "include n%d\n", i + 1);
        put(name, text);
    }
    check_read("n0", "", "error: files include each other too deep");
    ck_assert_int_eq(symlink("/nowhere", "broken"), 0);
    put("k.conf", "a\ninclude broke*\nb\n");
    check_read("k.conf", "a;b;", "k.conf:2:9: error: broken: can't be opened: No such file or directory");
    ck_assert_int_eq(mkfifo("fifo", 0600), 0);
}
END_TEST

/* 2^30 lines by files that include the next one twice. */
START_TEST(test_include_bomb)
{
    for (int i = 0; i < 30; i++) {
        char name[16], text[64];

        snprintf(name, sizeof name, "n%d", i);
        snprintf(text, sizeof text, "a\ninclude n%d\ninclude n%d\n", i + 1, i + 1);
        put(name, text);
    }
    put("n30", "a\n");
    struct conf c;
    struct complaint why;
    conf_begin(&c);
    conf_read_source(&c, ka_files_read(&c.files, "n0", &why), NULL);
    ck_assert(!c.good && strstr(conf_said(&c), "error: Keepalived would read too many lines"));
    conf_free(&c);
}
END_TEST

START_TEST(test_ids)
{
    struct conf c;

    conf_read(&c, "@a x\n@^b y\n@a z\n$I=@c\n$I w\n", NULL);
    ck_assert_uint_eq(c.ids.n, 3);
    ck_assert_str_eq(c.ids.at[0], "a");
    ck_assert_str_eq(c.ids.at[2], "c");
    conf_free(&c);
    struct buf many = {0};
    for (int i = 0; i < 33; i++)
        buf_printf(&many, "@id%d x\n", i);
    conf_read(&c, buf_text(&many), NULL);
    ck_assert(!c.good && strstr(conf_said(&c), "k.conf:33:1: error: this is one configuration id too many"));
    conf_free(&c);
    buf_free(&many);
}
END_TEST

/* Each word knows where it stands, whatever it went through. */
START_TEST(test_places)
{
    struct conf c;

    conf_read(&c, "! c\n  a \"b c\" {\n$X=1.2.3.4\n  d ${X}/24 # e\n}\n", NULL);
    const struct ka_line *a = c.tree.root.first, *d = a->first;
    struct source_place place = sources_place(&c.sources, a->words[1].at);
    ck_assert(place.line == 2 && place.column == 5 && a->words[1].len == 5);
    place = sources_place(&c.sources, a->open_at);
    ck_assert(place.line == 2 && place.column == 11);
    place = sources_place(&c.sources, d->words[1].at);
    ck_assert(place.line == 4 && place.column == 5 && d->words[1].len == 7);
    ck_assert_str_eq(d->words[1].text, "1.2.3.4/24");
    conf_free(&c);
}
END_TEST

static Suite *keepalived_reader_suite(void)
{
    Suite *s = suite_create("keepalived_reader");
    TCase *t = new_case(s, "keepalived_reader");
    TCase *files = new_case(s, "files");

    tcase_add_loop_test(t, test_good, 0, N_OF(good));
    check_folder_use(files);
    tcase_add_loop_test(files, test_bad, 0, N_OF(bad));
    tcase_add_test(t, test_nul_and_long_lines);
    tcase_add_test(t, test_ids);
    tcase_add_test(t, test_places);
    tcase_add_test(files, test_include);
    tcase_add_test(files, test_include_refused);
    tcase_add_test(files, test_include_bomb);
    return s;
}

int main(void)
{
    return run_suite(keepalived_reader_suite());
}
