/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/claim.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { AXIS_VIP, AXIS_SOURCE, AXIS_PORT, AXIS_INTERFACE };

static int by_prefix(const void *a, const void *b)
{
    const struct prefix *x = a, *y = b;
    int order = address_compare(x->first, y->first);

    return order ? order : x->len - y->len;
}

/* Sorts the prefixes in n->at, drops repeated ones and finds each one's last descendant. */
static void number_prefixes(struct prefix_numbers *n)
{
    size_t kept = 0;

    if (n->n)
        qsort(n->at, n->n, sizeof *n->at, by_prefix);
    for (size_t i = 0; i < n->n; i++)
        if (kept == 0 || !prefix_equal(&n->at[i], &n->at[kept - 1]))
            n->at[kept++] = n->at[i];
    n->n = kept;
    n->last = xmalloc(kept * sizeof *n->last);
    for (size_t i = kept; i-- > 0;) {
        size_t next = i + 1;

        while (next < kept && prefix_contains(&n->at[i], &n->at[next]))
            next = n->last[next] + 1;
        n->last[i] = (uint32_t)(next - 1);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct interface *)a)->name, ((const struct interface *)b)->name);
}

static bool begins_with(const struct interface *name, const struct interface *stem)
{
    return strncmp(name->name, stem->name, strlen(stem->name)) == 0;
}

static void number_interfaces(struct interface_numbers *n)
{
    size_t kept = 0;

    if (n->n)
        qsort(n->at, n->n, sizeof *n->at, by_name);
    for (size_t i = 0; i < n->n; i++)
        if (kept == 0 || by_name(&n->at[i], &n->at[kept - 1]) != 0)
            n->at[kept++] = n->at[i];
    n->n = kept;
    n->last = xmalloc(kept * sizeof *n->last);
    for (size_t i = kept; i-- > 0;) {
        size_t next = i + 1;

        while (next < kept && begins_with(&n->at[next], &n->at[i]))
            next = n->last[next] + 1;
        n->last[i] = (uint32_t)(next - 1);
    }
}

/* The name without its `+`; *open tells whether it had one. */
static struct interface stem_of(const struct interface *i, bool *open)
{
    struct interface stem = *i;
    size_t len = strlen(stem.name);

    *open = len == 0 || stem.name[len - 1] == '+';
    if (len && *open)
        stem.name[len - 1] = '\0';
    return stem;
}

void claim_space_init(struct claim_space *space, const struct claimed_vip *vips, size_t n)
{
    struct {
        struct prefix *at;
        size_t n, cap;
    } sources = {0};
    struct {
        struct interface *at;
        size_t n, cap;
    } names = {0};
    bool open;

    *space = (struct claim_space){.family = n ? vips[0].prefix->family : IPV4};
    space->vips.at = xmalloc(n * sizeof *space->vips.at);
    for (size_t i = 0; i < n; i++) {
        const struct service_more *m = service_more(vips[i].service);

        space->vips.at[space->vips.n++] = *vips[i].prefix;
        for (uint32_t s = 0; s < m->sources.n; s++)
            if (m->sources.at[s].family == space->family)
                *VEC_ADD(&sources) = m->sources.at[s];
        for (uint32_t s = 0; s < m->interfaces.n; s++)
            *VEC_ADD(&names) = stem_of(&m->interfaces.at[s], &open);
    }
    space->sources = (struct prefix_numbers){.at = sources.at, .n = sources.n};
    space->interfaces = (struct interface_numbers){.at = names.at, .n = names.n};
    number_prefixes(&space->vips);
    number_prefixes(&space->sources);
    number_interfaces(&space->interfaces);
}

void claim_space_free(struct claim_space *space)
{
    free(space->vips.at);
    free(space->vips.last);
    free(space->sources.at);
    free(space->sources.last);
    free(space->interfaces.at);
    free(space->interfaces.last);
}

static void set_axis(struct box *box, int axis, uint32_t low, uint32_t high)
{
    box->low[axis] = low;
    box->high[axis] = high;
}

static void set_prefix_axis(struct box *box, int axis, const struct prefix_numbers *numbers,
                            const struct prefix *p)
{
    const struct prefix *found = bsearch(p, numbers->at, numbers->n, sizeof *p, by_prefix);
    size_t i = (size_t)(found - numbers->at);

    set_axis(box, axis, (uint32_t)i, numbers->last[i]);
}

static void set_interface_axis(struct box *box, const struct interface_numbers *numbers,
                               const struct interface *name)
{
    bool open;
    struct interface stem = stem_of(name, &open);

    if (stem.name[0] == '\0') {
        set_axis(box, AXIS_INTERFACE, 0, UINT32_MAX);
        return;
    }
    const struct interface *found = bsearch(&stem, numbers->at, numbers->n, sizeof stem, by_name);
    uint32_t i = (uint32_t)(found - numbers->at);

    /* Even ones are the names themselves, the odd one behind each is all longer names that nobody wrote. */
    set_axis(box, AXIS_INTERFACE, 2 * i, open ? 2 * numbers->last[i] + 1 : 2 * i);
}

static int by_low(const void *a, const void *b)
{
    return ((const struct port_range *)a)->low - ((const struct port_range *)b)->low;
}

/* The ports as disjoint ranges that do not touch, ascending; the caller frees them. */
static struct port_range *merged_ports(const struct service *s, size_t *n)
{
    struct port_range *ranges = xmalloc(s->ports.n * sizeof *ranges);

    *n = 0;
    if (s->ports.n == 0)
        return ranges;
    memcpy(ranges, s->ports.at, s->ports.n * sizeof *ranges);
    qsort(ranges, s->ports.n, sizeof *ranges, by_low);
    for (uint32_t i = 0; i < s->ports.n; i++)
        if (*n && ranges[i].low <= ranges[*n - 1].high + 1) {
            if (ranges[i].high > ranges[*n - 1].high)
                ranges[*n - 1].high = ranges[i].high;
        } else {
            ranges[(*n)++] = ranges[i];
        }
    return ranges;
}

/* Whether the family's rules can match the protocol at all; if not, nothing is claimed. */
static bool matches(enum family family, enum proto p)
{
    return family != IPV6 || proto_ops[p].ipv6_matches;
}

/* For each protocol, its ports or all of it. */
static void add_port_boxes(enum family family, struct box_list *boxes, struct box box,
                           const struct service *s)
{
    size_t n;
    struct port_range *ranges = merged_ports(s, &n);

    for (int i = 0; i < s->n_protocols; i++) {
        uint32_t base = (uint32_t)s->protocols[i] << 16;

        if (!matches(family, s->protocols[i]))
            continue;
        if (!proto_ops[s->protocols[i]].has_ports) {
            set_axis(&box, AXIS_PORT, base, base | UINT16_MAX);
            *VEC_ADD(boxes) = box;
            continue;
        }
        for (size_t r = 0; r < n; r++) {
            set_axis(&box, AXIS_PORT, base | ranges[r].low, base | ranges[r].high);
            *VEC_ADD(boxes) = box;
        }
    }
    free(ranges);
}

static void add_interface_boxes(const struct claim_space *space, struct box_list *boxes, struct box box,
                                const struct service *s)
{
    struct interface_list list = service_more(s)->interfaces;

    set_axis(&box, AXIS_INTERFACE, 0, UINT32_MAX);
    if (!service_has(s, KEY_INTERFACE))
        add_port_boxes(space->family, boxes, box, s);
    for (uint32_t i = 0; i < list.n; i++) {
        set_interface_axis(&box, &space->interfaces, &list.at[i]);
        add_port_boxes(space->family, boxes, box, s);
    }
}

void claim_boxes(const struct claim_space *space, const struct claimed_vip *vip, struct box_list *boxes)
{
    const struct service *s = vip->service;
    struct prefix_list sources = service_more(s)->sources;
    struct box box = {.owner = vip->owner};

    set_prefix_axis(&box, AXIS_VIP, &space->vips, vip->prefix);
    set_axis(&box, AXIS_SOURCE, 0, UINT32_MAX);
    if (!service_has(s, KEY_SOURCE))
        add_interface_boxes(space, boxes, box, s);
    for (uint32_t i = 0; i < sources.n; i++) {
        if (sources.at[i].family != space->family)
            continue;
        if (sources.at[i].len)
            set_prefix_axis(&box, AXIS_SOURCE, &space->sources, &sources.at[i]);
        else
            set_axis(&box, AXIS_SOURCE, 0, UINT32_MAX);
        add_interface_boxes(space, boxes, box, s);
    }
}

size_t claim_box_count(const struct service *s)
{
    const struct service_more *m = service_more(s);
    size_t ranges, of_port[FAMILIES] = {0, 0}, sources[FAMILIES] = {1, 1}, all = 0;
    size_t interfaces = service_has(s, KEY_INTERFACE) ? m->interfaces.n : 1;

    free(merged_ports(s, &ranges));
    for (int f = 0; f < FAMILIES; f++)
        for (int i = 0; i < s->n_protocols; i++)
            if (matches((enum family)f, s->protocols[i]))
                of_port[f] += proto_ops[s->protocols[i]].has_ports ? ranges : 1;
    if (service_has(s, KEY_SOURCE)) {
        sources[IPV4] = sources[IPV6] = 0;
        for (uint32_t i = 0; i < m->sources.n; i++)
            sources[m->sources.at[i].family]++;
    }
    for (uint32_t i = 0; i < s->vips.n; i++)
        all += of_port[s->vips.at[i].family] * sources[s->vips.at[i].family] * interfaces;
    return all;
}

static uint32_t common(const struct box *a, const struct box *b, int axis)
{
    return a->low[axis] > b->low[axis] ? a->low[axis] : b->low[axis];
}

static bool bound(const struct box *a, const struct box *b, int axis)
{
    return a->high[axis] != UINT32_MAX || b->high[axis] != UINT32_MAX;
}

void claim_example(const struct claim_space *space, const struct box *a, const struct box *b,
                   struct claim_example *example)
{
    uint32_t port = common(a, b, AXIS_PORT);

    *example = (struct claim_example){.proto = (enum proto)(port >> 16), .port = (uint16_t)port};
    if (proto_ops[example->proto].has_ports && example->port == 0)
        example->port = 80; /* any with any */
    example->vip = prefix_host(&space->vips.at[common(a, b, AXIS_VIP)]);
    example->source_given = bound(a, b, AXIS_SOURCE);
    if (example->source_given)
        example->source = prefix_host(&space->sources.at[common(a, b, AXIS_SOURCE)]);
    if (bound(a, b, AXIS_INTERFACE))
        example->in = space->interfaces.at[common(a, b, AXIS_INTERFACE) / 2];
}

void claim_example_print(struct buf *out, const struct claim_example *e)
{
    bool brackets = e->port && e->vip.family == IPV6;

    buf_printf(out, "%s %s", proto_ops[e->proto].name, brackets ? "[" : "");
    address_print(out, e->vip.family, e->vip.first);
    if (e->port)
        buf_printf(out, "%s:%u", brackets ? "]" : "", e->port);
    if (e->source_given) {
        buf_str(out, " from ");
        address_print(out, e->source.family, e->source.first);
    }
    if (e->in.name[0])
        buf_printf(out, " on %s", e->in.name);
}
