/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/lint_hidden.h"

const struct mac *mac_not_excluded(const struct service *s, const struct service *other)
{
    const struct mac_list *has = &service_more(s)->exclude_macs, *wanted = &service_more(other)->exclude_macs;

    if (has->at == wanted->at) /* one template's */
        return NULL;
    for (uint32_t i = 0; i < wanted->n; i++) {
        bool found = false;

        for (uint32_t k = 0; k < has->n && !found; k++)
            found = memcmp(&has->at[k], &wanted->at[i], sizeof *has->at) == 0;
        if (!found)
            return &wanted->at[i];
    }
    return NULL;
}

static unsigned server_families(const struct service *s)
{
    const struct service_more *m = service_more(s);
    unsigned families = 0;

    for (uint32_t i = 0; service_has(s, KEY_REAL_SERVER) && i < m->n_real_servers; i++)
        families |= 1U << m->real_servers[i].address.family;
    return families;
}

/* Whether the key does something that is lost with `s`, as far as can be told. */
static bool may_be_missed(const struct service *s, const struct service *by, enum service_key key)
{
    if (!service_has(s, key))
        return false;
    switch (key) {
    case KEY_ACCEPT: return service_more(s)->accept && !(by && service_more(by)->accept);
    case KEY_MASQUERADE: return true;
    case KEY_SCHEDULER:
    case KEY_FORWARDING:
    case KEY_PERSISTENCE: return !by || !service_has(by, key); /* services of a mark agree */
    case KEY_REAL_SERVER: return !by || (server_families(s) & ~server_families(by));
    default: return !by || !service_has(by, key) || s < by; /* the first one counts */
    }
}

/* What the service gives beside its marks. */
static void print_missed(struct buf *out, const struct service *s, const struct service *by)
{
    static const enum service_key keys[] = {KEY_ACCEPT,           KEY_MASQUERADE, KEY_SCHEDULER,
                                            KEY_SCHEDULER_FLAGS,  KEY_FORWARDING, KEY_PERSISTENCE,
                                            KEY_PERSISTENCE_MASK, KEY_ONE_PACKET, KEY_REAL_SERVER,
                                            KEY_SORRY_SERVER,     KEY_CHECK,      KEY_KEEPALIVED};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (may_be_missed(s, by, keys[i]))
            buf_printf(out, "%s%s", out->len ? ", " : "", service_key_name(keys[i]));
}

void lint_hidden(const struct service *s, const struct service *by, struct diag *diag)
{
    struct buf others = {0}, missed = {0};

    if (by)
        buf_printf(&others, "service '%.*s' does", by->name_len, by->name);
    else
        buf_str(&others, "other services together do");
    print_missed(&missed, s, by);
    diag_at(diag, SEVERITY_WARNING, s->at, s->header_len,
            "service '%.*s' marks nothing that %s not mark %u as well%s%s", s->name_len, s->name,
            buf_text(&others), s->mark.value, missed.len ? "; it is needed at most for its " : "; it can go",
            buf_text(&missed));
    if (by)
        diag_note(diag, by->at, "'%.*s' is here", by->name_len, by->name);
    buf_free(&others);
    buf_free(&missed);
}

void lint_defied(const struct service *s, const struct service *excluder, struct diag *diag)
{
    struct buf mac = {0};
    size_t len;

    mac_print(&mac, mac_not_excluded(s, excluder));
    diag_at(diag, SEVERITY_WARNING, s->at, s->header_len,
            "service '%.*s' marks %u what comes from %s, too, which service '%.*s' excludes for packets that "
            "both "
            "claim: give '%.*s' exclude-mac = %s as well",
            s->name_len, s->name, s->mark.value, buf_text(&mac), excluder->name_len, excluder->name,
            s->name_len, s->name, buf_text(&mac));
    diag_note(diag, service_key_place(excluder, KEY_EXCLUDE_MAC, &len), "'%.*s' excludes it here",
              excluder->name_len, excluder->name);
    buf_free(&mac);
}
