/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "lbgen/options.h"

/* In pieces: compilers need not take longer strings than these. No line has over 79 columns. */
static const char help_printing[] =
    "Usage: lbgen [OPTION]... FILE...\n"
    "  or:  lbgen --commit [OPTION]... FILE...\n"
    "  or:  lbgen --restore | --remove | --rollback | --confirmed | --status\n"
    "             [OPTION]...\n"
    "  or:  lbgen --diff [--against=SAVED] [OPTION]... FILE...\n"
    "  or:  lbgen --check [--keepalived=FILE] [--kernel] [OPTION]... FILE...\n"
    "  or:  lbgen --trace=PACKET [--against=SAVED] [OPTION]... [FILE]...\n"
    "  or:  lbgen --compare [OPTION]... OLD NEW\n"
    "  or:  lbgen --import=FILE [--import-as=KIND] [-o FILE] [OPTION]...\n"
    "  or:  lbgen --init[=TEMPLATE] [-o FILE] [OPTION]...\n"
    "Print the iptables rules that mark a Linux Virtual Server's packets and accept\n"
    "VRRP, as services.ini asks for them, or put them into the kernel and the boot\n"
    "file. FILE - is standard input; several files are read in order as one.\n"
    "\n"
    "Printing:\n"
    "  -4, --ipv4                 print the IPv4 rules (default)\n"
    "  -6, --ipv6                 print the IPv6 rules\n"
    "  -o, --output=FILE          write FILE, whole or not at all; - is\n"
    "                             standard output\n"
    "      --merge=FILE           print the iptables-save file FILE with lbgen's part\n"
    "                             brought up to date\n"
    "      --format=FORMAT        the form of the output; both families, unless -4\n"
    "                             or -6 is given:\n"
    "                               save        what iptables-save prints (default;\n"
    "                                           one family)\n"
    "                               nft         a table for nft -f, or to take it out\n"
    "                               firewalld   a script of firewall-cmd lines, or to\n"
    "                                           undo it (both with --remove)\n"
    "                               keepalived  virtual_server blocks\n"
    "                               ipvsadm     what ipvsadm --restore reads\n"
    "                               json        the input and its rules\n"
    "                               dot         a picture, for graphviz\n"
    "      --firewalld-zone=ZONE  the zone that these lines are for (default:\n"
    "                             firewalld's default zone)\n"
    "      --templates=DIR        look for templates in DIR first\n"
    "      --no-system-templates  leave /etc/lbgen/templates out\n"
    "      --warnings=error       take warnings as errors\n"
    "      --warnings=marks       warn of marks that programs like kube-proxy or\n"
    "                             Calico use, too\n"
    "      --color[=WHEN]         color the findings: auto (default), always or never\n";

static const char help_meaning[] =
    "\n"
    "What the rules do (needs no root):\n"
    "      --check                check the input and run each [expect] of it; silent\n"
    "                             when all is good\n"
    "      --keepalived=FILE      with --check: also hold the input against\n"
    "                             Keepalived's configuration\n"
    "      --kernel               with --check: also load all rules in a network\n"
    "                             namespace of their own\n"
    "      --trace=PACKET         which rules PACKET meets, with which mark it ends\n"
    "                             and whether it comes in; PACKET is like\n"
    "                             'tcp 203.0.113.9:40000 192.0.2.10:443 eth1'\n"
    "      --against=SAVED        with --trace: through an iptables-save file\n"
    "      --compare              what changes for packets from OLD to NEW, each an\n"
    "                             input or an iptables-save file\n"
    "      --json                 with --check, --trace, --compare, --diff, --status:\n"
    "                             the result as JSON\n";

static const char help_init[] =
    "\n"
    "The first services.ini (needs no root):\n"
    "      --init[=TEMPLATE]      print one with comments, made of these options and\n"
    "                             of Keepalived's file; TEMPLATE: ftp, dns and so on\n"
    "                             (default: ports 80 and 443)\n"
    "      --vip=LIST             the VIPs (default: Keepalived's virtual_ipaddress)\n"
    "      --ports=LIST           the ports, instead of TEMPLATE\n"
    "      --fwmark=MARK          the mark (default: that of Keepalived's first\n"
    "                             virtual_server fwmark)\n"
    "      --keepalived=FILE      with --init: its file (default:\n"
    "                             /etc/keepalived/keepalived.conf)\n"
    "  -o, --output=FILE          with --init: write FILE, which must not be there\n"
    "\n"
    "Coming from something else (needs no root):\n"
    "      --import=FILE          print FILE as services.ini: keepalived.conf,\n"
    "                             ldirectord.cf, lvs.cf, what iptables-save or\n"
    "                             ipvsadm -Sn prints\n"
    "      --import-as=KIND       what FILE is: keepalived, ldirectord, lvs.cf,\n"
    "                             iptables or ipvsadm (default: by its content)\n";

static const char help_kernel[] =
    "\n"
    "The kernel and the boot file:\n"
    "      --commit               make lbgen's part of both what the input asks for,\n"
    "                             nothing else\n"
    "      --confirm[=SECONDS]    undo it after SECONDS (60) unless lbgen --confirmed\n"
    "                             is run or y is typed\n"
    "      --confirmed            keep a commit that waits for its confirmation\n"
    "      --dry-run              print what would change; status 1 when anything\n"
    "                             would\n"
    "      --rollback             undo the last commit, also after a reboot\n"
    "      --remove               take out all that is lbgen's\n"
    "      --restore              put lbgen's part of the boot files into the kernel\n"
    "                             (at boot)\n"
    "      --diff                 compare lbgen's part of the live rules with the\n"
    "                             input; status 1: they differ\n"
    "      --against=SAVED        with --diff: compare an iptables-save file instead\n"
    "      --status               what is live, counted and saved\n"
    "      --backend=NAME         legacy, nft, nftables (a table of lbgen's own) or\n"
    "                             auto (default: where the host's rules are)\n"
    "      --persist=FILE         the IPv4 boot file (default:\n"
    "                             /etc/sysconfig/iptables or /etc/iptables/rules.v4)\n"
    "      --persist6=FILE        the IPv6 one\n"
    "      --no-persist           leave the boot files alone\n"
    "      --adopt                take over rules made by hand that equal wanted\n"
    "                             ones, with their counters\n"
    "      --wait[=SECONDS]       how long to wait for a lock (default: 10)\n"
    "      --force                go on where a running firewalld or your own SSH\n"
    "                             connection speak against it\n"
    "      --timings              say on standard error how long each step took\n"
    "\n"
    "      --help                 print this\n"
    "      --version              print the version\n"
    "\n";

static const char examples[] =
    "Examples:\n"
    "  lbgen --init -o services.ini\n"
    "  lbgen services.ini > /etc/sysconfig/iptables\n"
    "  lbgen -6 -o /etc/sysconfig/ip6tables services.ini\n"
    "  lbgen services.ini | diff -u expected.rules -\n"
    "  lbgen --commit --confirm services.ini\n"
    "\n"
    "Exit status: 0 good, 1 different (or nothing to confirm, to roll back), 2 bad\n"
    "usage or bad input, 3 the system refused, 4 busy, 5 new rules were live and are\n"
    "undone, 6 live but not saved, 7 the undo failed.\n";

void options_help(void)
{
    fputs(help_printing, stdout);
    fputs(help_meaning, stdout);
    fputs(help_init, stdout);
    fputs(help_kernel, stdout);
    fputs(examples, stdout);
}

void options_usage(void)
{
    fputs("Usage: lbgen [OPTION]... FILE...\n"
          "Try 'lbgen --init' for a first services.ini, 'lbgen services.ini' to print its\n"
          "rules, 'lbgen --help' for all options.\n",
          stderr);
}
