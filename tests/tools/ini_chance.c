/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ini_chance SEED 4|6 PROBES INI-FILE PROBES-FILE
 *
 * Makes a services.ini by chance, with all keys that make rules, and packets (packet_build's and packet.h's
 * form, ID in front) that meet its rules often. What is asked for is good, but for what lbgen finds out about
 * several services together. Sources say which seed's a packet is, so that of 16384 seeds in a row each
 * packet begins a connection.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "chance.h"

enum { SERVICES_MAX = 10 };

static FILE *out;

static void key(const char *name, const char *value)
{
    fprintf(out, "%s = %s\n", name, value);
}

/* --- a service --- */

/* Nested in each other, of addresses that are this host's (100) and that are not (200). */
static void vips(bool single)
{
    for (uint32_t n = single ? 1 : 1 + below(3); n; n--)
        key("vip", single ? PICK("192.168.100.1", "192.168.100.2", "192.168.200.1")
                          : PICK("192.168.100.1", "192.168.100.2", "192.168.100.3", "192.168.100.2/31",
                                 "192.168.100.0/30", "192.168.100.0/24", "192.168.0.0/16", "192.168.200.1",
                                 "192.168.200.0/28", "0.0.0.0/0"));
    for (uint32_t n = single ? 1 : below(3); n; n--)
        key("vip", single ? PICK("2001:db8:100::1", "2001:db8:100::2", "2001:db8:200::1")
                          : PICK("2001:db8:100::1", "2001:db8:100::2", "2001:db8:100::3",
                                 "2001:db8:100::2/127", "2001:db8:100::/126", "2001:db8:100::/64",
                                 "2001:db8::/32", "2001:db8:200::1", "2001:db8:200::/124", "::/0"));
}

static void ports(void)
{
    if (one_in(8)) {
        key("ports", "any");
        return;
    }
    for (uint32_t n = 1 + below(3); n; n--)
        key("ports", PICK("80", "443", "80:90", "1000:2000", "http", "40-8000", "1", "65535", "9, 85, 1500"));
    if (one_in(8))
        for (unsigned i = 0; i < 20; i++)
            fprintf(out, "ports = %u\n", 400 + 3 * i);
}

static void marks(void)
{
    uint32_t value = 1 + below(6);

    if (one_in(3))
        fprintf(out, "fwmark = 0x%x/0x%x\n", value << 4, value << 4 | 0xf0);
    else
        fprintf(out, "fwmark = %u\n", value);
}

static void nat(bool snat)
{
    key("masquerade", PICK("10.0.0.0/8", "10.0.0.0/9, 10.128.0.0/9", "192.168.200.0/24"));
    key("masquerade", "2001:db8::/48");
    if (one_in(2))
        key("masquerade-ports", PICK("20", "20, 1000:2000", "80, 443"));
    if (one_in(2))
        key("masquerade-out", PICK("wan", "eth0, eth1", "eth+"));
    if (snat)
        key("snat", "yes");
}

static void further(void)
{
    if (one_in(3))
        key("interface", PICK("eth0", "eth1", "eth1+", "eth0, eth10", "eth+", "wan"));
    if (one_in(3))
        key("source", PICK("10.0.0.0/9, 2001:db8:0:80::/57", "10.128.0.0/9, 10.64.0.0/10, 2001:db8::/57",
                           "10.0.0.0/8", "0.0.0.0/1, ::/1"));
    if (one_in(4))
        key("exclude-mac", PICK("02:00:00:00:00:01", "02:00:00:00:00:01, 02:00:00:00:00:02"));
    if (one_in(3))
        key("accept", "yes");
    if (one_in(4))
        key("real-server",
            PICK("10.0.0.11 weight 2", "192.168.200.7 forwarding dr", "2001:db8:200::7 forwarding tun"));
}

static void service(unsigned number)
{
    const bool snat = one_in(8);

    fprintf(out, one_in(12) ? "[service a-name-of-forty-bytes-with-a-number-%02u]\n" : "[service s%u]\n",
            number);
    key("override", "yes");
    vips(snat);
    if (one_in(10)) {
        key("template", PICK("web", "ftp", "dns", "ipsec"));
    } else if (one_in(10)) {
        key("protocol", PICK("esp", "ah, esp"));
    } else {
        if (one_in(2))
            key("protocol", PICK("udp", "tcp, udp", "udp, esp, ah", "sctp", "dccp", "udplite, tcp"));
        ports();
    }
    marks();
    further();
    if (snat || one_in(5))
        nat(snat);
}

/* --- what is beside them --- */

static void vrrp(void)
{
    fputs("[vrrp]\n", out);
    if (one_in(4)) {
        key("accept", "no");
        return;
    }
    if (one_in(2))
        key("interface", PICK("eth0", "eth0, eth1"));
    if (one_in(2))
        key("source", PICK("10.0.0.0/9", "10.0.0.0/8, 2001:db8::/32", "fe80::/10, 10.1.2.3"));
    if (one_in(3))
        key("authentication", "ah");
    if (one_in(3))
        key("sync", "yes");
}

/* None ends the walk of a packet that it lets through where others are to be logged (table security). */
static void host_rules(void)
{
    if (one_in(2)) {
        fputs("[rules filter]\n", out);
        if (one_in(2))
            key(PICK("policy", "policy4", "policy6"), PICK("INPUT DROP", "FORWARD DROP", "OUTPUT DROP"));
        for (uint32_t n = below(4); n; n--)
            key("rule", PICK("-A INPUT -p tcp --dport 80 -j ACCEPT", "-A INPUT -i lo -j ACCEPT",
                             "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
                             "-A INPUT -p udp -m multiport --dports 80,1000:2000 -j DROP",
                             "-A INPUT -j lbgen.u.ours", "-A lbgen.u.ours -p tcp --dport 443 -j ACCEPT",
                             "-A lbgen.u.ours -m mark --mark 0x1 -j DROP", "-A FORWARD -p esp -j DROP",
                             "-A FORWARD -m mark ! --mark 0 -j ACCEPT"));
        if (one_in(3))
            key("rule4", "-A INPUT -s 10.192.0.0/10 -j DROP");
        if (one_in(3))
            key("rule6", "-A INPUT -p icmpv6 --icmpv6-type echo-request -j DROP");
        if (one_in(3))
            key("rule", PICK("-A INPUT -j REJECT", "-A INPUT -j DROP", "-A FORWARD -j ACCEPT"));
    }
    if (one_in(3)) {
        fputs("[rules mangle]\n", out);
        for (uint32_t n = 1 + below(2); n; n--)
            key("rule",
                PICK("-A PREROUTING -p udp -j MARK --set-xmark 0x100/0x100",
                     "-A PREROUTING -m mark --mark 0x2 -j MARK --set-mark 3",
                     "-A PREROUTING -i eth10 -j RETURN", "-A INPUT -p tcp --syn -j MARK --or-mark 0x200",
                     "-A FORWARD -p tcp --dport 80 -j MARK --and-mark 0xf"));
    }
    if (one_in(6))
        fputs("[rules raw]\nrule = -A PREROUTING -p udp -j CT --notrack\n", out);
}

/* --- packets --- */

static void probe(unsigned id, unsigned seed, int family)
{
    const unsigned host = below(4) + 1, net = one_in(4) ? 200 : 100;
    char src[48], dst[48];

    if (family == 4)
        snprintf(src, sizeof src, "10.%u.%u.%u", below(4) << 6 | (seed >> 8 & 63), seed & 255, id);
    else
        snprintf(src, sizeof src, "2001:db8:0:%x:%x::%x", below(256), seed & 0xffff, id);
    snprintf(dst, sizeof dst, family == 4 ? "192.168.%u.%u" : "2001:db8:%u::%u", net, host);
    if (one_in(5))
        fprintf(out, "%u %s %s %s", id,
                family == 4 ? PICK("icmp/8", "icmp/3", "esp", "vrrp", "ah")
                            : PICK("icmpv6/128", "icmpv6/1", "esp", "vrrp"),
                src, dst);
    else
        fprintf(out, family == 4 ? "%u %s %s:%s %s:%s" : "%u %s [%s]:%s [%s]:%s", id,
                PICK("tcp", "tcp", "tcp", "udp", "udp", "sctp", "udplite", "dccp"), src,
                PICK("80", "20", "1500", "40000"), dst,
                PICK("80", "80", "443", "85", "1500", "9", "21", "53", "412"));
    fprintf(out, " %s", PICK("eth0", "eth1", "eth10"));
    if (one_in(3))
        fprintf(out, " mac=%s", PICK("02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"));
    fputs(net == 200 ? " hook=forward\n" : "\n", out);
}

static void begin(const char *path)
{
    out = fopen(path, "w");
    if (!out) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    const unsigned seed = (unsigned)atoi(argv[1]);
    const int family = atoi(argv[2]);

    state = (seed + 1) * 0x9e3779b97f4a7c15U;
    begin(argv[4]);
    fprintf(out, "[lbgen]\nlayout = %s\n", PICK("flat", "tree", "tree", "auto"));
    vrrp();
    for (unsigned i = 0, n = 1 + below(SERVICES_MAX); i < n; i++)
        service(i);
    host_rules();
    if (fclose(out))
        return 1;
    begin(argv[5]);
    for (unsigned id = 1; id <= (unsigned)atoi(argv[3]); id++)
        probe(id, seed, family);
    return fclose(out) ? 1 : 0;
}
