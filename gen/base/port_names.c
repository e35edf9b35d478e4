/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/port_names.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

struct port_name {
    char *name;
    uint16_t port;
    uint32_t order; /* in the file: of two entries of one name the first counts, as with getservbyname */
};

static struct {
    struct port_name *at;
    size_t n, cap;
    bool loaded;
} names;

static int by_name(const void *a, const void *b)
{
    const struct port_name *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    return order ? order : (x->order > y->order) - (x->order < y->order);
}

static void add(const char *name, uint16_t port)
{
    *VEC_ADD(&names) =
        (struct port_name){.name = xmemdup0(name, strlen(name)), .port = port, .order = (uint32_t)names.n};
}

static void load(void)
{
    struct servent *entry;

    setservent(1);
    while ((entry = getservent())) {
        uint16_t port = ntohs((uint16_t)entry->s_port);

        add(entry->s_name, port);
        for (char **alias = entry->s_aliases; *alias; alias++)
            add(*alias, port);
    }
    endservent();
    if (names.n)
        qsort(names.at, names.n, sizeof *names.at, by_name);
    names.loaded = true;
}

/* The first entry whose name is not below text. */
static size_t lower_bound(const char *text, size_t n)
{
    size_t low = 0, high = names.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(names.at[middle].name, text, n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool port_name_find(const char *text, size_t n, uint16_t *port)
{
    if (memchr(text, '\0', n))
        return false;
    if (!names.loaded)
        load();
    for (size_t i = lower_bound(text, n); i < names.n && strncmp(names.at[i].name, text, n) == 0; i++)
        if (names.at[i].name[n] == '\0') {
            *port = names.at[i].port;
            return *port != 0;
        }
    return false;
}

void port_names_free(void)
{
    for (size_t i = 0; i < names.n; i++)
        free(names.at[i].name);
    free(names.at);
    names.at = NULL;
    names.n = names.cap = 0;
    names.loaded = false;
}
