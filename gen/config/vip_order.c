/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "lbgen/vec.h"
#include "lbgen/vip_order.h"
#include "lbgen/xalloc.h"

static int by_address(const void *a, const void *b, void *ctx)
{
    const struct vip_ref *x = a, *y = b;

    if (x->upper != y->upper)
        return x->upper < y->upper ? -1 : 1;
    int order = address_compare(vip_ref_prefix(ctx, x)->first, vip_ref_prefix(ctx, y)->first);
    if (order == 0)
        order = x->len - y->len;
    if (order == 0)
        order = x->service < y->service ? -1 : x->service > y->service;
    return order ? order : (x->vip > y->vip) - (x->vip < y->vip);
}

/* A radix sort by the upper 32 bits, in passes whose counters fit into the first-level cache. */
static void sort_by_upper(struct vip_refs *refs)
{
    enum { BITS = 11, BUCKETS = 1 << BITS };
    struct vip_ref *from = refs->at, *to = xmalloc_whole(refs->n * sizeof *to);

    for (int shift = 0; shift < 32; shift += BITS) {
        uint32_t count[BUCKETS] = {0}, sum = 0;

        for (size_t i = 0; i < refs->n; i++)
            count[from[i].upper >> shift & (BUCKETS - 1)]++;
        for (size_t i = 0; i < BUCKETS; i++) {
            uint32_t n = count[i];

            count[i] = sum;
            sum += n;
        }
        for (size_t i = 0; i < refs->n; i++)
            to[count[from[i].upper >> shift & (BUCKETS - 1)]++] = from[i];
        struct vip_ref *swap = from;
        from = to;
        to = swap;
    }
    refs->at = from;
    refs->cap = refs->n;
    free(to);
}

/* Sorts by address, wider prefixes first, then by service. */
static void sort_refs(const struct services *services, struct vip_refs *refs)
{
    sort_by_upper(refs);
    for (size_t i = 0, end; i < refs->n; i = end) {
        for (end = i + 1; end < refs->n && refs->at[end].upper == refs->at[i].upper; end++)
            ;
        if (end > i + 1)
            qsort_r(refs->at + i, end - i, sizeof *refs->at, by_address, (void *)(uintptr_t)services);
    }
}

typedef bool (*wanted_fn)(const struct service *s, enum family family);

static bool takes_part(const struct service *s, enum family family, wanted_fn wanted)
{
    return s->mark.value && (!wanted || wanted(s, family));
}

static size_t count_vips(const struct services *services, enum family family, wanted_fn wanted)
{
    size_t n = 0;

    for (size_t i = 0; i < services->n; i++) {
        const struct service *s = &services->at[i];

        for (uint32_t v = 0; v < s->vips.n && takes_part(s, family, wanted); v++)
            n += s->vips.at[v].family == family;
    }
    return n;
}

struct vip_refs vip_refs_sorted(const struct services *services, enum family family, wanted_fn wanted)
{
    struct vip_refs refs = {0};
    bool sorted = true;

    VEC_RESERVE(&refs, count_vips(services, family, wanted));
    for (uint32_t i = 0; i < services->n; i++) {
        const struct service *s = &services->at[i];

        if (!takes_part(s, family, wanted))
            continue;
        for (uint32_t v = 0; v < s->vips.n; v++) {
            const struct prefix *p = &s->vips.at[v];

            if (p->family != family)
                continue;
            *VEC_ADD(&refs) = (struct vip_ref){
                .upper = (uint32_t)(p->first.high >> 32), .service = i, .vip = v, .len = p->len};
            sorted = sorted && (refs.n < 2 || refs.at[refs.n - 2].upper < refs.at[refs.n - 1].upper);
        }
    }
    if (!sorted)
        sort_refs(services, &refs);
    return refs;
}

/* Whether `inner`, which stands behind `outer` in the sorted list, lies inside it. The upper 32 bits tell
 * nearly always, and spare a look at prefixes that lie all over the memory. */
static bool inside(const struct services *services, const struct vip_ref *inner, const struct vip_ref *outer)
{
    unsigned shift = outer->len >= 32 ? 0 : 32U - outer->len;

    if (shift < 32 && inner->upper >> shift != outer->upper >> shift)
        return false;
    return outer->len <= 32 ||
           prefix_contains(vip_ref_prefix(services, outer), vip_ref_prefix(services, inner));
}

size_t vip_cluster_end(const struct services *services, const struct vip_refs *refs, size_t first)
{
    size_t end = first + 1;

    while (end < refs->n && inside(services, &refs->at[end], &refs->at[first]))
        end++;
    return end;
}
