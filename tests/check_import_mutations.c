/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of every kind with damage done to them by chance: they are read or refused with a place, within their
 * time, and what comes out is text that services.ini may be. LBGEN_FUZZ_SECONDS=N takes N seconds for each
 * kind. */
#include <stdio.h>
#include <time.h>

#include "check_import.h"

#define MANGLE(rules) "*mangle\n:PREROUTING ACCEPT [0:0]\n" rules "COMMIT\n"

static const char *const samples[IMPORT_KINDS] = {
    [IMPORT_KEEPALIVED] =
        "global_defs {\n  router_id io\n  lvs_sync_daemon eth0 VI_1\n}\n$A=192.0.2.1\n@x include y\n"
        "vrrp_instance VI_1 {\n  interface eth0\n  unicast_peer {\n    192.0.2.3\n  }\n  authentication {\n"
        "    auth_type AH\n  }\n  virtual_ipaddress {\n    192.0.2.10/24 dev eth0\n    2001:db8::1\n  }\n}\n"
        "virtual_server_group G {\n  192.0.2.3-10 80\n  $A 443\n  fwmark 7 inet\n  2001:db8::3-f 80\n}\n"
        "virtual_server fwmark 80 {\n  delay_loop 6\n  lb_algo sh\n  sh-port\n  lb_kind DR\n  ip_family "
        "inet6\n"
        "  persistence_timeout 50\n  persistence_granularity 255.255.255.0\n  protocol UDP\n  ops\n"
        "  sorry_server 10.0.0.9 80\n  real_server 10.0.0.1 80 {\n    weight 3\n    lvs_method TUN\n"
        "    HTTP_GET {\n      url {\n        path /x\n        digest 12\n      }\n      connect_port 81\n   "
        " }\n  }\n}\n"
        "virtual_server group G {\n  real_server 10.0.0.1 {\n    TCP_CHECK {\n      connect_port 80\n    }\n "
        " }\n}\n"
        "~SEQ(i,1,9,2) virtual_server 192.0.2.$i 53 { real_server 10.0.0.$i 53 }\n",
    [IMPORT_LDIRECTORD] =
        "checktimeout=3\nfallback=127.0.0.1:80 gate\nvirtual=192.0.2.1:80\n\treal=10.0.0.1->10.0.0.9:80 masq "
        "5\n"
        "\treal=10.0.0.11:http gate 2 \"a\", \"b\"\n\tservice=http\n\tscheduler=wlc\n\tpersistent=600\n"
        "\tnetmask=255.255.255.0\n\tprotocol=tcp\n\tchecktype=negotiate\n\tcheckport=81\n\trequest=\"x."
        "html\"\n"
        "virtual=5\n\tprotocol=fwm\n\treal=10.0.0.1 ipip\n\tchecktype=off\nvirtual6=[2001:db8::5]:119\n"
        "\treal6=[2001:db8::6]:119 masq\n\tfallback6=[::1]:119\n\tops=yes\n",
    [IMPORT_LVS_CF] =
        "serial_no = 3\nnetwork = direct\nheartbeat = 1\nvirtual web {\n  active = 1\n  address = 192.0.2.1 "
        "eth0:1\n"
        "  port = 80\n  fwmark = 80\n  persistent = 60\n  pmask = 255.255.255.0\n  send = \"GET / "
        "{#\\r\\n\"\n"
        "  scheduler = wlc\n  protocol = tcp\n  sorry_server = 10.0.0.9\n  server a {\n    address = "
        "10.0.0.1\n"
        "    active = 1\n    weight = 2\n    port = 8080\n  }\n  server b {\n    address = 10.0.0.2\n"
        "    active = 0\n  }\n}\nfailover x {\n  address = 1\n  y {\n  }\n}\n",
    [IMPORT_SAVE] =
        MANGLE(":lbgen.b - [0:0]\n:x - [0:0]\n-A PREROUTING -d 192.0.2.1/32 -i eth+ -p tcp -m comment "
               "--comment \"lbgen:a\" "
               "-m multiport --dports 80,443,1000:2000 -j MARK --set-xmark 0x50/0xffffffff\n"
               "-A PREROUTING -d 192.0.2.0/24 -p udp -m udp --dport 53 -j MARK --set-mark 0x1/0xff\n"
               "-A PREROUTING -s 10.0.0.0/8 -d 192.0.2.7 -j lbgen.b\n-A PREROUTING -d 192.0.2.8/30 -g x\n"
               "-A PREROUTING -p esp -d 192.0.2.9 -j MARK --or-mark 5\n"
               "-A x -p tcp -j MARK --set-mark 9\n-A x -j x\n-A x ! -i eth0 -j RETURN\n-A x -j ACCEPT\n"
               "-A lbgen.b -m mac --mac-source 52:54:00:12:34:56 -j RETURN\n-A lbgen.b -j MARK --set-mark "
               "6\n") "*nat\n:POSTROUTING ACCEPT [0:0]\n"
                      "-A POSTROUTING -s 10.0.0.0/24 -o eth0 -p tcp -m comment --comment \"lbgen:a\" -m tcp "
                      "--sport 20 "
                      "-j SNAT --to-source 192.0.2.1\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n"
                      "-A INPUT -i eth0 -p vrrp -j ACCEPT\n-A INPUT -p ah -m comment --comment "
                      "\"lbgen:vrrp\" -j ACCEPT\n"
                      "-A INPUT -d 192.0.2.1 -m comment --comment \"lbgen:a\" -j ACCEPT\n"
                      "-A FORWARD -s 10.0.0.1/32 -m comment --comment \"lbgen:a\" -j ACCEPT\n"
                      "-A INPUT -m comment --comment \"lbgen:rules\" -i lo -j LOG --log-prefix \"a ; "
                      "b\"\nCOMMIT\n",
    [IMPORT_IPVSADM] =
        "-A -t 192.0.2.1:80 -s wlc -p 300 -M 255.255.255.0 -o -b sh-port,flag-3 --pe sip\n"
        "-a -t 192.0.2.1:80 -r 10.0.0.1:8080 -m -w 3 -x 9 -y 4\n-A -u [2001:db8::1]:53 -s rr -p\n"
        "-a -u [2001:db8::1]:53 -r [2001:db8::2]:53 -i --tun-type gue --tun-port 9 --tun-nocsum\n"
        "-A -f 80 -s rr\n-A -f 80 -6\n-a -f 80 -6 -r [::1]:0 -g\n-A --sctp-service 192.0.2.1:0\n"};

static const char *const pieces[] = {
    "{",   "}",          "\n",    " ",    "\"",   "=",      ":",           ",",        "-",
    "0",   "4294967296", "65535", "->",   "$i",   "@",      "~SEQ(i,1,9)", "\t",       "#",
    ";",   " ; ",        "!",     "[",    "]",    "::1",    "\\",          "\xc3\x28", "/0",
    "/33", "\1",         "",      "-j x", "-A x", "-m foo", "include x",   "fwmark 0", "\r"};

static void insert(struct buf *text, size_t at, const char *piece, size_t len)
{
    char *copy = exact_copy(piece, len); /* it may be part of the text itself */

    if (len) {
        buf_add(text, copy, len);
        memmove(text->at + at + len, text->at + at, text->len - len - at);
        memcpy(text->at + at, copy, len);
    }
    free(copy);
}

static void damage(struct chance *c, struct buf *text)
{
    size_t at = chance_below(c, (uint32_t)text->len + 1), left = text->len - at;
    size_t len = left ? chance_below(c, (uint32_t)(left < 60 ? left : 60)) : 0;
    const char *piece = pieces[chance_below(c, N_OF(pieces))];

    MUST(text->at);
    switch (chance_below(c, 5)) {
    case 0:
        memmove(text->at + at, text->at + at + len, left - len);
        text->len -= len;
        break;
    case 1:
        if (left)
            text->at[at] = (char)chance_bits(c);
        break;
    case 2: insert(text, chance_below(c, (uint32_t)text->len + 1), text->at + at, len); break;
    default: insert(text, at, piece, strlen(piece)); break;
    }
}

static void try_one(enum import_kind kind, const struct buf *text)
{
    char *copy = exact_copy(text->len ? text->at : "", text->len + 1); /* a source ends with a NUL */
    struct imported imported;
    struct sources sources = {0};
    struct config config;
    struct diag diag = {0};

    copy[text->len] = '\0';
    import_text(&imported, kind, copy, text->len);
    for (size_t i = 0; i < imported.diag.n; i++)
        if (imported.diag.at[i].severity == SEVERITY_ERROR)
            MUST(imported.diag.at[i].at != SRC_NONE);
    if (diag_errors(&imported.diag) == 0) {
        MUST(imported.text.len);
        config_init(&config);
        config_read(&config, &sources,
                    sources_add_text(&sources, "services.ini", buf_text(&imported.text), imported.text.len),
                    NULL, &diag);
        if (diag_errors(&diag))
            ck_abort_msg("%s in:\n%.1500s", diag.at[0].text, buf_text(&imported.text));
        config_free(&config);
        diag_free(&diag);
        sources_free(&sources);
    }
    imported_free(&imported);
    free(copy);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

START_TEST(test_damage)
{
    const char *wish = getenv("LBGEN_FUZZ_SECONDS");
    double end = seconds() + (wish ? atof(wish) : 2);
    struct chance c = {.state = 31U + (uint64_t)_i + (wish ? (uint64_t)time(NULL) : 0)};
    enum import_kind kind = (enum import_kind)_i;
    size_t n = 0;

    do {
        struct buf text = {0};

        buf_str(&text, samples[kind]);
        for (unsigned i = 0, times = chance_below(&c, 6); i < times; i++)
            damage(&c, &text);
        try_one(kind, &text);
        buf_free(&text);
        n++;
    } while (seconds() < end);
    ck_assert_uint_gt(n, 10);
    if (wish)
        printf("%s: %zu\n", import_ops[kind].name, n);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import_mutations");
    const char *wish = getenv("LBGEN_FUZZ_SECONDS");
    TCase *tcase = new_case(suite, "damage");

    tcase_set_timeout(tcase, PATIENCE + (wish ? atof(wish) : 0));
    tcase_add_loop_test(tcase, test_damage, 0, IMPORT_KINDS);
    return run_suite(suite);
}
