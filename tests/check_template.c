/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/template.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_folder.h"
#include "check_input.h"

#define A "[service a]\nvip = 192.0.2.1\nfwmark = 1\n"

/* What must be said, and of what else nothing (a service without its template is not told what it lacks). */
static const struct input_case refused[] = {
    {A "template = nope\n", "t.ini:4:12: error: there is no template 'nope'; shipped are: "},
    {A "template = FTP\n", "t.ini:4:12: error: there is no template 'FTP'"},
    {A "template = a\n[template a]\ntemplate = a\n", "error: template 'a' leads back to itself"},
    {A "template = a\n[template a]\ntemplate = b\n[template b]\ntemplate = a\n", "leads back to itself"},
    {A "template = a\n[template a]\nports = 1\ntemplate = nope\n",
     "t.ini:7:12: error: there is no template 'nope'"},
    {A "ports = 1\n[template unused]\ntemplate = nope\n", "t.ini:6:12: error: there is no template 'nope'"},
    {A "ports = 1\n[template unused]\ntemplate = unused\n",
     "t.ini:6:12: error: template 'unused' leads back to itself"},
    {A "ports = 1\n[template unused]\nports = 0\n", "t.ini:6:9: error: port 0 is not"},
    {A "template = ftp\ntemplate = web\n", "is given twice"},
};

START_TEST(test_refused)
{
    struct made m;
    const char *printed = make(&m, refused[_i].text, LINT_SERVICES);

    if (!strstr(printed, refused[_i].said))
        ck_abort_msg("said\n%s\nwithout\n%s", printed, refused[_i].said);
    ck_assert_uint_ge(diag_errors(&m.diag), 1);
    ck_assert_msg(strstr(printed, "has no 'ports'") == NULL, "%s", printed);
    made_free(&m);
}
END_TEST

/* What a service gives itself it keeps, whole lists too; the rest it takes, from near templates first. */
START_TEST(test_inherit)
{
    struct made m;
    const char *printed =
        make(&m,
             "[service a]\nvip = 192.0.2.1\ntemplate = near\nports = 80\naccept = no\n"
             "[template near]\ntemplate = far\nports = 1, 2\nfwmark = 7/0xff\naccept = yes\nsource = ::/0\n"
             "scheduler = sh\n"
             "[template far]\nfwmark = 9\nprotocol = udp, sctp\nscheduler = rr\nreal-server = 10.0.0.1\n"
             "check = http 8080 /x\nkeepalived = one\nkeepalived = two\ninterface = eth+\n"
             "[service b]\nvip = 192.0.2.2\ntemplate = far\nprotocol = tcp\nports = 443\n"
             "[service c]\nvip = 192.0.2.3\nports = 1\nfwmark = 3\n",
             0);
    const struct service *a = &m.config.services.at[0], *b = a + 1, *c = a + 2;

    ck_assert_str_eq(printed, "");
    ck_assert(a->ports.n == 1 && a->ports.at[0].low == 80 && a->mark.value == 7 && a->mark_has_mask);
    ck_assert(a->n_protocols == 2 && a->protocols[0] == PROTO_UDP);
    ck_assert(!a->more->accept && a->more->sources.n == 1 && strcmp(a->more->scheduler, "sh") == 0);
    ck_assert(a->more->n_real_servers == 1 && a->more->check == CHECK_HTTP && a->more->check_port == 8080);
    ck_assert(a->more->n_keepalived == 2 && a->more->interfaces.n == 1 && service_has(a, KEY_FWMARK));
    ck_assert(b->n_protocols == 1 && b->protocols[0] == PROTO_TCP && b->mark.value == 9 && !b->mark_has_mask);
    ck_assert(strcmp(b->more->scheduler, "rr") == 0 && !service_has(b, KEY_ACCEPT) &&
              !service_has(b, KEY_SOURCE));
    ck_assert(c->n_protocols == 1 && c->protocols[0] == PROTO_TCP &&
              !c->more); /* tcp where nothing is said */
    made_free(&m);
}
END_TEST

/* Long chains of templates are followed to their end. */
START_TEST(test_depth)
{
    struct buf text = {0};
    struct made m;

    buf_str(&text, A "template = t1\n");
    for (int i = 1; i < _i; i++)
        buf_printf(&text, "[template t%d]\ntemplate = t%d\n", i, i + 1);
    buf_printf(&text, "[template t%d]\nports = 77\n", _i);
    ck_assert_str_eq(make(&m, buf_text(&text), LINT_SERVICES), "");
    ck_assert_uint_eq(m.config.services.at[0].ports.n, 1);
    made_free(&m);
    buf_free(&text);
}
END_TEST

/* All that are shipped can be had, each alone, and make a whole service of an address and a mark. */
START_TEST(test_shipped)
{
    static const char *const promised[] = {"http",       "https",          "web",        "ftp",  "smtp",
                                           "submission", "mail",           "imap",       "pop3", "dns",
                                           "ldap",       "mysql",          "postgresql", "ntp",  "sip",
                                           "rdp",        "kubernetes-api", "quic-web",   "ipsec"};
    int n = 0;

    for (const struct shipped_template *t = shipped_templates; t->name; t++) {
        struct buf text = {0};
        struct made m;

        buf_printf(&text, "[service x]\nvip = 192.0.2.1, 2001:db8::1\nfwmark = 1\ntemplate = %s\n", t->name);
        const char *printed = make(&m, buf_text(&text), LINT_ALL);
        ck_assert_msg(*printed == '\0', "%s: %s", t->name, printed);
        ck_assert_msg(m.config.services.at[0].ports.n > 0, "%s", t->name);
        made_free(&m);
        buf_free(&text);
    }
    for (int i = 0; i < N_OF(promised); i++, n = 0) {
        for (const struct shipped_template *t = shipped_templates; t->name; t++)
            n += strcmp(t->name, promised[i]) == 0;
        ck_assert_msg(n == 1, "%s is there %d times", promised[i], n);
    }
}
END_TEST

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "we");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    fclose(f);
}

static void check_with_folder(const char *text, const char *says, uint32_t ports)
{
    struct made m;

    made_begin(&m);
    made_add(&m, "t.ini", text, strlen(text));
    const char *printed = made_finish(&m, check_folder, LINT_SERVICES);
    ck_assert_msg(*says ? strstr(printed, says) != NULL : *printed == '\0', "said\n%s\nwithout\n%s", printed,
                  says);
    ck_assert_uint_eq(m.config.services.at[0].ports.n, ports);
    made_free(&m);
}

/* Input first, then the folder, then what is shipped. */
START_TEST(test_places)
{
    write_file("own.ini", "[template own]\nports = 1, 2, 3\n");
    check_with_folder(A "template = own\n", "", 3);
    write_file("ftp.ini", "[template ftp]\nports = 1, 2, 3, 4\n");
    check_with_folder(A "template = ftp\n", "", 4);
    check_with_folder(A "template = ftp\n[template ftp]\nports = 5\n", "", 1);
    check_with_folder(A "template = web\n", "", 2);
    write_file("own.ini", "[template own]\ntemplate = ftp\n"); /* and on from there */
    check_with_folder(A "template = own\n", "", 4);
}
END_TEST

/* A template's file has its own template and nothing else. */
START_TEST(test_bad_files)
{
    write_file("own.ini", "[service own]\nvip = 192.0.2.1\n");
    check_with_folder(A "template = own\n",
                      "own.ini:1:1: error: a template's file has one section, [template own]", 0);
    write_file("own.ini", "[template other]\nports = 1\n");
    check_with_folder(A "template = own\n", "error: a template's file has one section, [template own]", 0);
    write_file("own.ini", "");
    check_with_folder(A "template = own\n",
                      "t.ini:4:12: error: the file of template 'own' has no [template own]", 0);
    write_file("own.ini", "[template own]\nports = 0\nvip = 192.0.2.1\n[rules filter]\nrule = x\n");
    check_with_folder(A "template = own\n", "own.ini:2:9: error: port 0 is not", 0);
    write_file("own.ini", "[template own]\ntemplate = own\n");
    check_with_folder(A "template = own\n", "leads back to itself", 0);
    ck_assert_int_eq(mkdir("dir.ini", 0700), 0);
    check_with_folder(A "template = dir\n", "dir.ini: error: is a folder", 0);
}
END_TEST

static Suite *template_suite(void)
{
    Suite *s = suite_create("template");
    TCase *t = new_case(s, "template"), *files = new_case(s, "files");

    tcase_add_loop_test(t, test_refused, 0, N_OF(refused));
    tcase_add_test(t, test_inherit);
    tcase_add_loop_test(t, test_depth, 15, 19);
    tcase_add_test(t, test_shipped);
    check_folder_use(files);
    tcase_add_test(files, test_places);
    tcase_add_test(files, test_bad_files);
    return s;
}

int main(void)
{
    return run_suite(template_suite());
}
