/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/product.h"

#include "check_util.h"

static void show_rule(void *ctx, const struct rule *r)
{
    struct buf *out = ctx;

    buf_str(out, r->protocol ? r->protocol : "-");
    for (int i = 0; i < 2; i++) {
        const struct prefix *p = i ? r->src : r->dst;

        buf_str(out, i ? " s=" : " d=");
        if (p)
            prefix_print(out, p);
    }
    buf_printf(out, " %s %s %u;", r->in ? r->in->name : "", r->out ? r->out->name : "", r->n_ports);
}

static struct prefix prefix_of(const char *text)
{
    struct complaint why;
    struct prefix p;

    ck_assert(prefix_parse(text, strlen(text), ADDRESS_OR_PREFIX, &p, &why));
    return p;
}

static void check_product(const struct product *p, enum family family, const char *wanted)
{
    struct buf out = {0};
    const struct rule_sink sink = {.ctx = &out, .rule = show_rule};

    emit_product(&sink, family, p);
    ck_assert_str_eq(buf_text(&out), wanted);
    buf_free(&out);
}

START_TEST(test_product)
{
    static const uint8_t protocols[] = {PROTO_UDP, PROTO_ESP, PROTO_AH};
    static const struct port_range ports[] = {{1, 1}, {5, 9}};
    static const struct interface devices[] = {{"e0"}, {"e1"}};
    const struct prefix to[] = {prefix_of("192.0.2.2"), prefix_of("2001:db8::1"), prefix_of("192.0.2.1")};
    const struct prefix from[] = {prefix_of("10.0.0.0/8"), prefix_of("fd00::/8")};
    struct product p = {.dst = any_prefix, .src = any_prefix, .in = any_interface, .out = any_interface};

    p.base.protocol = "vrrp";
    check_product(&p, IPV4, "vrrp d= s=   0;");
    check_product(&p, IPV6, "vrrp d= s=   0;");
    p.dst = each_prefix((struct prefix_list){to, 3, 3});
    check_product(&p, IPV4, "vrrp d=192.0.2.2/32 s=   0;vrrp d=192.0.2.1/32 s=   0;");
    check_product(&p, IPV6, "vrrp d=2001:db8::1/128 s=   0;");
    /* ports are for protocols that have some; ah is no protocol of ip6tables */
    p.protocols = protocols;
    p.n_protocols = 3;
    p.ports = ports;
    p.n_ports = 2;
    check_product(&p, IPV6, "udp d=2001:db8::1/128 s=   2;esp d=2001:db8::1/128 s=   0;");
    p.n_protocols = 1;
    p.src = each_prefix((struct prefix_list){from, 2, 2});
    p.in = (struct interface_axis){.list = {devices, 2, 2}};
    p.out = (struct interface_axis){.list = {devices, 1, 2}};
    check_product(&p, IPV4,
                  "udp d=192.0.2.2/32 s=10.0.0.0/8 e0 e0 2;udp d=192.0.2.2/32 s=10.0.0.0/8 e1 e0 2;"
                  "udp d=192.0.2.1/32 s=10.0.0.0/8 e0 e0 2;udp d=192.0.2.1/32 s=10.0.0.0/8 e1 e0 2;");
    /* a list with nothing of the family makes no rule, never an open one */
    p.src.list.n = 1;
    check_product(&p, IPV6, "");
    p.src.list.n = 0;
    check_product(&p, IPV4, "");
    p.src = any_prefix;
    p.in.list.n = 0;
    check_product(&p, IPV4, "");
}
END_TEST

static Suite *product_suite(void)
{
    Suite *s = suite_create("product");

    tcase_add_test(new_case(s, "product"), test_product);
    return s;
}

int main(void)
{
    return run_suite(product_suite());
}
