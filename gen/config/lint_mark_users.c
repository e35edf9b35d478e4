/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/lint_mark_users.h"
#include "lbgen/mark_groups.h"

static const struct mark_user users[] = {
    {"kube-proxy", 0xc000, false, "KUBE-"},   {"Calico", 0xffff0000, false, "cali"},
    {"Cilium", 0xffff1fff, false, "CILIUM_"}, {"Weave Net", 0x60000, false, "WEAVE"},
    {"Tailscale", 0xff0000, false, "ts-"},    {"the AWS CNI plugin", 0x80, false, "AWS-"},
    {"CNI portmap", 0x2000, false, "CNI-"},   {"Istio", 0x539, true, "ISTIO_"},
    {"wg-quick", 0xca6c, true, NULL},
};

enum { USERS = sizeof users / sizeof *users, NARROW_MAX = 16 };

static bool may_be(const struct mark_user *user, uint32_t bits)
{
    return user->whole ? bits == user->bits : (bits & ~user->bits) == 0;
}

const struct mark_user *mark_user_find(uint32_t bits, const char *chain)
{
    const struct mark_user *best = NULL;

    for (int i = 0; bits && i < USERS; i++) {
        const struct mark_user *u = &users[i];

        if (!may_be(u, bits))
            continue;
        if (chain && u->chains && strncmp(chain, u->chains, strlen(u->chains)) == 0)
            return u;
        /* Cilium's bits are nearly all there are: they tell nothing by themselves. */
        if (__builtin_popcount(u->bits) > NARROW_MAX)
            continue;
        if (!best || __builtin_popcount(u->bits) < __builtin_popcount(best->bits))
            best = u;
    }
    return best;
}

static void print_users(struct buf *out, uint32_t mark)
{
    for (int i = 0; i < USERS; i++)
        if (mark & users[i].bits)
            buf_printf(out, "%s%s (0x%x)", out->len ? ", " : "", users[i].name, users[i].bits);
}

void lint_mark_users(const struct config *config, struct diag *diag)
{
    struct mark_groups groups;

    mark_groups_make(&groups, config);
    for (size_t i = 0; i < groups.n; i++) {
        const struct service *s = mark_group_service(&groups, &groups.at[i], 0);
        struct buf names = {0};

        print_users(&names, s->mark.value);
        if (names.len)
            diag_at(diag, SEVERITY_WARNING, s->fwmark_at, s->fwmark_len,
                    "fwmark %u (0x%x) has bits that others use where they are installed: %s", s->mark.value,
                    s->mark.value, buf_text(&names));
        buf_free(&names);
    }
    mark_groups_free(&groups);
}
