/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firewall_cmd_plan: direct or rich, and in which order. */
#include "lbgen/firewall_cmd_plan.h"

#include "lbgen/firewall_cmd.h"

#include "check_input.h"

/* What is planned, one word a service: d(irect) or r(ich), and the rank. */
static void describe(struct buf *out, const struct config *config)
{
    struct cmd_plan plan;

    cmd_plan_make(&plan, config);
    for (size_t i = 0; i < config->services.n; i++)
        buf_printf(out, "%s%c%u", i ? " " : "", plan.direct[i] ? 'd' : 'r', plan.rank[i]);
    cmd_plan_free(&plan);
}

#define S(name, vip, more) "[service " name "]\nvip = " vip "\nports = 80\nfwmark = 1\n" more "\n"
#define OVERRIDE           "override = yes\n"
#define DIRECT             "interface = eth0\n"

static const struct {
    const char *input, *plan;
} planned[] = {
    {"", ""},
    {S("a", "192.0.2.1", ""), "r0"},
    {S("a", "192.0.2.1", DIRECT), "d0"},
    {S("a", "192.0.2.1", "exclude-mac = 52:54:00:12:34:56"), "d0"},
    {S("a", "192.0.2.1", "source = 10.0.0.0/8\naccept = yes\nmasquerade = 10.0.0.0/8"), "r0"},
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 1/0xff\n", "d0"},
    {"[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = 1/0xffffffff\n", "r0"},
    {S("a", "192.0.2.1", "protocol = tcp, udplite"), "d0"},
    {"[service a]\nvip = 192.0.2.1\nports = any\nprotocol = udplite\nfwmark = 1\n", "r0"},
    {"[service a]\nvip = 192.0.2.1\nprotocol = esp\nfwmark = 1\n", "r0"},
    /* ranks */
    {S("a", "192.0.2.1", OVERRIDE) S("b", "192.0.2.1", "") S("c", "192.0.2.1", OVERRIDE), "r1 r0 r2"},
    /* one that overrides by direct rules takes the earlier ones along that it may overlap, and no other */
    {S("a", "192.0.2.0/24", "") S("b", "192.0.2.1", OVERRIDE DIRECT), "d0 d1"},
    {S("a", "192.0.2.1", "") S("b", "192.0.2.0/24", OVERRIDE DIRECT), "d0 d1"},
    {S("a", "192.0.2.0/24", "") S("b", "198.51.100.1", OVERRIDE DIRECT), "r0 d1"},
    {S("a", "192.0.2.1", OVERRIDE DIRECT) S("b", "192.0.2.1", OVERRIDE), "d1 r2"},
    {S("a", "192.0.2.1", "") S("b", "192.0.2.1", DIRECT), "r0 d0"},
    /* ... by way of others */
    {S("a", "198.51.100.1", "") S("b", "192.0.2.1, 198.51.100.1", OVERRIDE)
         S("c", "192.0.2.1", OVERRIDE DIRECT),
     "d0 d1 d2"},
    {S("a", "198.51.100.1", "") S("b", "192.0.2.1, 198.51.100.1", "") S("c", "192.0.2.1", OVERRIDE DIRECT),
     "r0 d0 d1"},
    {S("a", "2001:db8::1", "") S("b", "2001:db8::/64, 192.0.2.1", OVERRIDE)
         S("c", "192.0.2.1", OVERRIDE DIRECT) S("d", "192.0.2.1", OVERRIDE),
     "d0 d1 d2 r3"},
};

START_TEST(test_planned)
{
    struct buf plan = {0};
    struct made m;

    make(&m, planned[_i].input, 0);
    describe(&plan, &m.config);
    ck_assert_str_eq(buf_text(&plan), planned[_i].plan);
    buf_free(&plan);
    made_free(&m);
}
END_TEST

static bool vips_overlap(const struct service *a, const struct service *b)
{
    for (uint32_t i = 0; i < a->vips.n; i++)
        for (uint32_t k = 0; k < b->vips.n; k++)
            if (a->vips.at[i].family == b->vips.at[k].family &&
                prefix_overlaps(&a->vips.at[i], &b->vips.at[k]))
                return true;
    return false;
}

/* Where firewalld walks it: direct rules first, then by rank. */
static uint64_t walked_at(const struct cmd_plan *plan, size_t i)
{
    return (plan->direct[i] ? 0 : (uint64_t)1 << 32) + plan->rank[i];
}

/* Whatever overrides is walked behind all earlier services that it may overlap with. */
START_TEST(test_chance)
{
    enum { N = 40 };
    static const char *const vips[] = {"192.0.2.0/24",    "192.0.2.1",     "192.0.2.2",     "192.0.2.0/30",
                                       "198.51.100.1",    "203.0.113.1",   "2001:db8::/64", "2001:db8::1",
                                       "2001:db8:1::/48", "2001:db8:1::1", "203.0.113.9"};
    struct buf text = {0};
    struct cmd_plan plan;
    struct made m;
    struct chance c = {.state = (1 + (uint64_t)_i) * 0x9e3779b97f4a7c15};
    unsigned rich = 0;

    for (int i = 0; i < N; i++)
        buf_printf(&text, "[service s%d]\nvip = %s, %s\nports = 80\nfwmark = %d\n%s%s", i,
                   vips[chance_below(&c, N_OF(vips))], vips[chance_below(&c, N_OF(vips))], i + 1,
                   chance_one_in(&c, 2) ? OVERRIDE : "", chance_one_in(&c, 8) ? DIRECT : "");
    make(&m, buf_text(&text), 0);
    cmd_plan_make(&plan, &m.config);
    for (size_t later = 0; later < N; later++) {
        const struct service *s = &m.config.services.at[later];

        rich += !plan.direct[later];
        for (size_t i = 0; i < later && service_more(s)->override; i++)
            if (vips_overlap(&m.config.services.at[i], s))
                ck_assert_uint_lt(walked_at(&plan, i), walked_at(&plan, later));
        ck_assert(plan.direct[later] || !service_has(s, KEY_INTERFACE));
    }
    ck_assert(rich > 0 || _i > 0); /* of most seeds, of this one for certain */
    cmd_plan_free(&plan);
    made_free(&m);
    buf_free(&text);
}
END_TEST

/* As many may override as firewalld has priorities. */
START_TEST(test_ranks_end)
{
    for (unsigned n = CMD_RANK_MAX; n <= CMD_RANK_MAX + 2; n++) {
        struct buf text = {0};
        struct made m;

        for (unsigned i = 0; i < n; i++)
            buf_printf(&text, "[service s%u]\nvip = 10.0.%u.%u\nports = 80\nfwmark = 1\n" OVERRIDE, i,
                       i / 256, i % 256);
        make(&m, buf_text(&text), 0);
        config_index(&m.config);
        firewalld_format.check(&(struct format_job){.config = &m.config, .wants = {true, true}}, &m.diag);
        ck_assert_uint_eq(diag_errors(&m.diag), n > CMD_RANK_MAX);
        made_free(&m);
        buf_free(&text);
    }
}
END_TEST

static Suite *plan_suite(void)
{
    Suite *s = suite_create("firewall_cmd_plan");
    TCase *t = new_case(s, "plan");

    tcase_add_loop_test(t, test_planned, 0, N_OF(planned));
    tcase_add_loop_test(t, test_chance, 0, 200);
    tcase_add_test(t, test_ranks_end);
    return s;
}

int main(void)
{
    return run_suite(plan_suite());
}
