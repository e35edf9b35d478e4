/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/image_drops.h"

#include "check_edit.h"

#define F(lines) "*filter\n" lines "COMMIT\n"

static const struct {
    const char *text;
    bool drops;
} inputs[] = {
    {"", false},
    {F(":INPUT ACCEPT [0:0]\n"), false},
    {F(":INPUT DROP [0:0]\n"), true},
    {F("-A INPUT -j ACCEPT\n-A INPUT -j MARK\n-A INPUT -s 192.0.2.1\n-A INPUT -j RETURN\n"), false},
    {F("-A INPUT -j ACCEPT\n-A INPUT -j DROP\n"), true},
    {F("-A INPUT -p tcp -j REJECT\n"), true},
    {F("-A INPUT -p tcp -j NFQUEUE\n"), true},
    /* not on the way */
    {F(":FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n"), false},
    {F("-A FORWARD -j DROP\n-A OUTPUT -j REJECT\n"), false},
    {F(":a - [0:0]\n-A a -j DROP\n"), false},
    {F(":a - [0:0]\n:b - [0:0]\n-A FORWARD -j a\n-A INPUT -j b\n-A a -j DROP\n-A b -j ACCEPT\n"), false},
    {"*nat\n:INPUT DROP [0:0]\n-A INPUT -j DROP\nCOMMIT\n", false},
    /* a long way, and one in a circle */
    {F(":a - [0:0]\n:b - [0:0]\n:c - [0:0]\n-A INPUT -j c\n-A c -g b\n-A b -p udp -j a\n-A a -j DROP\n"),
     true},
    {F(":a - [0:0]\n:b - [0:0]\n-A INPUT -j a\n-A INPUT -j a\n-A a -j b\n-A b -j a\n"), false},
    {F(":a - [0:0]\n:b - [0:0]\n-A INPUT -j a\n-A a -j b\n-A b -j a\n-A b -j DROP\n"), true},
};

START_TEST(test_input)
{
    struct image image = {0};

    read_image(inputs[_i].text, &image);
    ck_assert_int_eq(image_can_drop(&image.of[TABLE_FILTER], HOOK_INPUT), inputs[_i].drops);
    image_free(&image);
}
END_TEST

START_TEST(test_hook)
{
    struct image image = {0};

    read_image("*mangle\n:a - [0:0]\n-A PREROUTING -j a\n-A a -j DROP\nCOMMIT\n", &image);
    const struct image_table *mangle = &image.of[TABLE_MANGLE];
    ck_assert(image_can_drop(mangle, HOOK_PREROUTING));
    ck_assert(!image_can_drop(mangle, HOOK_INPUT));
    ck_assert(!image_can_drop(mangle, HOOK_POSTROUTING));
    image_free(&image);
}
END_TEST

static Suite *image_drops_suite(void)
{
    Suite *s = suite_create("image_drops");
    TCase *t = new_case(s, "image_drops");

    tcase_add_loop_test(t, test_input, 0, N_OF(inputs));
    tcase_add_test(t, test_hook);
    return s;
}

int main(void)
{
    return run_suite(image_drops_suite());
}
