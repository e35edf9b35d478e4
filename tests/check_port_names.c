/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/port_names.h"

#include <arpa/inet.h>
#include <netdb.h>

#include "check_util.h"

/* Names that are in every services file. */
static const struct {
    const char *name;
    uint16_t port;
} known[] = {{"http", 80},     {"https", 443}, {"ssh", 22}, {"ftp", 21},
             {"ftp-data", 20}, {"domain", 53}, {"www", 80}};

START_TEST(test_known)
{
    char *text = exact_copy(known[_i].name, strlen(known[_i].name));
    uint16_t port = 0;

    ck_assert(port_name_find(text, strlen(known[_i].name), &port));
    ck_assert_uint_eq(port, known[_i].port);
    free(text);
    port_names_free();
}
END_TEST

static const struct {
    const char *text;
    size_t len;
} unknown[] = {
    {TEXT("")},
    {TEXT("htt")},
    {TEXT("httpx")},
    {TEXT("http ")},
    {TEXT(" http")},
    {TEXT("HTTP")},
    {TEXT("Http")},
    {TEXT("80")},
    {TEXT("http/tcp")},
    {TEXT("#")},
    {TEXT("no-such-name")},
    {TEXT("-")},
    {TEXT("http\0")},
    {TEXT("http\0x")},
    {TEXT("\0")},
    {TEXT("zzzzzz")},
    {TEXT("\xff")},
    {TEXT("0123456789012345678901234567890123456789012345678901234567890123456789")},
};

START_TEST(test_unknown)
{
    char *text = exact_copy(unknown[_i].text, unknown[_i].len);
    uint16_t port = 7;

    ck_assert(!port_name_find(text, unknown[_i].len, &port));
    free(text);
    port_names_free();
}
END_TEST

/* Every name and alias of the database: the port that getservbyname has, by the first entry; 0 is no port. */
START_TEST(test_whole_database)
{
    struct {
        char name[64];
        uint16_t port;
    } all[2000];
    size_t n = 0;
    struct servent *entry;

    setservent(1);
    while ((entry = getservent()) && n < 1900)
        for (char **name = (char *[]){entry->s_name, NULL}, **aliases = entry->s_aliases;
             *name || *aliases;) {
            const char *text = *name ? *name++ : *aliases++;

            if (strlen(text) < sizeof all[0].name) {
                strcpy(all[n].name, text);
                all[n++].port = ntohs((uint16_t)entry->s_port);
            }
        }
    endservent();
    ck_assert_uint_gt(n, 0);
    for (size_t i = 0; i < n; i++) {
        size_t first = 0;
        uint16_t port = 0;

        while (strcmp(all[first].name, all[i].name) != 0)
            first++;
        MUST(port_name_find(all[i].name, strlen(all[i].name), &port) == (all[first].port != 0));
        MUST(port == all[first].port);
    }
    port_names_free();
}
END_TEST

START_TEST(test_freed_and_read_again)
{
    uint16_t port;

    port_names_free();
    port_names_free();
    for (int i = 0; i < 3; i++) {
        ck_assert(port_name_find("http", 4, &port));
        port_names_free();
    }
}
END_TEST

static Suite *port_names_suite(void)
{
    Suite *s = suite_create("port_names");
    TCase *t = new_case(s, "port_names");

    tcase_add_loop_test(t, test_known, 0, N_OF(known));
    tcase_add_loop_test(t, test_unknown, 0, N_OF(unknown));
    tcase_add_test(t, test_whole_database);
    tcase_add_test(t, test_freed_and_read_again);
    return s;
}

int main(void)
{
    return run_suite(port_names_suite());
}
