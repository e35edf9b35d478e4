/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/lint_repeats.h"
#include "lbgen/xalloc.h"

enum { FEW = 16 /* items that are held against each other, one by one */ };

/* --- kinds of items --- */

struct kind {
    size_t size;
    int (*compare)(const void *a, const void *b);
    void (*print)(struct buf *out, const void *item);
};

static int by_prefix(const void *a, const void *b)
{
    const struct prefix *x = a, *y = b;
    int order = x->family - y->family;

    if (order == 0)
        order = address_compare(x->first, y->first);
    return order ? order : x->len - y->len;
}

static void print_prefix(struct buf *out, const void *item)
{
    const struct prefix *p = item;

    if (prefix_is_host(p))
        address_print(out, p->family, p->first);
    else
        prefix_print(out, p);
}

static int by_interface(const void *a, const void *b)
{
    return strcmp(((const struct interface *)a)->name, ((const struct interface *)b)->name);
}

static void print_interface(struct buf *out, const void *item)
{
    const struct interface *i = item;

    buf_printf(out, "interface %s", i->name[0] ? i->name : "+");
}

static int by_mac(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct mac));
}

static void print_mac(struct buf *out, const void *item)
{
    mac_print(out, item);
}

static const struct kind prefixes = {sizeof(struct prefix), by_prefix, print_prefix},
                         interfaces = {sizeof(struct interface), by_interface, print_interface},
                         macs = {sizeof(struct mac), by_mac, print_mac};

/* --- one list --- */

struct list {
    const struct kind *kind;
    char *at;
    uint32_t *n;
    struct diag *diag; /* NULL: nothing is said, since it was where the list was written */
    srcpos key_at;     /* where items do not know their own places */
    size_t key_len;
};

static const void *item(const struct list *l, uint32_t i)
{
    return l->at + i * l->kind->size;
}

static int by_item(const void *a, const void *b, void *list)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = ((const struct list *)list)->kind->compare(item(list, x), item(list, y));

    return order ? order : (x > y) - (x < y);
}

/* Both note which items stand there before; the first returns whether there are any. */
static bool find_in_few(const struct list *l, bool *repeats)
{
    bool any = false;

    for (uint32_t i = 1; i < *l->n; i++)
        for (uint32_t k = 0; k < i && !repeats[i]; k++)
            any |= repeats[i] = l->kind->compare(item(l, i), item(l, k)) == 0;
    return any;
}

static void find_in_many(struct list *l, bool *repeats)
{
    uint32_t *order = xmalloc(*l->n * sizeof *order);

    for (uint32_t i = 0; i < *l->n; i++)
        order[i] = i;
    qsort_r(order, *l->n, sizeof *order, by_item, l);
    for (uint32_t i = 1; i < *l->n; i++)
        repeats[order[i]] = l->kind->compare(item(l, order[i]), item(l, order[i - 1])) == 0;
    free(order);
}

static void warn(const struct list *l, uint32_t i)
{
    const struct prefix *p = l->kind == &prefixes ? item(l, i) : NULL;
    struct buf text = {0};

    l->kind->print(&text, item(l, i));
    diag_at(l->diag, SEVERITY_WARNING, p ? p->at : l->key_at, p ? p->text_len : l->key_len,
            "%s is in this list already", buf_text(&text));
    buf_free(&text);
}

/* A template's list is shared by who takes from it. What is left behind the kept items is in the list, too,
 * so that the others come to the same when their turn comes. */
static void drop(const struct list *l, const bool *repeats)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < *l->n; i++) {
        if (repeats[i] && l->diag)
            warn(l, i);
        if (!repeats[i] && kept++ != i)
            memcpy(l->at + (kept - 1) * l->kind->size, item(l, i), l->kind->size);
    }
    *l->n = kept;
}

static void look_at(struct list *l)
{
    bool few[FEW] = {false}, *many;

    if (*l->n < 2)
        return;
    if (*l->n <= FEW) {
        if (find_in_few(l, few))
            drop(l, few);
        return;
    }
    many = xcalloc(*l->n, sizeof *many);
    find_in_many(l, many);
    drop(l, many);
    free(many);
}

#define LIST(kind_, list_, diag_, at_, len_)                                                                 \
    &(struct list)                                                                                           \
    {                                                                                                        \
        .kind = (kind_), .at = (char *)(uintptr_t)(list_).at, .n = &(list_).n, .diag = (diag_),              \
        .key_at = (at_), .key_len = (len_)                                                                   \
    }

/* --- all lists --- */

static void look_at_key(struct service *s, enum service_key key, struct diag *diag)
{
    struct service_more *m = s->more;
    size_t len;
    srcpos at = service_key_place(s, key, &len);

    diag = m->key_at[key] == SRC_NONE ? NULL : diag;
    switch (key) {
    case KEY_INTERFACE: look_at(LIST(&interfaces, m->interfaces, diag, at, len)); break;
    case KEY_SOURCE: look_at(LIST(&prefixes, m->sources, diag, at, len)); break;
    case KEY_EXCLUDE_MAC: look_at(LIST(&macs, m->exclude_macs, diag, at, len)); break;
    case KEY_MASQUERADE: look_at(LIST(&prefixes, m->masquerade, diag, at, len)); break;
    case KEY_MASQUERADE_OUT: look_at(LIST(&interfaces, m->masquerade_out, diag, at, len)); break;
    default: break;
    }
}

static void look_at_services(struct services *services, struct diag *diag)
{
    for (size_t i = 0; i < services->n; i++) {
        struct service *s = &services->at[i];

        if (s->vips.n > 1)
            look_at(LIST(&prefixes, s->vips, diag, s->at, s->header_len));
        for (int key = 0; s->more && key < SERVICE_KEYS; key++)
            look_at_key(s, (enum service_key)key, diag);
    }
}

void lint_repeats(struct config *config, struct diag *diag)
{
    struct vrrp *v = &config->vrrp;

    look_at_services(&config->templates, diag);
    look_at_services(&config->services, diag);
    look_at(LIST(&interfaces, v->interfaces, diag, v->interface_at, strlen("interface")));
    look_at(LIST(&prefixes, v->sources, diag, v->at, strlen("[vrrp]")));
}
