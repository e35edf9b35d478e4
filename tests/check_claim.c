/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/claim.h"

#include "check_input.h"

enum { MOST = 8 };

/* The space and the boxes of all VIPs of one family. */
struct claims {
    struct made made;
    struct claimed_vip vips[MOST];
    size_t n;
    struct claim_space space;
    struct box_list boxes;
};

static void begin(struct claims *c, const char *text, enum family family)
{
    *c = (struct claims){0};
    ck_assert_str_eq(make(&c->made, text, 0), "");
    for (uint32_t i = 0; i < c->made.config.services.n; i++) {
        const struct service *s = &c->made.config.services.at[i];

        for (uint32_t v = 0; v < s->vips.n; v++)
            if (s->vips.at[v].family == family)
                c->vips[c->n++] = (struct claimed_vip){.service = s, .prefix = &s->vips.at[v], .owner = i};
    }
    claim_space_init(&c->space, c->vips, c->n);
    for (size_t i = 0; i < c->n; i++)
        claim_boxes(&c->space, &c->vips[i], &c->boxes);
}

static void end(struct claims *c)
{
    claim_space_free(&c->space);
    free(c->boxes.at);
    made_free(&c->made);
}

static bool share(const struct box *a, const struct box *b)
{
    for (int i = 0; i < BOX_AXES; i++)
        if (a->low[i] > b->high[i] || b->low[i] > a->high[i])
            return false;
    return true;
}

/* Two services: the example packet of the first two boxes of theirs that meet, or NULL where none do. */
static const struct {
    const char *a, *b;
    enum family family;
    const char *example;
} pairs[] = {
    {"vip = 192.0.2.1\nports = 80\n", "vip = 192.0.2.1\nports = 80\n", IPV4, "tcp 192.0.2.1:80"},
    {"vip = 192.0.2.0/24\nports = 70:90\n", "vip = 192.0.2.4/30\nports = 85:99\n", IPV4, "tcp 192.0.2.5:85"},
    {"vip = 192.0.2.0/24\nports = any\n", "vip = 192.0.2.4/31\nports = any\n", IPV4, "tcp 192.0.2.4:80"},
    {"vip = 192.0.2.0/24\nports = any\n", "vip = 192.0.2.4\nports = 1:5\n", IPV4, "tcp 192.0.2.4:1"},
    {"vip = 2001:db8::/32\nports = 53\nprotocol = tcp udp\n",
     "vip = 2001:db8:1::/64\nports = 53\nprotocol = udp\n", IPV6, "udp [2001:db8:1::1]:53"},
    {"vip = 2001:db8::1\nprotocol = esp\n", "vip = ::/0\nprotocol = esp\n", IPV6, "esp 2001:db8::1"},
    {"vip = 192.0.2.1\nports = 1\nsource = 10.0.0.0/8\n",
     "vip = 192.0.2.1\nports = 1\nsource = 10.1.2.0/24\n", IPV4, "tcp 192.0.2.1:1 from 10.1.2.1"},
    {"vip = 192.0.2.1\nports = 1\nsource = 10.0.0.0/8\n", "vip = 192.0.2.1\nports = 1\n", IPV4,
     "tcp 192.0.2.1:1 from 10.0.0.1"},
    {"vip = 192.0.2.1\nports = 1\ninterface = eth+\n", "vip = 192.0.2.1\nports = 1\ninterface = eth1\n", IPV4,
     "tcp 192.0.2.1:1 on eth1"},
    {"vip = 192.0.2.1\nports = 1\ninterface = eth+\n", "vip = 192.0.2.1\nports = 1\ninterface = eth1+\n",
     IPV4, "tcp 192.0.2.1:1 on eth1"},
    {"vip = 192.0.2.1\nports = 1\ninterface = +\n", "vip = 192.0.2.1\nports = 1\ninterface = eth1\n", IPV4,
     "tcp 192.0.2.1:1 on eth1"},
    {"vip = 192.0.2.1\nports = 1\ninterface = +\n", "vip = 192.0.2.1\nports = 1\n", IPV4, "tcp 192.0.2.1:1"},
    {"vip = 192.0.2.1\nports = 1:3\n", "vip = 192.0.2.1\nports = 2\nsource = 0.0.0.0/0\n", IPV4,
     "tcp 192.0.2.1:2"},
    {"vip = 192.0.2.1\nports = 1\ninterface = eth1\n", "vip = 192.0.2.1\nports = 1\ninterface = eth1+\n",
     IPV4, "tcp 192.0.2.1:1 on eth1"},
    /* Nothing in common. */
    {"vip = 192.0.2.1\nports = 80\n", "vip = 192.0.2.2\nports = 80\n", IPV4, NULL},
    {"vip = 192.0.2.1\nports = 80\n", "vip = 192.0.2.1\nports = 81\n", IPV4, NULL},
    {"vip = 192.0.2.1\nports = 80\n", "vip = 192.0.2.1\nports = 80\nprotocol = udp\n", IPV4, NULL},
    {"vip = 192.0.2.1\nports = any\n", "vip = 192.0.2.1\nprotocol = esp\n", IPV4, NULL},
    {"vip = 192.0.2.1\nprotocol = ah\n", "vip = 192.0.2.1\nprotocol = esp\n", IPV4, NULL},
    {"vip = 192.0.2.0/25\nports = 80\n", "vip = 192.0.2.128/25\nports = 80\n", IPV4, NULL},
    {"vip = 192.0.2.1\nports = 1\nsource = fd00::/8\n", "vip = 192.0.2.1\nports = 1\n", IPV4, NULL},
    {"vip = 192.0.2.1\nports = 1\nsource = 10.0.0.1\n", "vip = 192.0.2.1\nports = 1\nsource = 10.0.0.2\n",
     IPV4, NULL},
    {"vip = 192.0.2.1\nports = 1\ninterface = eth\n", "vip = 192.0.2.1\nports = 1\ninterface = eth0\n", IPV4,
     NULL},
    {"vip = 192.0.2.1\nports = 1\ninterface = eth0+\n", "vip = 192.0.2.1\nports = 1\ninterface = eth1+\n",
     IPV4, NULL},
    {"vip = 192.0.2.1\nports = 65535\n", "vip = 192.0.2.1\nports = 1\nprotocol = udp\n", IPV4, NULL},
};

START_TEST(test_pair)
{
    const struct box *a = NULL, *b = NULL;
    struct buf text = {0}, printed = {0};
    struct claim_example example;
    struct claims c;

    buf_printf(&text, "[service a]\n%s[service b]\n%s", pairs[_i].a, pairs[_i].b);
    begin(&c, buf_text(&text), pairs[_i].family);
    for (size_t i = 0; i < c.boxes.n && !a; i++)
        for (size_t j = 0; j < c.boxes.n && !a; j++)
            if (c.boxes.at[i].owner < c.boxes.at[j].owner && share(&c.boxes.at[i], &c.boxes.at[j])) {
                a = &c.boxes.at[i];
                b = &c.boxes.at[j];
            }
    ck_assert_int_eq(a != NULL, pairs[_i].example != NULL);
    for (int swapped = 0; a && swapped < 2; swapped++) {
        claim_example(&c.space, swapped ? b : a, swapped ? a : b, &example);
        printed.len = 0;
        claim_example_print(&printed, &example);
        ck_assert_str_eq(buf_text(&printed), pairs[_i].example);
    }
    buf_free(&printed);
    buf_free(&text);
    end(&c);
}
END_TEST

/* How many boxes; those of one VIP are disjoint, whatever its lists of ports. */
static const struct {
    const char *service;
    size_t boxes;
} counts[] = {
    {"vip = 192.0.2.1\nports = 80\n", 1},
    {"vip = 192.0.2.1\nports = 80, 81, 82\n", 1}, /* they touch */
    {"vip = 192.0.2.1\nports = 80, 82\n", 2},
    {"vip = 192.0.2.1\nports = 90:99, 1:5, 6, 200\n", 3},
    {"vip = 192.0.2.1\nports = any\nprotocol = tcp udp esp\n", 3},
    {"vip = 192.0.2.1, 192.0.2.2\nports = 1 3\nprotocol = tcp udp\nsource = 10.0.0.1 10.0.0.2 "
     "fd00::1\ninterface = a b\n",
     32},
    {"vip = 192.0.2.1\nports = 1\nsource = fd00::1\n", 0},
    {"vip = 192.0.2.1\nports = 65534 65535\n", 1},
};

START_TEST(test_count)
{
    struct buf text = {0};
    struct claims c;

    buf_printf(&text, "[service a]\n%s", counts[_i].service);
    begin(&c, buf_text(&text), IPV4);
    ck_assert_uint_eq(c.boxes.n, counts[_i].boxes);
    ck_assert_uint_eq(claim_box_count(&c.made.config.services.at[0]), counts[_i].boxes);
    for (size_t i = 0; i < c.boxes.n; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert(!share(&c.boxes.at[i], &c.boxes.at[j]));
    buf_free(&text);
    end(&c);
}
END_TEST

START_TEST(test_no_vips)
{
    struct claim_space space;

    claim_space_init(&space, NULL, 0);
    claim_space_free(&space);
}
END_TEST

static Suite *claim_suite(void)
{
    Suite *s = suite_create("claim");
    TCase *t = new_case(s, "claim");

    tcase_add_loop_test(t, test_pair, 0, N_OF(pairs));
    tcase_add_loop_test(t, test_count, 0, N_OF(counts));
    tcase_add_test(t, test_no_vips);
    return s;
}

int main(void)
{
    return run_suite(claim_suite());
}
