/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/shared_state.h"

#include "check_rule_set.h"

#define LOOKS "-A INPUT -m set --match-set bad src -j DROP\n"
#define FILLS "-A INPUT -p tcp -m tcp --dport 23 -j SET --add-set bad src\n"
#define SSH   "-A INPUT -p tcp -m tcp --dport 22 "

/* Rules of filter, and what is changed of what the first rule of `old` looks at; NULL: nothing. */
static const struct {
    const char *old, *new, *changed;
} pairs[] = {
    {LOOKS FILLS, LOOKS FILLS, NULL},
    {LOOKS FILLS, LOOKS, "set bad"},
    {LOOKS, LOOKS FILLS, "set bad"},
    {LOOKS FILLS, FILLS LOOKS, NULL},
    {LOOKS FILLS,
     LOOKS "-A INPUT -p tcp -m multiport --dports 23 -m comment --comment x -j SET --add-set bad src\n",
     NULL},
    {LOOKS FILLS, LOOKS "-A INPUT -p tcp -m tcp --dport 24 -j SET --add-set bad src\n", "set bad"},
    {LOOKS FILLS, LOOKS "-A INPUT -p tcp -m tcp --dport 23 -j SET --add-set bad dst\n", "set bad"},
    {LOOKS FILLS, LOOKS "-A FORWARD -p tcp -m tcp --dport 23 -j SET --add-set bad src\n", "set bad"},
    {LOOKS FILLS, LOOKS FILLS "-A INPUT -j SET --del-set bad src\n", "set bad"},
    {LOOKS FILLS, LOOKS FILLS "-A INPUT -j SET --add-set good src\n", NULL},
    {LOOKS FILLS, LOOKS FILLS "-A INPUT -j SET --add-set badly src\n", NULL},
    {LOOKS FILLS, LOOKS "-A INPUT -d 192.0.2.10/32 -j ACCEPT\n" FILLS,
     NULL}, /* what lets packets come there */
    /* ways to the chain */
    {":c - [0:0]\n" LOOKS "-A INPUT -i eth0 -j c\n-A c -j SET --add-set bad src\n",
     ":d - [0:0]\n:c - [0:0]\n" LOOKS "-A INPUT -i eth0 -j d\n-A d -j SET --add-set bad src\n", NULL},
    {":c - [0:0]\n" LOOKS "-A INPUT -i eth0 -j c\n-A FORWARD -j c\n-A c -j SET --add-set bad src\n",
     ":c - [0:0]\n" LOOKS "-A FORWARD -j c\n-A INPUT -i eth0 -j c\n-A c -j SET --add-set bad src\n", NULL},
    {":c - [0:0]\n" LOOKS "-A INPUT -i eth0 -j c\n-A c -j SET --add-set bad src\n",
     ":c - [0:0]\n" LOOKS "-A INPUT -i eth1 -j c\n-A c -j SET --add-set bad src\n", "set bad"},
    {":c - [0:0]\n" LOOKS "-A INPUT -i eth0 -j c\n-A c -j SET --add-set bad src\n",
     ":c - [0:0]\n" LOOKS "-A c -j SET --add-set bad src\n", "set bad"},
    {":c - [0:0]\n" LOOKS "-A c -j SET --add-set bad src\n", LOOKS, NULL}, /* nobody comes there */
    {":c - [0:0]\n:d - [0:0]\n" LOOKS "-A INPUT -j c\n-A c -j d\n-A d -j c\n-A d -j SET --add-set bad src\n",
     ":c - [0:0]\n:d - [0:0]\n" LOOKS "-A INPUT -j c\n-A c -j d\n-A d -j c\n-A d -j SET --add-set bad src\n",
     NULL},
    /* recent */
    {SSH "-m recent --name ssh --rcheck -j DROP\n" SSH "-m recent --name ssh --set\n",
     SSH "-m recent --name ssh --rcheck -j DROP\n", "recent ssh"},
    {SSH "-m recent --name ssh --rcheck -j DROP\n" SSH "-m recent --name ssh --rcheck\n",
     SSH "-m recent --name ssh --rcheck -j DROP\n", NULL},
    {SSH "-m recent --rcheck -j DROP\n" SSH "-m recent --set\n", SSH "-m recent --rcheck -j DROP\n",
     "recent DEFAULT"},
    {SSH "-m recent --name ssh --rcheck -m limit --limit 1/sec -j DROP\n",
     SSH "-m recent --name ssh --rcheck -m limit --limit 1/sec -j DROP\n" SSH
         "-m set --match-set a src -m recent "
         "--name ssh --remove\n",
     "recent ssh"},
    /* others */
    {SSH "-m hashlimit --hashlimit-upto 5/sec --hashlimit-name h -j ACCEPT\n",
     SSH "-m hashlimit --hashlimit-upto 5/sec --hashlimit-name h -j ACCEPT\n-A INPUT -m hashlimit "
         "--hashlimit-upto "
         "5/sec --hashlimit-name h\n",
     "hashlimit h"},
    {SSH "-m rateest --rateest r --rateest-lt --rateest-bps 1 -j ACCEPT\n",
     SSH
     "-m rateest --rateest r --rateest-lt --rateest-bps 1 -j ACCEPT\n-A INPUT -j RATEEST --rateest-name r "
     "--rateest-interval 1s --rateest-ewmalog 1s\n",
     "rateest r"},
    {SSH "-m limit --limit 1/sec -j ACCEPT\n", SSH "-m limit --limit 1/sec -j ACCEPT\n" FILLS, NULL},
    {SSH "-j ACCEPT\n" FILLS, SSH "-j ACCEPT\n", NULL},
};

START_TEST(test_pairs)
{
    struct buf old = {0}, new = {0}, name = {0};
    struct shared_states states;
    struct text_set a, b;

    buf_printf(&old, "*filter\n%sCOMMIT\n", pairs[_i].old);
    buf_printf(&new, "*filter\n%sCOMMIT\n", pairs[_i].new);
    text_set_read(&a, buf_text(&old));
    text_set_read(&b, buf_text(&new));
    const struct set_chain *input =
        &a.rules.of[TABLE_FILTER].at[rule_set_find(&a.rules, TABLE_FILTER, "INPUT")];
    for (int turn = 0; turn < 2; turn++) {
        shared_states_compare(&states, turn ? &b.rules : &a.rules, turn ? &a.rules : &b.rules, IPV4);
        ck_assert(!states.unclear);
        name.len = 0;
        bool changed = shared_states_changed(&states, &input->at[0], &name);
        ck_assert_msg(changed == (pairs[_i].changed != NULL), "%s\nand\n%s", buf_text(&old), buf_text(&new));
        if (changed)
            ck_assert_str_eq(buf_text(&name), pairs[_i].changed);
        shared_states_free(&states);
    }
    text_set_free(&a);
    text_set_free(&b);
    buf_free(&old);
    buf_free(&new);
    buf_free(&name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared_state");

    tcase_add_loop_test(new_case(suite, "pairs"), test_pairs, 0, N_OF(pairs));
    return run_suite(suite);
}
