/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/input.h"
#include "lbgen/rule_owners.h"

#include "lbgen/wanted.h"

#include "check_input.h"

static const char text[] =
    "[lbgen]\nlayout = tree\n"
    "[service web]\nvip = 192.0.2.10 192.0.2.12 2001:db8::10\nports = 80\nfwmark = 80\n"
    "exclude-mac = 52:54:00:12:34:56\n"
    "[service mail]\nvip = 192.0.2.11 2001:db8::11\nprotocol = udp\nfwmark = 25\n"
    "ports = 1 3 5 7 9 11 13 15 17 19 21 23 25 27 29 31\n";

struct fixture {
    struct made made;
    struct input input;
    struct image wanted;
    struct rule_owners owners;
};

static void begin(struct fixture *f, enum family family, enum payload_form form)
{
    struct complaint why;

    *f = (struct fixture){0};
    ck_assert_str_eq(make(&f->made, text, 0), "");
    config_index(&f->made.config);
    f->input.config = f->made.config;
    ck_assert(wanted_image(&f->input.config, &f->input.host.of[family], family, form, NULL, NULL, &f->wanted,
                           &why));
    rule_owners_make(&f->owners, &f->wanted);
}

static void end(struct fixture *f)
{
    rule_owners_free(&f->owners);
    image_free(&f->wanted);
    made_free(&f->made);
}

/* Whether it is that owner's; NULL: nobody's. */
static bool belongs(const struct rule_owners *owners, enum table table, const char *chain,
                    const struct image_rule *rule, const char *owner)
{
    size_t len = SIZE_MAX;
    const char *tag = rule_owners_find(owners, table, chain, rule, &len);

    return owner ? tag && strlen(owner) == len && memcmp(tag, owner, len) == 0 : !tag && len == 0;
}

/* How many rules of the mangle table are whose. */
static size_t count(const struct fixture *f, const struct rule_owners *owners, const char *owner)
{
    const struct image_table *mangle = &f->wanted.of[TABLE_MANGLE];
    size_t n = 0;

    for (size_t c = 0; c < mangle->n; c++)
        for (size_t i = 0; i < mangle->at[c].n; i++)
            n += belongs(owners, TABLE_MANGLE, mangle->at[c].name, &mangle->at[c].at[i], owner);
    return n;
}

static size_t rules_of(const struct image_table *table)
{
    size_t n = 0;

    for (size_t c = 0; c < table->n; c++)
        n += table->at[c].n;
    return n;
}

/* Each service has its rules in the tree, and web those of its own chain; what leads there is the tree's. */
START_TEST(test_tree)
{
    enum family family = (enum family)(_i % 2);
    struct fixture f;

    begin(&f, family, _i / 2 ? PAYLOAD_ENTRY : PAYLOAD_LINE);
    size_t web = count(&f, &f.owners, "web"), mail = count(&f, &f.owners, "mail");
    ck_assert_uint_eq(web, family == IPV4 ? 4 : 3);
    ck_assert_uint_eq(mail, 2);
    ck_assert_uint_eq(web + mail + count(&f, &f.owners, "tree"), rules_of(&f.wanted.of[TABLE_MANGLE]));
    end(&f);
}
END_TEST

/* Without an input the chain's name has to do; of a service's own chain it is not known. */
START_TEST(test_no_input)
{
    static const struct rule_owners nothing;
    struct fixture f;

    begin(&f, IPV4, PAYLOAD_LINE);
    const struct image_chain *own = image_find_chain(&f.wanted.of[TABLE_MANGLE], "lbgen.web");
    ck_assert_uint_eq(own->n, 2);
    ck_assert(belongs(&nothing, TABLE_MANGLE, own->name, &own->at[0], NULL));
    ck_assert_uint_eq(count(&f, &nothing, "web"), 0);
    ck_assert_uint_eq(count(&f, &nothing, "tree"), rules_of(&f.wanted.of[TABLE_MANGLE]) - own->n);
    end(&f);
}
END_TEST

/* A rule is known in its place only, and foreign rules are nobody's. */
START_TEST(test_elsewhere)
{
    struct fixture f;

    begin(&f, IPV4, PAYLOAD_LINE);
    const struct image_rule *rule = &image_find_chain(&f.wanted.of[TABLE_MANGLE], "lbgen.web")->at[0];
    ck_assert(belongs(&f.owners, TABLE_MANGLE, "lbgen.web", rule, "web"));
    ck_assert(belongs(&f.owners, TABLE_FILTER, "lbgen.web", rule, NULL));
    ck_assert(belongs(&f.owners, TABLE_MANGLE, "lbgen.other", rule, NULL));
    ck_assert(belongs(&f.owners, TABLE_MANGLE, "PREROUTING", rule, NULL));
    ck_assert(belongs(&f.owners, TABLE_MANGLE, "DOCKER", rule, NULL));
    ck_assert(belongs(&f.owners, TABLE_MANGLE, "lbgen.u.x", rule, "rules"));
    const struct image_rule tagged = {.tag = "shop"};
    ck_assert(belongs(&f.owners, TABLE_MANGLE, "INPUT", &tagged, "shop"));
    end(&f);
}
END_TEST

static Suite *rule_owners_suite(void)
{
    Suite *s = suite_create("rule_owners");
    TCase *t = new_case(s, "rule_owners");

    tcase_add_loop_test(t, test_tree, 0, 4);
    tcase_add_test(t, test_no_input);
    tcase_add_test(t, test_elsewhere);
    return s;
}

int main(void)
{
    return run_suite(rule_owners_suite());
}
