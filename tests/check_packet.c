/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/packet.h"

#include "lbgen/port_names.h"

#include "check_util.h"

static bool parse(const char *source, size_t len, struct packet *p, struct complaint *why)
{
    char *text = exact_copy(source, len);

    memset(p, 'x', sizeof *p);
    bool taken = packet_parse(text, len, p, why);
    free(text);
    port_names_free();
    return taken;
}

static const struct {
    const char *text;
    uint8_t protocol;
    const char *src, *dst;
    uint16_t sport, dport;
    const char *in;
} good[] = {
    {"tcp 203.0.113.9:40000 192.0.2.10:443 eth1", 6, "203.0.113.9/32", "192.0.2.10/32", 40000, 443, "eth1"},
    {"tcp 203.0.113.9 192.0.2.10:443", 6, "203.0.113.9/32", "192.0.2.10/32", 0, 443, ""},
    {"  udp\t203.0.113.9:53   192.0.2.10:53  ", 17, "203.0.113.9/32", "192.0.2.10/32", 53, 53, ""},
    {"sctp 1.2.3.4:1 5.6.7.8:65535", 132, "1.2.3.4/32", "5.6.7.8/32", 1, 65535, ""},
    {"dccp 1.2.3.4 5.6.7.8:http", 33, "1.2.3.4/32", "5.6.7.8/32", 0, 80, ""},
    {"udplite 1.2.3.4 5.6.7.8:1", 136, "1.2.3.4/32", "5.6.7.8/32", 0, 1, ""},
    {"tcp [2001:db8::1]:40000 [2001:db8::10]:443 eth0", 6, "2001:db8::1/128", "2001:db8::10/128", 40000, 443,
     "eth0"},
    {"tcp 2001:db8::1 [2001:db8::10]:443", 6, "2001:db8::1/128", "2001:db8::10/128", 0, 443, ""},
    {"tcp [2001:db8::1] [::]:443", 6, "2001:db8::1/128", "::/128", 0, 443, ""},
    {"esp 1.2.3.4 5.6.7.8", 50, "1.2.3.4/32", "5.6.7.8/32", 0, 0, ""},
    {"ah ::1 ::2 lo", 51, "::1/128", "::2/128", 0, 0, "lo"},
    {"vrrp 192.0.2.2 224.0.0.18 eth0", 112, "192.0.2.2/32", "224.0.0.18/32", 0, 0, "eth0"},
    {"icmp 1.2.3.4 5.6.7.8", 1, "1.2.3.4/32", "5.6.7.8/32", 0, 0, ""},
    {"icmpv6 ::1 ::2", 58, "::1/128", "::2/128", 0, 0, ""},
};

START_TEST(test_good)
{
    struct complaint why = {0};
    struct packet p;
    struct buf out = {0};

    ck_assert_msg(parse(good[_i].text, strlen(good[_i].text), &p, &why), "%s: %s", good[_i].text, why.text);
    ck_assert_uint_eq(p.protocol, good[_i].protocol);
    prefix_print(&out, &p.src);
    ck_assert_str_eq(buf_text(&out), good[_i].src);
    out.len = 0;
    prefix_print(&out, &p.dst);
    ck_assert_str_eq(buf_text(&out), good[_i].dst);
    ck_assert_uint_eq(p.sport, good[_i].sport);
    ck_assert_uint_eq(p.dport, good[_i].dport);
    ck_assert_str_eq(p.in.name, good[_i].in);
    ck_assert(!p.mac_given && p.state == STATE_NEW && p.mark == 0 && !p.forwarded && !p.icmp_type_given);
    buf_free(&out);
}
END_TEST

START_TEST(test_options)
{
    static const char *const texts[] = {
        "icmp/8 1.2.3.4 5.6.7.8 eth0 mac=52:54:00:12:34:56 state=ESTABLISHED mark=0x50 hook=forward",
        "icmp/8 1.2.3.4 5.6.7.8 hook=forward mark=80 eth0 state=ESTABLISHED mac=52:54:00:12:34:56",
    };
    struct complaint why;
    struct packet p;

    ck_assert(parse(texts[_i], strlen(texts[_i]), &p, &why));
    ck_assert(p.icmp_type_given && p.icmp_type == 8);
    ck_assert(p.mac_given && p.mac.byte[0] == 0x52 && p.mac.byte[5] == 0x56);
    ck_assert(p.state == STATE_ESTABLISHED && p.mark == 80 && p.forwarded);
    ck_assert_str_eq(p.in.name, "eth0");
}
END_TEST

/* Refused: with the place of the culprit. */
static const struct {
    const char *text;
    size_t len, at, culprit;
    const char *says;
} bad[] = {
    {TEXT(""), 0, 0, "a packet is written"},
    {TEXT("tcp"), 0, 3, "a packet is written"},
    {TEXT("tcp 1.2.3.4"), 0, 11, "a packet is written"},
    {TEXT("gre 1.2.3.4 5.6.7.8"), 0, 3, "a packet begins with its protocol"},
    {TEXT("TCP 1.2.3.4 5.6.7.8:80"), 0, 3, "begins with its protocol"},
    {TEXT("6 1.2.3.4 5.6.7.8:80"), 0, 1, "begins with its protocol"},
    {TEXT("tcp/80 1.2.3.4 5.6.7.8:80"), 0, 6, "begins with its protocol"},
    {TEXT("tcp 1.2.3.4 5.6.7.8"), 12, 7, "such as 192.0.2.10:443"},
    {TEXT("tcp 1.2.3.4:1 ::1:443"), 14, 7, "not of one family"},
    {TEXT("tcp ::1 2001:db8::1:443"), 8, 15, "such as [2001:db8::10]:443"},
    {TEXT("tcp 1.2.3.4:0 5.6.7.8:80"), 12, 1, "is not in 1..65535"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:65536"), 20, 5, "is not in 1..65535"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:080"), 20, 3, "leading zero"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:"), 20, 0, "a port is expected"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80:90"), 12, 13, "'5.6.7.8:80:90' "},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80-90"), 20, 5, "is no port"},
    {TEXT("tcp 1.2.3.4/32 5.6.7.8:80"), 11, 3, "not a prefix"},
    {TEXT("tcp 1.2.3 5.6.7.8:80"), 4, 5, "is no IPv4"},
    {TEXT("tcp host 5.6.7.8:80"), 4, 4, "is no IPv4"},
    {TEXT("tcp fe80::1%eth0 [::1]:80"), 4, 12, "zone"},
    {TEXT("tcp [::1 [::2]:80"), 4, 4, "is written [2001:db8::1]:443"},
    {TEXT("tcp ::1 [::2]80"), 8, 7, "is written [2001:db8::1]:443"},
    {TEXT("tcp ::1 [::2]:"), 14, 0, "a port is expected"},
    {TEXT("tcp ::1 [::g]:80"), 9, 3, "is no IPv4"},
    {TEXT("tcp ::1 []:80"), 9, 0, "is no IPv4"},
    {TEXT("esp 1.2.3.4 5.6.7.8:500"), 12, 11, "has no ports"},
    {TEXT("esp 1.2.3.4:500 5.6.7.8"), 16, 7, "has no ports"},
    {TEXT("vrrp 1.2.3.4 5.6.7.8:1"), 13, 9, "has no ports"},
    {TEXT("icmp/256 1.2.3.4 5.6.7.8"), 5, 3, "an icmp type is 0..255"},
    {TEXT("icmp/ 1.2.3.4 5.6.7.8"), 5, 0, "an icmp type"},
    {TEXT("icmp/08 1.2.3.4 5.6.7.8"), 5, 2, "an icmp type"},
    {TEXT("icmpv6/-1 ::1 ::2"), 7, 2, "an icmp type"},
    {TEXT("vrrp/1 1.2.3.4 5.6.7.8"), 0, 6, "begins with its protocol"},
    {TEXT("esp 1.2.3.4 ::1"), 12, 3, "not of one family"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 eth0 eth1"), 28, 4, "one interface"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 eth/0"), 26, 1, "an interface name"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 0123456789012345"), 23, 16, "16 bytes"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 ttl=1"), 23, 3, "unknown word"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 =1"), 23, 0, "unknown word"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 MARK=1"), 23, 4, "unknown word"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 mac="), 27, 0, "a MAC address"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 mac=1:2:3:4:5:6"), 27, 11, "a MAC address"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 state=new"), 29, 3, "a state is"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 state=NEW,RELATED"), 29, 11, "a state is"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 hook=output"), 28, 6, "a hook is"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 mark=-1"), 28, 2, "a mark is"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 mark=0x1/0x1"), 28, 7, "a mark is"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 mark=4294967296"), 28, 10, "a mark is"},
    {TEXT("tcp mark=1 1.2.3.4 5.6.7.8:80"), 4, 6, "is no IPv4"},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 mark=1 mark=1"), 30, 6, "one mark="},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 state=NEW eth0 state=INVALID"), 38, 13, "one state="},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 mac=52:54:00:12:34:56 mac=x"), 45, 5, "one mac="},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 hook=input hook=forward"), 34, 12, "one hook="},
    {TEXT("tcp 1.2.3.4 5.6.7.8:80\0"), 20, 3, "is no port"},
    {TEXT("tcp, 1.2.3.4, 5.6.7.8:80"), 0, 4, "begins with its protocol"},
    /* A packet comes in on one interface, not on all that begin so. */
    {TEXT("tcp 1.2.3.4 5.6.7.8:80 eth+"), 26, 1, ""},
};

START_TEST(test_bad)
{
    struct complaint why;
    struct packet p;

    ck_assert_msg(!parse(bad[_i].text, bad[_i].len, &p, &why), "%s is taken", bad[_i].text);
    ck_assert_msg(strstr(why.text, bad[_i].says) != NULL, "%s: %s", bad[_i].text, why.text);
    ck_assert_msg(why.at == bad[_i].at && why.len == bad[_i].culprit, "%s: at %zu, %zu bytes: %s",
                  bad[_i].text, why.at, why.len, why.text);
}
END_TEST

static Suite *packet_suite(void)
{
    Suite *s = suite_create("packet");
    TCase *t = new_case(s, "packet");

    tcase_add_loop_test(t, test_good, 0, N_OF(good));
    tcase_add_loop_test(t, test_options, 0, 2);
    tcase_add_loop_test(t, test_bad, 0, N_OF(bad));
    return s;
}

int main(void)
{
    return run_suite(packet_suite());
}
