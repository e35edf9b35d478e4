/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/lint_keepalived.h"
#include "lbgen/mark_groups.h"
#include "lbgen/masked_marks.h"
#include "lbgen/xalloc.h"

enum { SHOWN_MAX = 8 };

struct marks_lint {
    const struct mark_groups *groups;
    const struct keepalived *k;
    bool any_others;
    struct masked_marks masked;    /* the services', and others' marks */
    const struct ka_mark **sorted; /* Keepalived's, by mark */
    struct diag *diag;
};

static const char *family_name(unsigned families)
{
    return families == FAMILY_BIT_6 ? "IPv6" : "IPv4";
}

static unsigned families_claimed(const struct mark_groups *groups, const struct mark_group *group)
{
    unsigned families = 0;

    for (size_t i = 0; i < group->n && families != FAMILY_BITS_BOTH; i++)
        for (int f = 0; f < FAMILIES; f++)
            if (service_claims(mark_group_service(groups, group, i), (enum family)f))
                families |= 1U << f;
    return families;
}

/* "80, 90, ..." */
static void print_marks(struct buf *out, uint32_t (*mark)(const void *ctx, size_t i), const void *ctx,
                        size_t n)
{
    for (size_t i = 0, shown = 0; i < n; i++) {
        if (i && mark(ctx, i) == mark(ctx, i - 1))
            continue;
        buf_str(out, shown ? ", " : "");
        if (shown++ == SHOWN_MAX) {
            buf_str(out, "...");
            return;
        }
        buf_dec(out, mark(ctx, i));
    }
}

static uint32_t mark_of_group(const void *ctx, size_t i)
{
    return ((const struct mark_groups *)ctx)->at[i].mark;
}

static uint32_t mark_of_server(const void *ctx, size_t i)
{
    return ((const struct ka_mark *const *)ctx)[i]->mark;
}

static void note_services(const struct marks_lint *l)
{
    const struct services *services = &l->groups->config->services;
    struct buf marks = {0};

    if (services->n == 0) {
        diag_note(l->diag, 0, "there is no service here");
        return;
    }
    print_marks(&marks, mark_of_group, l->groups, l->groups->n);
    diag_note(l->diag, services->at[0].at, "the services begin here; they set %s", buf_text(&marks));
    buf_free(&marks);
}

/* A mark of Keepalived's that nobody sets. */
static void look_at_server(struct marks_lint *l, const struct ka_mark *m)
{
    const struct mark_group *group = mark_groups_find(l->groups, m->mark);
    unsigned claimed = group ? families_claimed(l->groups, group) : 0;
    bool may_be_set = masked_marks_meet(&l->masked, m->mark, m->families) || l->any_others;

    if (m->mark == 0 || (claimed & m->families) || may_be_set)
        return;
    if (!group || !claimed) {
        diag_at(l->diag, SEVERITY_ERROR, m->place.at, m->place.len,
                "no service sets fwmark %u, so nothing reaches this virtual server", m->mark);
        note_services(l);
        return;
    }
    const struct service *s = mark_group_service(l->groups, group, 0);
    diag_at(l->diag, SEVERITY_ERROR, m->place.at, m->place.len,
            "no service sets fwmark %u in %s, so nothing reaches this virtual server", m->mark,
            family_name(m->families));
    diag_note(l->diag, s->at, "'%.*s' sets it in %s only", s->name_len, s->name, family_name(claimed));
}

static int by_mark(const void *a, const void *b)
{
    const struct ka_mark *x = *(const struct ka_mark *const *)a, *y = *(const struct ka_mark *const *)b;

    if (x->mark != y->mark)
        return x->mark < y->mark ? -1 : 1;
    if (x->place.at != y->place.at)
        return x->place.at < y->place.at ? -1 : 1;
    return x->server->place.at < y->server->place.at ? -1 : x->server->place.at > y->server->place.at;
}

static void report_twice(const struct marks_lint *l, const struct ka_mark *first,
                         const struct ka_mark *second)
{
    const struct mark_group *group = mark_groups_find(l->groups, second->mark);
    bool shared = first->place.at == second->place.at; /* one group, two virtual servers */
    struct ka_place at = shared ? second->server->place : second->place;

    diag_at(l->diag, SEVERITY_ERROR, at.at, at.len,
            "fwmark %u has two virtual servers of %s: IPVS can have one", second->mark,
            family_name(second->families));
    diag_note(l->diag, shared ? first->server->place.at : first->place.at, "the first one is here");
    if (group) {
        const struct service *s = mark_group_service(l->groups, group, 0);

        diag_note(l->diag, s->at, "'%.*s' sets this mark", s->name_len, s->name);
    }
}

static void look_for_twice(const struct marks_lint *l)
{
    const struct ka_mark *first[FAMILIES] = {NULL, NULL};

    for (size_t i = 0; i < l->k->n_marks; i++) {
        const struct ka_mark *m = l->sorted[i];
        int f = m->families == FAMILY_BIT_6 ? IPV6 : IPV4;

        if (m->families == FAMILY_BITS_BOTH)
            continue;
        if (first[f] && first[f]->mark == m->mark)
            report_twice(l, first[f], m);
        else
            first[f] = m;
    }
}

/* The families in which Keepalived may have a virtual server for what the group's packets end with. */
static unsigned families_served(const struct marks_lint *l, const struct mark_group *group)
{
    size_t low = 0, high = l->k->n_marks;
    unsigned families = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (l->sorted[middle]->mark < group->mark)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < l->k->n_marks && l->sorted[low]->mark == group->mark; low++)
        families |= l->sorted[low]->families;
    /* A mark with a mask may have others' bits beside it. */
    for (size_t i = 0; i < group->n; i++) {
        struct mark mark = mark_group_service(l->groups, group, i)->mark;

        if (mark.mask != MARK_MASK_ALL)
            families |= masked_marks_families(&l->masked, mark);
    }
    return families;
}

/* Whether the service names real servers for the family; tunnels lead from one family to another. */
static bool has_servers(const struct service *s, enum family family)
{
    const struct service_more *m = service_more(s);

    for (uint32_t i = 0; i < m->n_real_servers; i++)
        if (m->real_servers[i].address.family == family ||
            real_server_forwarding(s, &m->real_servers[i]) == FORWARDING_TUN)
            return true;
    return false;
}

static void note_servers(const struct marks_lint *l)
{
    struct buf marks = {0};

    if (l->k->n_marks == 0) {
        diag_note(l->diag, l->k->start.at, "there is no virtual server with a fwmark here");
        return;
    }
    print_marks(&marks, mark_of_server, l->sorted, l->k->n_marks);
    diag_note(l->diag, l->k->marks[0].place.at, "the virtual servers with a fwmark begin here; they have %s",
              buf_text(&marks));
    buf_free(&marks);
}

/* A mark that services set and Keepalived does not know. */
static void look_at_group(const struct marks_lint *l, const struct mark_group *group)
{
    unsigned there = families_served(l, group), missing = families_claimed(l->groups, group) & ~there;
    const struct service *first = NULL;
    bool served = false;

    for (size_t i = 0; i < group->n && missing; i++) {
        const struct service *s = mark_group_service(l->groups, group, i);

        for (int f = 0; f < FAMILIES; f++) {
            if (!(missing >> f & 1) || !service_claims(s, (enum family)f))
                continue;
            if (!first || (!served && has_servers(s, (enum family)f)))
                first = s;
            served |= has_servers(s, (enum family)f);
        }
    }
    if (!first)
        return;
    diag_at(l->diag, served ? SEVERITY_ERROR : SEVERITY_WARNING, first->fwmark_at, first->fwmark_len,
            "no virtual_server%s%s has fwmark %u of service '%.*s'", there ? " of " : "",
            there ? family_name(missing) : "", group->mark, first->name_len, first->name);
    note_servers(l);
}

static bool nft_hands_out(const struct keepalived *k, uint32_t mark)
{
    return mark - k->nft_first < k->nft_count && mark >= k->nft_first;
}

static void report_handed_out(const struct marks_lint *l, struct ka_place at, uint32_t mark)
{
    const struct keepalived *k = l->k;

    diag_at(
        l->diag, SEVERITY_ERROR, at.at, at.len,
        "fwmark %u is one of those that Keepalived hands out to virtual server groups itself: take another",
        mark);
    diag_note(l->diag, k->nft_place.at, "nftables_ipvs hands out %u to %u", k->nft_first,
              k->nft_first + k->nft_count - 1);
}

static void look_for_handed_out(const struct marks_lint *l)
{
    if (l->k->nft_count == 0)
        return;
    for (size_t i = 0; i < l->groups->n; i++) {
        const struct service *s = mark_group_service(l->groups, &l->groups->at[i], 0);

        if (nft_hands_out(l->k, s->mark.value))
            report_handed_out(l, (struct ka_place){s->fwmark_at, s->fwmark_len}, s->mark.value);
    }
    for (size_t i = 0; i < l->k->n_marks; i++)
        if (nft_hands_out(l->k, l->k->marks[i].mark))
            report_handed_out(l, l->k->marks[i].place, l->k->marks[i].mark);
}

static void collect_masked(struct marks_lint *l, const struct other_marks *others)
{
    for (size_t i = 0; i < l->groups->n_masked; i++)
        masked_marks_add(&l->masked, l->groups->config->services.at[l->groups->masked[i]].mark);
    for (size_t i = 0; i < others->n; i++)
        masked_marks_add(&l->masked, others->at[i]);
    masked_marks_sort(&l->masked);
}

void lint_keepalived_marks(const struct mark_groups *groups, const struct keepalived *k,
                           const struct other_marks *others, struct diag *diag)
{
    struct marks_lint l = {.groups = groups,
                           .k = k,
                           .any_others = others->any,
                           .sorted = xmalloc(k->n_marks * sizeof *l.sorted),
                           .diag = diag};

    collect_masked(&l, others);
    for (size_t i = 0; i < k->n_marks; i++)
        l.sorted[i] = &k->marks[i];
    qsort(l.sorted, k->n_marks, sizeof *l.sorted, by_mark);
    for (size_t i = 0; i < k->n_marks; i++)
        look_at_server(&l, &k->marks[i]);
    look_for_twice(&l);
    for (size_t i = 0; i < groups->n && !k->marks_open; i++)
        look_at_group(&l, &groups->at[i]);
    look_for_handed_out(&l);
    masked_marks_free(&l.masked);
    free(l.sorted);
}
