/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/draft.h"

#include <stdio.h>

#include "lbgen/xalloc.h"

#include "check_util.h"

static struct sources sources;

static struct draft new_draft(void)
{
    sources = (struct sources){0};
    return (struct draft){.from = "a test", .sources = &sources, .family = FAMILIES};
}

static void free_draft(struct draft *d)
{
    draft_free(d);
    sources_free(&sources);
}

static const struct {
    const char *wish, *name;
} names[] = {{"web", "web"},
             {"web", "web-2"},
             {"web-2", "web-2-2"}, /* taken by the one before */
             {"web", "web-3"},
             {"Web.Shop_1", "Web.Shop_1"},
             {"a b;c]", "a-b-c"},
             {"--x--", "x"},
             {"", "mark-7"},
             {NULL, "mark-7-2"},
             {"\xc3\xa4", "service"},
             {"rules", "rules-service"},
             {"none", "none-service"},
             {"0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789"},
             {"0123456789012345678901234567890123456789z", "01234567890123456789012345678-2"}};

START_TEST(test_names)
{
    struct draft d = new_draft();

    for (int i = 0; i < N_OF(names); i++)
        draft_service(&d, names[i].wish)->mark = (struct mark){7, MARK_MASK_ALL};
    draft_settle(&d);
    for (int i = 0; i < N_OF(names); i++)
        ck_assert_str_eq(d.services.at[i]->name, names[i].name);
    free_draft(&d);
}
END_TEST

/* A name that is wished a hundred thousand times is found in about as many steps. */
START_TEST(test_many_names)
{
    struct draft d = new_draft();

    for (int i = 0; i < 100000; i++)
        draft_service(&d, "web")->wish = 80;
    draft_settle(&d);
    ck_assert_str_eq(d.services.at[99999]->name, "web-100000");
    ck_assert_uint_eq(d.services.at[0]->mark.value, 80);
    ck_assert_uint_eq(d.services.at[1]->mark.value, 1000);
    ck_assert_uint_eq(d.services.at[99999]->mark.value, 1000 + 99998);
    free_draft(&d);
}
END_TEST

START_TEST(test_marks)
{
    struct draft d = new_draft();
    static const struct {
        uint32_t given, wish, mark;
    } marks[] = {{80, 0, 80},    {0, 80, 1002}, {1001, 0, 1001}, {0, 443, 443},
                 {0, 443, 1003}, {0, 0, 1004},  {0, 1000, 1005}, {80, 0, 80},
                 {0, 500, 1006}, {0, 999, 999}, {0, 510, 510},   {0, 509, 1007}};

    d.taken.first = 500;
    d.taken.count = 10;
    for (int i = 0; i < N_OF(marks); i++) {
        struct draft_service *s = draft_service(&d, "x");

        s->mark = (struct mark){marks[i].given, MARK_MASK_ALL};
        s->wish = marks[i].wish;
    }
    draft_service(&d, "taken")->mark = (struct mark){1000, MARK_MASK_ALL};
    draft_settle(&d);
    for (int i = 0; i < N_OF(marks); i++) {
        ck_assert_uint_eq(d.services.at[i]->mark.value, marks[i].mark);
        /* Only proposals are told to be such. */
        ck_assert_uint_eq(d.services.at[i]->remarks.n, marks[i].given == 0);
    }
    free_draft(&d);
}
END_TEST

static const struct {
    const char *text;
    size_t len;
    bool good;
} values[] = {
    {TEXT("a"), true},        {TEXT("a;b"), true},   {TEXT("a#b # c"), true}, {TEXT("\"a\""), true},
    {TEXT("\xc3\xa4"), true}, {TEXT("a\tb"), true},  {TEXT(""), false},       {TEXT(" a"), false},
    {TEXT("a "), false},      {TEXT("a ;b"), false}, {TEXT("a\t;"), false},   {TEXT(";a"), false},
    {TEXT("a\nb"), false},    {TEXT("a\0b"), false}, {TEXT("\xc3"), false},   {TEXT("\x7f"), false}};

START_TEST(test_values)
{
    ck_assert(draft_value_good(values[_i].text, values[_i].len) == values[_i].good);
}
END_TEST

START_TEST(test_text)
{
    struct draft d = new_draft();
    struct buf out = {0};
    struct draft_service *s = draft_service(&d, "web");

    d.source = sources_add_text(&sources, "file", TEXT("one\ntwo\n"));
    s->mark = (struct mark){0x50, 0xff};
    draft_set(&d, s, KEY_PORTS, "80");
    draft_set(&d, s, KEY_VIP, "192.0.2.1");
    draft_set(&d, s, KEY_PORTS, "443");
    draft_set(&d, s, KEY_REAL_SERVER, "10.0.0.1");
    draft_set(&d, s, KEY_REAL_SERVER, "10.0.0.2");
    draft_set(&d, s, KEY_KEEPALIVED, "a ; b");
    draft_propose(&d, s, KEY_CHECK, "tcp 80");
    draft_leave(&d, &s->remarks, sources.at[d.source].base + 4, "a\nb\x01");
    draft_vrrp(&d, "interface = eth0");
    draft_vrrp(&d, "source = a\n");
    draft_settle(&d);
    draft_write(&d, &out);
    ck_assert_str_eq(buf_text(&out), "; Made of a test by lbgen --import.\n"
                                     "\n[vrrp]\n"
                                     "; not carried over: source = a?\n"
                                     "interface = eth0\n"
                                     "\n[service web]\n"
                                     "; not carried over: keepalived = a ; b\n"
                                     "; not carried over: line 2: a?b?\n"
                                     "vip = 192.0.2.1\n"
                                     "ports = 80, 443\n"
                                     "fwmark = 0x50/0xff\n"
                                     "real-server = 10.0.0.1\n"
                                     "real-server = 10.0.0.2\n"
                                     "; check = tcp 80\n");
    ck_assert_uint_eq(d.left_out, 3);
    buf_free(&out);
    free_draft(&d);
}
END_TEST

/* A remark of any length is a line that can be read. */
START_TEST(test_long_remark)
{
    struct draft d = new_draft();
    struct buf out = {0};
    char *text = xmalloc(200001);

    memset(text, 'x', 200000);
    text[200000] = '\0';
    draft_remark(&d, &d.remarks, "%s", text);
    draft_write(&d, &out);
    ck_assert(out.len < 5000);
    ck_assert(strstr(buf_text(&out), " ... (196000 bytes more)\n"));
    free(text);
    buf_free(&out);
    free_draft(&d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("draft");
    TCase *tcase = new_case(suite, "draft");

    tcase_add_test(tcase, test_names);
    tcase_add_test(tcase, test_many_names);
    tcase_add_test(tcase, test_marks);
    tcase_add_loop_test(tcase, test_values, 0, N_OF(values));
    tcase_add_test(tcase, test_text);
    tcase_add_test(tcase, test_long_remark);
    return run_suite(suite);
}
