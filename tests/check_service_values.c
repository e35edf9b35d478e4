/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of a service's keys: value, service_keys and service_values. */
#include "lbgen/service_values.h"

#include "lbgen/service_keys.h"

#include "check_input.h"

/* Each is one line of a section; what is said begins with line and column. */
static const struct input_case refused[] = {
    {"vip = 192.0.2.256", "t.ini:2:7: error: '192.0.2.256' is no IPv4 or IPv6 address or prefix\n"
                          "    vip = 192.0.2.256\n          ^~~~~~~~~~~\n"},
    {"vip = 192.0.2.1, 192.0.2.10/24", "t.ini:2:18: error: 192.0.2.10/24 has bits set behind its /24: write "
                                       "192.0.2.10, or 192.0.2.0/24 for all 256\n"},
    {"vip = 192.0.2.1,, 192.0.2.2", "t.ini:2:17: error: an item of the list is empty here\n"},
    {"vip = 192.0.2.1,", "t.ini:2:17: error: an item of the list is empty here\n"
                         "    vip = 192.0.2.1,\n                    ^\n"},
    {"vip = ,192.0.2.1", "t.ini:2:7: error: an item of the list is empty here\n"},
    {"vip = www.example.org", "t.ini:2:7: error: 'www.example.org' is no"},
    {"vip = fe80::1%eth0", "t.ini:2:7: error: 'fe80::1%eth0' has a zone"},
    {"vip = 192.0.2.1;192.0.2.2", "t.ini:2:7: error: "},
    {"protocol = icmp", "t.ini:2:12: error: 'icmp' is no protocol of a service"},
    {"protocol = TCP", "t.ini:2:12: error: 'TCP' is no protocol"},
    {"protocol = tcp, 17", "t.ini:2:17: error: '17' is no protocol"},
    {"protocol = tcp,", "t.ini:2:16: error: "},
    {"ports = 80, 70000", "t.ini:2:13: error: port 70000 is not in 1..65535\n"
                          "    ports = 80, 70000\n                ^~~~~\n"},
    {"ports = 0", "t.ini:2:9: error: port 0 is not in 1..65535"},
    {"ports = 080", "t.ini:2:9: error: port 080 has a leading zero"},
    {"ports = 443:80", "t.ini:2:9: error: the range is reversed: write 80:443"},
    {"ports = 80:", "t.ini:2:9: error: the range '80:' is open"},
    {"ports = :80", "t.ini:2:9: error: the range ':80' is open"},
    {"ports = 80 any", "t.ini:2:12: error: 'any' is all ports and stands alone"},
    {"ports = any 80", "t.ini:2:13: error: 'any' is all ports and stands alone"},
    {"ports = any\nports = 80", "t.ini:3:9: error: 'any' is all ports and stands alone"},
    {"ports = 80,,81", "t.ini:2:12: error: an item of the list is empty here"},
    {"ports = http/tcp", "t.ini:2:9: error: 'http/tcp' is no port"},
    {"fwmark = 0", "t.ini:2:10: error: fwmark 0 means no mark at all"},
    {"fwmark = 080", "t.ini:2:10: error: a fwmark is"},
    {"fwmark = -1", "t.ini:2:10: error: a fwmark is"},
    {"fwmark = 4294967296", "t.ini:2:10: error: a fwmark is"},
    {"fwmark = 0x100/0xff",
     "t.ini:2:10: error: the fwmark has bits outside its mask: 0x100 is not inside 0xff"},
    {"fwmark = 80/0", "t.ini:2:13: error: a mask is"},
    {"fwmark = 80, 81", "t.ini:2:10: error: a fwmark is"},
    {"interface = eth0, 0123456789abcdef", "t.ini:2:19: error: interface '0123456789abcdef' has 16 bytes"},
    {"interface = eth0:1", "t.ini:2:17: error: an interface name"},
    {"interface = !eth0", "t.ini:2:13: error: an interface name"},
    {"interface = e+0", "t.ini:2:14: error: +"},
    {"source = any", "t.ini:2:10: error: 'any' is no"},
    {"exclude-mac = 52-54-00-12-34-56", "t.ini:2:15: error: a MAC address is"},
    {"accept = true", "t.ini:2:10: error: unknown value 'true': accept is yes or no"},
    {"accept = YES", "unknown value 'YES'"},
    {"snat = 1", "unknown value '1': snat is yes or no"},
    {"override = ja", "override is yes or no"},
    {"one-packet = on", "one-packet is yes or no"},
    {"masquerade = 10.0.0.1/24", "write 10.0.0.1, or 10.0.0.0/24"},
    {"masquerade-ports = 20:10", "reversed"},
    {"masquerade-out = eth/0", "an interface name"},
    {"template = a/b", "t.ini:2:13: error: a name begins"},
    {"template = ../x", "t.ini:2:12: error: a name begins"},
    {"scheduler = best", "t.ini:2:13: error: unknown value 'best': scheduler is rr, wrr,"},
    {"scheduler = rr wrr", "unknown value 'rr wrr'"},
    {"scheduler = RR", "unknown value 'RR'"},
    {"scheduler-flags = sh-port,bad", "t.ini:2:27: error: a scheduler flag is"},
    {"scheduler-flags = sh-port,,mh-port", "t.ini:2:27: error: a scheduler flag is"},
    {"forwarding = masq", "forwarding is nat, dr or tun"},
    {"forwarding = NAT", "forwarding is nat, dr or tun"},
    {"persistence = -1", "persistence is a decimal number 0..2678400"},
    {"persistence = 2678401", "persistence is a decimal number"},
    {"persistence = 0300", "without leading zeros"},
    {"persistence = 5m", "persistence is"},
    {"persistence = 0x10", "persistence is"},
    {"persistence-mask = 255.0.255.0", "a mask is 255.255.255.0"},
    {"persistence-mask = 0", "a mask is"},
    {"persistence-mask = 129", "a mask is"},
    {"real-server = 10.0.0.11/32", "t.ini:2:24: error: one address is expected here"},
    {"real-server = host", "t.ini:2:15: error: 'host' is no"},
    {"real-server = 10.0.0.11:80", "t.ini:2:15: error: '10.0.0.11:80' has a port: write 10.0.0.11\n"},
    {"real-server = 10.0.0.11, 10.0.0.12",
     "t.ini:2:24: error: this is no list: each real server has a line of its own"},
    {"real-server = 10.0.0.11 weight", "t.ini:2:25: error: a value is missing behind this word"},
    {"real-server = 10.0.0.11 weight -1", "t.ini:2:32: error: a weight is 0..65535"},
    {"real-server = 10.0.0.11 weight 65536", "a weight is"},
    {"real-server = 10.0.0.11 weight 02", "a weight is"},
    {"real-server = 10.0.0.11 weight 1 weight 2", "t.ini:2:41: error: the weight is given twice"},
    {"real-server = 10.0.0.11 forwarding gate", "t.ini:2:36: error: forwarding is nat, dr or tun"},
    {"real-server = 10.0.0.11 forwarding dr forwarding dr",
     "t.ini:2:50: error: the forwarding is given twice"},
    {"real-server = 10.0.0.11 2", "t.ini:2:25: error: behind the address come"},
    {"real-server = 10.0.0.11 weight=2", "t.ini:2:25: error: behind the address come"},
    {"sorry-server = 10.0.0.0/24", "one address is expected"},
    {"sorry-server = 10.0.0.1 10.0.0.2", "is no IPv4 or IPv6 address"},
    {"check = tcp", "t.ini:2:9: error: a check is written"},
    {"check = none 80", "a check is written"},
    {"check = tcp 80 /path", "a check is written"},
    {"check = http 80", "a check is written"},
    {"check = http 80 /a /b", "a check is written"},
    {"check = ftp 21", "a check is written"},
    {"check = tcp 0", "t.ini:2:13: error: port 0 is not in"},
    {"check = https 443 path", "t.ini:2:19: error: the path of a check begins with /"},
};

static void check_line(const char *line, const char *piece, bool exactly_at_start)
{
    struct buf text = {0};
    struct made m;

    buf_printf(&text, "[service a]\n%s\n", line);
    const char *printed = make(&m, buf_text(&text), 0);
    if (!strstr(printed, piece) || (exactly_at_start && strncmp(printed, piece, strlen(piece)) != 0))
        ck_abort_msg("of\n%s\nwas said\n%s\nwithout\n%s", line, printed, piece);
    ck_assert_uint_eq(diag_errors(&m.diag), 1);
    made_free(&m);
    buf_free(&text);
}

START_TEST(test_refused)
{
    check_line(refused[_i].text, refused[_i].said, refused[_i].said[0] == 't' && refused[_i].said[1] == '.');
}
END_TEST

/* A key that may stand once is refused the second time, whatever its value; lists are not. */
START_TEST(test_arity)
{
    static const struct {
        const char *key, *value;
        bool once;
    } keys[SERVICE_KEYS] = {
        {"vip", "192.0.2.1", false},
        {"protocol", "tcp", false},
        {"ports", "1", false},
        {"fwmark", "1", true},
        {"interface", "a", false},
        {"source", "::/0", false},
        {"exclude-mac", "52:54:00:12:34:56", false},
        {"accept", "no", true},
        {"masquerade", "::/0", false},
        {"masquerade-ports", "1", false},
        {"masquerade-out", "a", false},
        {"snat", "no", true},
        {"override", "no", true},
        {"template", "ftp", true},
        {"scheduler", "rr", true},
        {"scheduler-flags", "sh-port", false},
        {"forwarding", "nat", true},
        {"persistence", "1", true},
        {"persistence-mask", "24", true},
        {"one-packet", "no", true},
        {"real-server", "::1", false},
        {"sorry-server", "::1", true},
        {"check", "none", true},
        {"keepalived", "x", false},
    };
    struct buf text = {0};
    enum service_key key = SERVICE_KEYS;
    struct made m;

    ck_assert(service_key_find(keys[_i].key, strlen(keys[_i].key), &key) && (int)key == _i);
    ck_assert_str_eq(service_key_name(key), keys[_i].key);
    buf_printf(&text, "[service a]\n%s = %s\n%s = %s\n", keys[_i].key, keys[_i].value, keys[_i].key,
               keys[_i].value);
    const char *printed = make(&m, buf_text(&text), 0);
    ck_assert_uint_eq(diag_errors(&m.diag), keys[_i].once);
    if (keys[_i].once)
        ck_assert_ptr_nonnull(strstr(printed, "is given twice in this section"));
    ck_assert(service_has(&m.config.services.at[0], key));
    made_free(&m);
    buf_free(&text);
}
END_TEST

/* Warnings: exactly this is said, and the value counts. */
static const struct input_case warned[] = {
    {"ports = 80, 443, 80", "t.ini:2:18: warning: port 80 is in this list already\n    ports = 80, 443, 80\n "
                            "                    ^~\n"},
    {"ports = 80:90, 85",
     "t.ini:2:16: warning: port 85 is in this list already\n    ports = 80:90, 85\n                   ^~\n"},
    {"ports = 85, 80:90", "t.ini:2:13: warning: ports of 80:90 are in this list already\n    ports = 85, "
                          "80:90\n                ^~~~~\n"},
    {"ports = http, 80",
     "t.ini:2:15: warning: port 80 is in this list already\n    ports = http, 80\n                  ^~\n"},
    {"protocol = tcp tcp", "t.ini:2:16: warning: protocol tcp is in this list already\n    protocol = tcp "
                           "tcp\n                   ^~~\n"},
    {"real-server = 10.0.0.11\nreal-server = 10.0.0.12\nreal-server = 10.0.0.11 weight 2",
     "t.ini:4:15: warning: this real server is in the list already; what is said of it here does not count\n"
     "    real-server = 10.0.0.11 weight 2\n                  ^~~~~~~~~\n"},
    {"protocol = dccp", "t.ini:2:12: warning: dccp packets are marked, but IPVS does not balance them\n    "
                        "protocol = dccp\n               ^~~~\n"},
    {"protocol = udplite", "t.ini:2:12: warning: udplite packets are marked, but IPVS does not balance "
                           "them\n    protocol = udplite\n               ^~~~~~~\n"},
};

START_TEST(test_warned)
{
    struct buf text = {0};

    buf_printf(&text, "[service a]\n%s\n", warned[_i].text);
    check_said(buf_text(&text), warned[_i].said, 0);
    buf_free(&text);
}
END_TEST

/* `any` twice: all ports, not a port of number 0. */
START_TEST(test_any_twice)
{
    struct made m;
    const char *printed = make(&m, "[service a]\nports = any, any\n", 0);

    ck_assert_uint_eq(diag_errors(&m.diag), 0);
    ck_assert_msg(strstr(printed, "port 0 ") == NULL, "%s", printed);
    ck_assert_uint_eq(m.config.services.at[0].ports.n, 1);
    made_free(&m);
}
END_TEST

/* Lists by comma, blank or both, over lines and repeated keys: as written, in order, duplicates dropped. */
START_TEST(test_lists)
{
    struct made m;
    const char *printed = make(&m,
                               "[service a]\nports = 3,1 2\t5 , 4\n  9:8000\nports = 7000,3 ; c\n"
                               "interface = a b,c\ninterface = +\nprotocol = udp,tcp esp\n",
                               0);
    const struct service *s = &m.config.services.at[0];
    static const uint16_t expected[] = {3, 1, 2, 5, 4, 9, 7000};

    ck_assert_ptr_nonnull(strstr(printed, "t.ini:4:9: warning: port 7000 is in this list already"));
    ck_assert_ptr_nonnull(strstr(printed, "t.ini:4:14: warning: port 3 is in this list already"));
    ck_assert_uint_eq(s->ports.n, N_OF(expected)); /* 7000 is kept, it is not the same item */
    for (uint32_t i = 0; i < s->ports.n; i++)
        ck_assert_uint_eq(s->ports.at[i].low, expected[i]);
    ck_assert_uint_eq(s->more->interfaces.n, 4);
    ck_assert_str_eq(s->more->interfaces.at[3].name, "");
    ck_assert(s->n_protocols == 3 && s->protocols[0] == PROTO_UDP && s->protocols[2] == PROTO_ESP);
    made_free(&m);
}
END_TEST

/* Long lists: all of 3000 addresses; of ports 4096 items and one error, not one for each further item. */
START_TEST(test_long_lists)
{
    struct buf text = {0};
    struct made m;

    buf_str(&text, "[service a]\nvip =");
    for (int i = 0; i < 3000; i++)
        buf_printf(&text, " 10.0.%d.%d", i / 256, i % 256);
    buf_str(&text, "\nports =");
    for (int i = 0; i < 4096 + _i; i++)
        buf_printf(&text, " %d", i + 1);
    buf_char(&text, '\n');
    make(&m, buf_text(&text), 0);
    ck_assert_int_eq((int)diag_errors(&m.diag), _i > 0);
    ck_assert_uint_eq(m.config.services.at[0].vips.n, 3000);
    ck_assert_uint_eq(m.config.services.at[0].ports.n, 4096);
    made_free(&m);
    buf_free(&text);
}
END_TEST

static Suite *service_values_suite(void)
{
    Suite *s = suite_create("service_values");
    TCase *t = new_case(s, "values");

    tcase_add_loop_test(t, test_refused, 0, N_OF(refused));
    tcase_add_loop_test(t, test_arity, 0, SERVICE_KEYS);
    tcase_add_loop_test(t, test_warned, 0, N_OF(warned));
    tcase_add_test(t, test_any_twice);
    tcase_add_test(t, test_lists);
    tcase_add_loop_test(t, test_long_lists, 0, 3);
    return s;
}

int main(void)
{
    return run_suite(service_values_suite());
}
