/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lint_mark_users.h"

#include "check_input.h"

static const struct {
    uint32_t bits;
    const char *chain, *user;
} known[] = {
    {0x4000, NULL, "kube-proxy"},
    {0x8000, NULL, "kube-proxy"},
    {0xc000, "INPUT", "kube-proxy"},
    {0x4000, "KUBE-MARK-MASQ", "kube-proxy"},
    {0x2000, NULL, "CNI portmap"},
    {0x80, NULL, "the AWS CNI plugin"},
    {0x539, NULL, "Istio"},
    {0xca6c, NULL, "wg-quick"},
    {0xff0000, NULL, "Tailscale"},
    {0x80000, "ts-forward", "Tailscale"},
    {0x20000, NULL, "Weave Net"},
    {0x20000, "cali-FORWARD", "Calico"},
    {0x20000, "ts-input", "Tailscale"},
    {0x1000000, NULL, "Calico"},
    {0x100, "CILIUM_PRE_mangle", "Cilium"},
    {0x100, NULL, NULL}, /* its bits are nearly all there are */
    {0x1, NULL, NULL},   /* one bit of a whole mark is no sign of it */
    {0xc080, NULL, NULL},
    {0, NULL, NULL},
};

START_TEST(test_find)
{
    const struct mark_user *user = mark_user_find(known[_i].bits, known[_i].chain);

    ck_assert_pstr_eq(user ? user->name : NULL, known[_i].user);
}
END_TEST

#define M(n) "[service a]\nvip = 192.0.2.1\nports = 80\nfwmark = " #n "\n"

/* What is said with --warnings=marks. */
static const struct input_case lint[] = {
    {M(80), "t.ini:4:10: warning: fwmark 80 (0x50) has bits that others use where they are installed: Cilium "
            "(0xffff1fff), Istio (0x539), wg-quick (0xca6c)\n    fwmark = 80\n             ^~\n"},
    {M(0x4000), "kube-proxy (0xc000), wg-quick (0xca6c)"},
    {M(0x100000) "[service b]\nvip = 192.0.2.2\nports = 80\nfwmark = 0x100000\n",
     "t.ini:4:10: warning: fwmark 1048576 (0x100000) has bits that others use where they are installed: "
     "Calico "
     "(0xffff0000), Cilium (0xffff1fff), Tailscale (0xff0000)\n    fwmark = 0x100000\n             "
     "^~~~~~~~\n"},
    {"[vrrp]\n", ""},
};

START_TEST(test_lint)
{
    struct made m;

    make(&m, lint[_i].text, 0);
    lint_mark_users(&m.config, &m.diag);
    buf_free(&m.printed);
    diag_print(&m.diag, &m.sources, &m.printed, (struct caret_look){0});
    const char *said = lint[_i].said, *printed = buf_text(&m.printed);
    if (*said ? !strstr(printed, said) : *printed)
        ck_abort_msg("was said\n%s\nwithout\n%s", printed, said);
    made_free(&m);
}
END_TEST

static Suite *lint_mark_users_suite(void)
{
    Suite *s = suite_create("lint_mark_users");
    TCase *t = new_case(s, "lint_mark_users");

    tcase_add_loop_test(t, test_find, 0, N_OF(known));
    tcase_add_loop_test(t, test_lint, 0, N_OF(lint));
    return s;
}

int main(void)
{
    return run_suite(lint_mark_users_suite());
}
