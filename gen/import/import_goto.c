/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/import_goto.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { LOOKS_MAX = 100 * 1000 * 1000 };

/* --- conditions --- */

static bool dst_inside(const struct condition *outer, const struct condition *inner)
{
    return outer->dst.len == 0 || prefix_contains(&outer->dst, &inner->dst);
}

static bool src_inside(const struct condition *outer, const struct condition *inner)
{
    return outer->src.len == 0 || prefix_contains(&outer->src, &inner->src);
}

static bool interface_inside(const struct condition *outer, const struct condition *inner)
{
    const char *name = outer->in.name;
    size_t len = strlen(name);

    if (len == 0)
        return true;
    return name[len - 1] == '+' ? strncmp(name, inner->in.name, len - 1) == 0
                                : strcmp(name, inner->in.name) == 0;
}

static bool protocol_inside(const struct condition *outer, const struct condition *inner)
{
    return outer->protocol < 0 || outer->protocol == inner->protocol;
}

/* Whether one of the ranges has all of r but port 0, which no service has. */
static bool range_inside(const struct seen_ports *outer, struct port_range r)
{
    uint16_t low = r.low ? r.low : 1;

    for (uint32_t i = 0; i < outer->n; i++)
        if (outer->at[i].low <= low && r.high <= outer->at[i].high)
            return true;
    return r.high == 0;
}

static bool ports_inside(const struct condition *outer, const struct condition *inner)
{
    if (!outer->ports || !inner->ports)
        return !outer->ports;
    for (uint32_t i = 0; i < inner->ports->n; i++)
        if (!range_inside(outer->ports, inner->ports->at[i]))
            return false;
    return true;
}

static bool (*const axis_inside[])(const struct condition *outer, const struct condition *inner) = {
    dst_inside, src_inside, interface_inside, protocol_inside, ports_inside};

enum { CONDITION_AXES = sizeof axis_inside / sizeof *axis_inside };

static bool inside(const struct condition *outer, const struct condition *inner)
{
    for (int i = 0; i < CONDITION_AXES; i++)
        if (!axis_inside[i](outer, inner))
            return false;
    return true;
}

/* Whether all that a and b have in common lies inside. */
static bool both_inside(const struct condition *outer, const struct condition *a, const struct condition *b)
{
    for (int i = 0; i < CONDITION_AXES; i++)
        if (!axis_inside[i](outer, a) && !axis_inside[i](outer, b))
            return false;
    return true;
}

static bool prefixes_meet(const struct prefix *a, const struct prefix *b)
{
    return a->len == 0 || b->len == 0 || prefix_overlaps(a, b);
}

static bool ports_meet(const struct seen_ports *a, const struct seen_ports *b)
{
    for (uint32_t i = 0; a && b && i < a->n; i++)
        for (uint32_t k = 0; k < b->n; k++)
            if (ports_overlap(a->at[i], b->at[k]))
                return true;
    return !a || !b;
}

static bool conditions_meet(const struct condition *a, const struct condition *b)
{
    return prefixes_meet(&a->dst, &b->dst) && prefixes_meet(&a->src, &b->src) &&
           (!*a->in.name || !*b->in.name || interface_overlaps(&a->in, &b->in)) &&
           (a->protocol < 0 || b->protocol < 0 || a->protocol == b->protocol) &&
           ports_meet(a->ports, b->ports);
}

/* --- atoms --- */

static struct condition condition_of(const struct axis_lists *lists, const struct mark_atom *atom,
                                     struct seen_ports *ports)
{
    struct condition c = {.protocol = -1};
    const uint32_t *axis = atom->claim.axis;
    size_t n;

    const void *at = axis_list(lists, AXIS_VIPS, axis[AXIS_VIPS], &n);
    if (n)
        c.dst = *(const struct prefix *)at;
    at = axis_list(lists, AXIS_SOURCES, axis[AXIS_SOURCES], &n);
    if (n)
        c.src = *(const struct prefix *)at;
    at = axis_list(lists, AXIS_INTERFACES, axis[AXIS_INTERFACES], &n);
    if (n)
        c.in = *(const struct interface *)at;
    at = axis_list(lists, AXIS_PROTOCOLS, axis[AXIS_PROTOCOLS], &n);
    if (n)
        c.protocol = proto_ops[*(const uint8_t *)at].number;
    at = axis_list(lists, AXIS_PORTS, axis[AXIS_PORTS], &n);
    *ports = (struct seen_ports){.at = at, .n = (uint32_t)n};
    c.ports = n ? ports : NULL;
    return c;
}

/* Whether the atom sets all bits of the mark on each packet that both conditions let through. */
static bool atom_overwrites(const struct rules_import *import, size_t number, const struct condition *a,
                            const struct condition *b, struct mark mark)
{
    const struct mark_atom *atom = &import->atoms.at[number];
    struct seen_ports ports;

    if (atom->macs || (mark.mask & ~atom->mark.mask))
        return false;
    const struct condition outer = condition_of(&import->lists, atom, &ports);
    return both_inside(&outer, a, b);
}

/* Rules that are reached in several ways come in the same order each time: the next one is tried first. */
static bool goto_overwrites(const struct rules_import *import, struct passed_gotos *gotos,
                            struct passed_goto *g, const struct condition *c, struct mark mark)
{
    size_t n = g->end - g->first;

    for (size_t i = 0; i < n && gotos->looks++ < LOOKS_MAX; i++) {
        size_t number = g->first + (g->next - g->first + i) % n;

        if (atom_overwrites(import, number, c, &g->takes, mark)) {
            g->next = number + 1;
            return true;
        }
    }
    return false;
}

/* --- gotos --- */

/* A goto that leads to no mark counts as what ends the walk, which is told. */
enum goto_answer gotos_ask(const struct rules_import *import, struct passed_gotos *gotos,
                           const struct condition *c, struct mark mark, const struct passed_goto **which)
{
    for (size_t i = 0; i < gotos->n; i++)
        if (gotos->looks++ < LOOKS_MAX && inside(&gotos->at[i].takes, c))
            return GOTO_ALWAYS;
    for (size_t i = 0; i < gotos->n; i++) {
        struct passed_goto *g = &gotos->at[i];

        if (gotos->looks >= LOOKS_MAX)
            return GOTO_UNKNOWN;
        if (g->first == g->end || !conditions_meet(&g->takes, c))
            continue;
        *which = g;
        if (!goto_overwrites(import, gotos, g, c, mark))
            return gotos->looks < LOOKS_MAX ? GOTO_TAKES : GOTO_UNKNOWN;
        g->overwrites = true;
    }
    return GOTO_APART;
}

void gotos_pass(const struct rules_import *import, struct passed_gotos *gotos, const struct condition *takes,
                srcpos at, size_t first)
{
    *VEC_ADD(gotos) = (struct passed_goto){
        .takes = *takes, .at = at, .first = first, .next = first, .end = import->atoms.n};
}

/* Of two gotos that take the same packet the first one has it, so that what it leads to stands last. */
void gotos_leave(struct rules_import *import, struct passed_gotos *gotos, size_t base, size_t first)
{
    const struct mark_atom *atoms = import->atoms.at;
    size_t n = import->atoms.n - first, kept = 0, moved = 0;
    bool any = false;

    for (size_t i = base; i < gotos->n; i++)
        any |= gotos->at[i].overwrites;
    if (any) {
        struct mark_atom *sorted = xmalloc(n * sizeof *sorted);
        size_t from = first;

        for (size_t i = base; i < gotos->n; i++) {
            const struct passed_goto *g = &gotos->at[i];
            size_t len = g->end - g->first;

            if (!g->overwrites)
                continue;
            memcpy(sorted + kept, atoms + from, (g->first - from) * sizeof *sorted);
            kept += g->first - from;
            moved += len;
            memcpy(sorted + n - moved, atoms + g->first, len * sizeof *sorted);
            from = g->end;
        }
        memcpy(sorted + kept, atoms + from, (import->atoms.n - from) * sizeof *sorted);
        memcpy(import->atoms.at + first, sorted, n * sizeof *sorted);
        free(sorted);
    }
    gotos->n = base;
}
