/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What few lines make very many of is bounded, and what is left out for that is told. */
#include "check_import.h"

enum { BOUND = 1000 * 1000 };

#define GROUP(members) "virtual_server_group g {\n" members "}\nvirtual_server group g {\n"
#define SERVERS        "real_server 10.0.0.1 80 {\n}\nreal_server 10.0.0.2 80 {\n}\n}\n"
#define MARKED(vip, tag, mark)                                                                               \
    "-A PREROUTING -d " vip " -p tcp --dport 80 -m comment --comment lbgen:" tag " -j MARK --set-mark " mark \
    "\n"
#define TO_MACS(vip, tag)                                                                                    \
    "-A PREROUTING -d " vip " -p tcp --dport 80 -m comment --comment lbgen:" tag " -j c\n"

static const struct {
    enum import_kind kind;
    const char *text;
    size_t cost;        /* that is counted for it */
    const char *there;  /* when there is room for it all */
    const char *missed; /* what is there when there is room for one less */
} repeats[] = {
    {IMPORT_LDIRECTORD, "virtual=192.0.2.1:80\n real=10.0.0.1->10.0.0.4 gate\n", 3,
     "\nreal-server = 10.0.0.4\n",
     "; not carried over: line 2: real=10.0.0.1->10.0.0.4 gate, which makes too many servers of too few "
     "lines\n"},
    {IMPORT_KEEPALIVED, GROUP("192.0.2.1-5 80\n") SERVERS, 4, "\nvip = 192.0.2.1, 192.0.2.2, 192.0.2.3",
     "; not carried over: line 2: 192.0.2.1-5 80 of virtual_server_group g, which makes too many lines of "
     "too few\n"},
    {IMPORT_KEEPALIVED, GROUP("fwmark 1\nfwmark 2\n") SERVERS, 10, "\nfwmark = 2\n",
     "; not carried over: line 3: fwmark 2 of virtual_server_group g, which makes too many lines of too "
     "few\n"},
    {IMPORT_KEEPALIVED, GROUP("192.0.2.1 80\n192.0.2.1 81\n") SERVERS, 10, "\nports = 81\n",
     "; not carried over: line 3: 192.0.2.1 81 of virtual_server_group g, which makes too many lines of too "
     "few\n"},
    {IMPORT_SAVE,
     "*mangle\n" MARKED("192.0.2.1/32", "web", "1") MARKED(
         "192.0.2.2/32", "web",
         "2") "COMMIT\n*filter\n-A FORWARD -s 10.0.0.1/32 -m comment --comment lbgen:web -j ACCEPT\nCOMMIT\n",
     1, "\nreal-server = 10.0.0.1\n", "\nrule4 = -A FORWARD -s 10.0.0.1/32 -j ACCEPT\n"},
    {IMPORT_SAVE,
     "*mangle\n:c - [0:0]\n" TO_MACS("192.0.2.1/32", "a") TO_MACS(
         "192.0.2.2/32",
         "b") "-A c -m mac --mac-source 02:00:00:00:00:01 -j RETURN\n"
              "-A c -m mac --mac-source 02:00:00:00:00:02 -j RETURN\n-A c -j MARK --set-mark 1\nCOMMIT\n",
     2, "\nexclude-mac = 02:00:00:00:00:01, 02:00:00:00:00:02\n",
     "; not carried over: exclude-mac with the 2 addresses of another service: too many lines of too few\n"},
};

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    while ((text = strstr(text, what))) {
        n++;
        text++;
    }
    return n;
}

START_TEST(test_bound)
{
    const char *text = repeats[_i].text;
    struct imported all, less;

    import_repeated(&all, repeats[_i].kind, text, strlen(text), BOUND - repeats[_i].cost);
    ck_assert_uint_eq(diag_errors(&all.diag), 0);
    ck_assert_uint_eq(all.draft.repeated, BOUND);
    ck_assert(strstr(buf_text(&all.text), repeats[_i].there));
    ck_assert(!strstr(buf_text(&all.text), repeats[_i].missed));
    import_repeated(&less, repeats[_i].kind, text, strlen(text), BOUND - repeats[_i].cost + 1);
    ck_assert_uint_eq(diag_errors(&less.diag), 0);
    ck_assert_uint_lt(count(buf_text(&less.text), repeats[_i].there),
                      count(buf_text(&all.text), repeats[_i].there));
    ck_assert(strstr(buf_text(&less.text), repeats[_i].missed));
    imported_free(&all);
    imported_free(&less);
}
END_TEST

/* Lines that stand for themselves are not counted. */
START_TEST(test_not_counted)
{
    static const char
        one[] = "virtual=192.0.2.1:80\n real=10.0.0.1 gate\n real=10.0.0.2->10.0.0.2 gate\n",
        other[] = GROUP("192.0.2.1 80\n192.0.2.2 80\n") SERVERS "virtual_server fwmark 7 {\n" SERVERS,
        rules[] = "*mangle\n" MARKED("192.0.2.1/32", "web", "1") MARKED(
            "192.0.2.2/32", "ftp",
            "2") "COMMIT\n*filter\n-A FORWARD -s 10.0.0.1/32 -m comment --comment lbgen:web -j ACCEPT\n"
                 "-A FORWARD -s 10.0.0.1/32 -m comment --comment lbgen:ftp -j ACCEPT\nCOMMIT\n";
    static const struct {
        enum import_kind kind;
        const char *text;
    } texts[] = {{IMPORT_LDIRECTORD, one}, {IMPORT_KEEPALIVED, other}, {IMPORT_SAVE, rules}};

    for (size_t i = 0; i < N_OF(texts); i++) {
        struct imported imported;

        import_repeated(&imported, texts[i].kind, texts[i].text, strlen(texts[i].text), BOUND);
        ck_assert_uint_eq(diag_errors(&imported.diag), 0);
        ck_assert_uint_eq(imported.draft.repeated, BOUND);
        ck_assert_uint_eq(count(buf_text(&imported.text), "too many"), 0);
        ck_assert_uint_gt(count(buf_text(&imported.text), "real-server = "), 1);
        imported_free(&imported);
    }
}
END_TEST

/* --- long files: in a time that grows with their length --- */

static void put_parameters(struct buf *out)
{
    buf_str(out, "global_defs {\n}\n");
    for (unsigned i = 0; i < 150000; i++)
        buf_printf(out, "$name%u=%u\n", i, i);
    for (unsigned i = 0; i < 150000; i++)
        buf_printf(out, "x $name%u\n", i);
}

static void put_groups(struct buf *out)
{
    buf_str(out, "global_defs {\n nftables_ipvs\n}\n");
    for (unsigned i = 0; i < 80000; i++)
        buf_printf(out, "virtual_server_group g%u {\n 192.0.2.1 %u\n}\n", i, i % 60000 + 1);
    for (unsigned i = 0; i < 80000; i++)
        buf_printf(out, "virtual_server group g%u {\n protocol TCP\n}\n", i);
}

static void put_peers(struct buf *out)
{
    for (unsigned i = 0; i < 150000; i++)
        buf_printf(out, "vrrp_instance v%u {\n interface eth%u\n unicast_peer {\n 10.%u.%u.%u\n }\n}\n", i, i,
                   i >> 16, i >> 8 & 0xff, i & 0xff);
}

static void put_escapes(struct buf *out)
{
    buf_str(out, "global_defs {\n}\n");
    for (unsigned i = 0; i < 1000; i++) {
        buf_str(out, "x ");
        for (unsigned n = 0; n < 30000; n++)
            buf_str(out, "\\#");
        buf_char(out, '\n');
    }
}

static void put_tables(struct buf *out)
{
    for (unsigned i = 0; i < 200000; i++)
        buf_printf(out, "*t%u\nCOMMIT\n", i);
}

static void put_macs(struct buf *out)
{
    buf_str(out, "*mangle\n:c - [0:0]\n");
    for (unsigned i = 0; i < 150000; i++)
        buf_printf(out, "-A PREROUTING -d 10.%u.%u.%u/32 -p tcp --dport 80 -j c\n", i >> 16, i >> 8 & 0xff,
                   i & 0xff);
    for (unsigned i = 0; i < 150000; i++)
        buf_printf(out, "-A c -m mac --mac-source 02:00:00:%02x:%02x:%02x -j RETURN\n", i >> 16,
                   i >> 8 & 0xff, i & 0xff);
    buf_str(out, "-A c -j MARK --set-mark 1\nCOMMIT\n");
}

static const struct {
    enum import_kind kind;
    void (*put)(struct buf *out);
    size_t services, left_out;
} long_files[] = {
    {IMPORT_KEEPALIVED, put_parameters, 0, 150001}, {IMPORT_KEEPALIVED, put_groups, 80000, 1},
    {IMPORT_KEEPALIVED, put_peers, 0, 2},           {IMPORT_KEEPALIVED, put_escapes, 0, 1001},
    {IMPORT_SAVE, put_tables, 0, 200000},           {IMPORT_SAVE, put_macs, 1, 0},
};

START_TEST(test_long)
{
    struct imported imported;
    struct buf text = {0};

    long_files[_i].put(&text);
    import_text(&imported, long_files[_i].kind, text.at, text.len);
    ck_assert_uint_eq(diag_errors(&imported.diag), 0);
    ck_assert_uint_eq(imported.draft.services.n, long_files[_i].services);
    ck_assert_uint_eq(imported.draft.left_out, long_files[_i].left_out);
    imported_free(&imported);
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import_repeats");
    TCase *tcase = new_case(suite, "import_repeats");

    tcase_add_loop_test(tcase, test_bound, 0, N_OF(repeats));
    tcase_add_test(tcase, test_not_counted);
    tcase_add_loop_test(tcase, test_long, 0, N_OF(long_files));
    return run_suite(suite);
}
