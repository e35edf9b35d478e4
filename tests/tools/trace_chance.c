/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_chance SEED 4|6 PROBES RULES-FILE PROBES-FILE
 *
 * Makes a rule set by chance, in iptables-save's form, and packets (packet_build's and packet.h's form, ID in
 * front) that meet its rules often. No two packets of all seeds below 200 have one source, so that each
 * begins a connection. Rules of group 1 of NFLOG say what became of a packet: "came" in raw PREROUTING,
 * "dropped" in front of a DROP (a policy, a bare DROP and REJECT do not tell), "passed" behind all of INPUT
 * or FORWARD.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "chance.h"

enum { CHAINS = 5, CHAIN_RULES = 6, HOOK_RULES = 7 };

static int family;
static FILE *out;

static const char *inverted(void)
{
    return one_in(5) ? " !" : "";
}

/* --- matches --- */

static void ports(const char *protocol, bool match_exists)
{
    static const char *const lists[] = {"80",        "80,443",  "80:90", "53,80:100,443",
                                        "1000:2000", "1:65535", NULL};

    if (match_exists && one_in(2)) {
        fprintf(out, " -m %s", protocol);
        if (one_in(3))
            fprintf(out, "%s --sport %s", inverted(), PICK("1024:65535", "4000", "0:2000"));
        fprintf(out, "%s --dport %s", inverted(), PICK("80", "443", "80:90", "1000:2000", "0:100"));
    } else {
        fprintf(out, " -m multiport%s %s %s", inverted(), PICK("--dports", "--sports", "--ports"),
                pick(lists));
    }
}

static void tcp_flags(void)
{
    fprintf(out, " -m tcp%s --tcp-flags %s", inverted(),
            PICK("FIN,SYN,RST,ACK SYN", "SYN,ACK SYN", "ACK ACK", "FIN,SYN FIN", "RST,PSH,URG NONE"));
}

static void protocol(void)
{
    static const struct {
        const char *name;
        bool ports, match_exists;
    } known[] = {{"tcp", true, true},    {"tcp", true, true},      {"udp", true, true},
                 {"sctp", true, true},   {"udplite", true, false}, {"dccp", true, true},
                 {"icmp", false, false}, {"esp", false, false},    {"vrrp", false, false},
                 {"tcp", true, true}};
    uint32_t i = below(sizeof known / sizeof *known);
    bool icmp = known[i].name[0] == 'i';

    if (one_in(6)) {
        fprintf(out, " ! -p %s", icmp && family == 6 ? "ipv6-icmp" : known[i].name);
        return;
    }
    fprintf(out, " -p %s", icmp && family == 6 ? "ipv6-icmp" : known[i].name);
    if (icmp && one_in(2))
        fprintf(out, family == 6 ? " -m icmp6%s --icmpv6-type %s" : " -m icmp%s --icmp-type %s", inverted(),
                family == 6 ? PICK("128", "1/4", "135", "129") : PICK("8", "3/4", "0", "any"));
    else if (known[i].name[0] == 't' && one_in(5))
        tcp_flags();
    else if (known[i].ports && !one_in(4))
        ports(known[i].name, known[i].match_exists);
}

static void addresses(void)
{
    if (one_in(3))
        fprintf(out, "%s -s %s", inverted(),
                family == 4 ? PICK("10.0.0.0/9", "10.128.0.0/9", "10.64.0.0/10", "0.0.0.0/1")
                            : PICK("2001:db8:0:80::/57", "2001:db8::/57", "2001:db8::/32"));
    if (one_in(3))
        fprintf(out, "%s -d %s", inverted(),
                family == 4 ? PICK("192.168.100.1/32", "192.168.100.2/31", "192.168.100.0/24",
                                   "192.168.0.0/16", "192.168.200.0/24")
                            : PICK("2001:db8:100::1/128", "2001:db8:100::2/127", "2001:db8:100::/64",
                                   "2001:db8:200::/48"));
}

/* Matches of all tables; `early`: of a chain that is not POSTROUTING's. */
static void further(bool early)
{
    switch (below(early ? 15 : 9)) {
    case 0:
    case 1:
        fprintf(out, " -m mark%s --mark %s", inverted(),
                PICK("0x1", "0x0/0x2", "0x4/0x6", "0x3/0x7", "0x9/0x1"));
        break;
    case 2: fprintf(out, " -m connmark%s --mark %s", inverted(), PICK("0x0", "0x1/0x1", "0x2/0x6")); break;
    case 3:
    case 4:
        fprintf(out, " -m conntrack%s --ctstate %s", inverted(),
                PICK("NEW", "RELATED,ESTABLISHED", "INVALID", "UNTRACKED", "NEW,UNTRACKED", "INVALID,NEW"));
        break;
    case 5:
        if (family == 4)
            fprintf(out, " -m iprange%s --dst-range %s", inverted(),
                    PICK("192.168.100.1-192.168.100.2", "192.168.100.3-192.168.200.1"));
        else
            fprintf(out, " -m iprange%s --dst-range %s", inverted(), "2001:db8:100::1-2001:db8:100::2");
        break;
    case 6:
        fprintf(out, " -m addrtype%s --dst-type %s", inverted(), PICK("LOCAL", "MULTICAST", "UNICAST"));
        break;
    case 7:
        fputs(PICK(" -m length --length 0:39", " -m statistic --mode nth --every 2 --packet 0",
                   " -m limit --limit 1/sec"),
              out);
        break;
    case 8:
        fprintf(out, " -m pkttype%s --pkt-type %s", inverted(), PICK("unicast", "multicast", "broadcast"));
        break;
    case 9:
    case 10:
        fprintf(out, " -m mac%s --mac-source %s", inverted(), PICK("02:00:00:00:00:01", "02:00:00:00:00:02"));
        break;
    default: fprintf(out, " -m comment --comment \"by chance\""); break;
    }
}

static void interfaces(bool in, bool outgoing)
{
    if (in && one_in(4))
        fprintf(out, "%s -i %s", inverted(), PICK("eth0", "eth1", "eth1+", "eth+", "wan"));
    if (outgoing && one_in(6))
        fprintf(out, "%s -o %s", inverted(), PICK("eth0", "eth1", "eth1+", "wan"));
}

/* --- targets --- */

static void mark(void)
{
    fprintf(out, " -j MARK --%s",
            PICK("set-xmark 0x1/0xffffffff", "set-xmark 0x2/0x2", "set-xmark 0x0/0x1", "set-xmark 0x4/0x6",
                 "set-xmark 0x3/0x0", "or-mark 0x4", "and-mark 0x5", "xor-mark 0x1", "set-mark 0x9/0x8"));
}

static void connmark(void)
{
    fprintf(out, " -j CONNMARK --%s",
            PICK("set-xmark 0x1/0xffffffff", "set-xmark 0x2/0x3",
                 "save-mark --nfmask 0xffffffff --ctmask 0xffffffff", "save-mark --nfmask 0x3 --ctmask 0x6",
                 "restore-mark --nfmask 0xffffffff --ctmask 0xffffffff",
                 "restore-mark --nfmask 0x3 --ctmask 0x1"));
}

enum where { RAW, MANGLE, NAT, FILTER, SECURITY };
static const char *const tables[] = {"raw", "mangle", "nat", "filter", "security"};

/* first: the number of the first chain that may be jumped to; ends: ACCEPT may be said here. */
static void target(enum where table, int first, bool user, bool ends)
{
    uint32_t which = below(24);

    if (which < 7)
        mark();
    else if (which < 9)
        connmark();
    else if (which < 13 && first < CHAINS)
        fprintf(out, " -%s c%d", one_in(4) && (user || ends) ? "g" : "j",
                first + (int)below((uint32_t)(CHAINS - first)));
    else if (which < 15 && (user || ends))
        fputs(" -j RETURN", out);
    else if (which < 17 && ends)
        fputs(" -j ACCEPT", out);
    else if (which < 19 && table != NAT)
        fputs(one_in(6) ? " -j DROP" : " -j dropping", out);
    else if (which == 19 && table == FILTER)
        fputs(" -j REJECT", out);
    else if (which < 22 && table == RAW)
        fputs(one_in(3) ? " -j CT --notrack" : " -j NOTRACK", out);
    else if (which == 22 && one_in(8) && table == NAT && !user)
        fputs(family == 4 ? " -j DNAT --to-destination 192.168.100.9"
                          : " -j DNAT --to-destination 2001:db8:100::9",
              out);
    else
        fputs(PICK(" -j NFLOG --nflog-group 9", ""), out);
}

static void rule(enum where table, const char *chain, int first, bool user, bool forward, bool post,
                 bool ends)
{
    fprintf(out, "-A %s", chain);
    addresses();
    interfaces(!post, user ? one_in(2) : forward);
    if (!one_in(3))
        protocol();
    if (!one_in(3))
        further(!post && !user);
    target(table, first, user, ends);
    putc('\n', out);
}

static void hook(enum where table, const char *chain, bool last)
{
    bool post = chain[1] == 'O' && chain[2] == 'S', forward = chain[0] == 'F';
    bool nat_input = table == NAT && !post && chain[0] == 'I';

    for (uint32_t n = nat_input ? 0 : below(HOOK_RULES); n; n--)
        rule(table, chain, 0, false, forward, post, !last);
    if (last)
        fprintf(out, "-A %s -j NFLOG --nflog-group 1 --nflog-prefix passed\n", chain);
}

/* A chain ends with ACCEPT only in tables where no rule has to see all that passes. */
static void table(enum where t, const char *const *hooks)
{
    bool logs = t == SECURITY, nat = t == NAT;

    fprintf(out, "*%s\n", tables[t]);
    for (const char *const *h = hooks; *h; h++)
        fprintf(out, ":%s %s [0:0]\n", *h, t == FILTER && one_in(3) ? "DROP" : "ACCEPT");
    for (int c = 0; c < CHAINS; c++)
        fprintf(out, ":c%d - [0:0]\n", c);
    if (!nat)
        fputs(":dropping - [0:0]\n-A dropping -j NFLOG --nflog-group 1 --nflog-prefix dropped\n-A dropping "
              "-j DROP\n",
              out);
    if (t == RAW)
        fputs("-A PREROUTING -j NFLOG --nflog-group 1 --nflog-prefix came\n", out);
    for (int c = 0; c < CHAINS; c++) {
        const char name[] = {'c', (char)('0' + c), '\0'};

        for (uint32_t n = below(CHAIN_RULES); n; n--)
            rule(t, name, c + 1, true, false, false, !logs && t != MANGLE);
    }
    for (const char *const *h = hooks; *h; h++)
        hook(t, *h, (logs && (*h)[0] == 'I') || (t == MANGLE && (*h)[1] == 'O' && (*h)[2] == 'S'));
    fputs("COMMIT\n", out);
}

/* --- packets --- */

static void probe(unsigned id, unsigned seed)
{
    static const char *const with_ports[] = {"tcp", "tcp", "tcp", "udp", "sctp", "udplite", "dccp", NULL};
    static const char *const others4[] = {"icmp/8", "icmp/3", "icmp/0", "esp", "vrrp", "ah", NULL};
    static const char *const others6[] = {"icmpv6/128", "icmpv6/1", "icmpv6/135", "esp", "vrrp", NULL};
    unsigned host = below(4) + 1, net = one_in(4) ? 200 : 100;
    char src[48], dst[48];

    snprintf(src, sizeof src, family == 4 ? "10.%u.%u.%u" : "2001:db8:0:%x:%x::%x", below(256), seed, id);
    snprintf(dst, sizeof dst, family == 4 ? "192.168.%u.%u" : "2001:db8:%u::%u", net, host);
    if (one_in(4))
        fprintf(out, "%u %s %s %s", id, family == 4 ? pick(others4) : pick(others6), src, dst);
    else
        fprintf(out, family == 4 ? "%u %s %s:%s %s:%s" : "%u %s [%s]:%s [%s]:%s", id, pick(with_ports), src,
                PICK("80", "4000", "1500", "40000"), dst, PICK("80", "80", "443", "85", "1500", "9"));
    fprintf(out, " %s", PICK("eth0", "eth1", "eth10"));
    if (one_in(3))
        fprintf(out, " mac=%s", PICK("02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"));
    fputs(net == 200 ? " hook=forward\n" : "\n", out);
}

static FILE *begin(const char *path)
{
    out = fopen(path, "w");
    if (!out) {
        perror(path);
        exit(1);
    }
    return out;
}

static int end(void)
{
    return fclose(out) ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    unsigned seed = (unsigned)atoi(argv[1]);
    family = atoi(argv[2]);
    state = (seed + 1) * 0x9e3779b97f4a7c15 + (unsigned)family;
    begin(argv[4]);
    table(RAW, (const char *const[]){"PREROUTING", NULL});
    table(MANGLE, (const char *const[]){"PREROUTING", "INPUT", "FORWARD", "POSTROUTING", NULL});
    table(NAT, (const char *const[]){"PREROUTING", NULL}); /* what nat POSTROUTING marks is seen by none */
    table(FILTER, (const char *const[]){"INPUT", "FORWARD", NULL});
    table(SECURITY, (const char *const[]){"INPUT", "FORWARD", NULL});
    if (end())
        return 1;
    begin(argv[5]);
    for (unsigned id = 1; id <= (unsigned)atoi(argv[3]); id++)
        probe(id, seed);
    return end();
}
