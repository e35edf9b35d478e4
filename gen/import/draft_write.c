/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/draft.h"

enum { REMARK_MAX = 4000 /* of a line, which may be one of a file that is no text */ };

/* Comments may hold any bytes but control bytes. */
static void put_comment(struct buf *out, const char *text)
{
    size_t len = strlen(text);

    buf_str(out, "; ");
    for (size_t i = 0; i < len && i < REMARK_MAX; i++) {
        unsigned char c = (unsigned char)text[i];

        buf_char(out, (c < 0x20 && c != '\t') || c == 0x7f ? '?' : text[i]);
    }
    if (len > REMARK_MAX)
        buf_printf(out, " ... (%zu bytes more)", len - REMARK_MAX);
    buf_char(out, '\n');
}

static void put_remarks(struct buf *out, const struct draft_remarks *remarks)
{
    for (uint32_t i = 0; i < remarks->n; i++)
        put_comment(out, remarks->at[i]);
}

static bool is_list(enum service_key key)
{
    switch (key) {
    case KEY_VIP:
    case KEY_PROTOCOL:
    case KEY_PORTS:
    case KEY_INTERFACE:
    case KEY_SOURCE:
    case KEY_EXCLUDE_MAC:
    case KEY_MASQUERADE:
    case KEY_MASQUERADE_PORTS:
    case KEY_MASQUERADE_OUT:
    case KEY_SCHEDULER_FLAGS: return true;
    default: return false;
    }
}

static void begin_key(struct buf *out, enum service_key key, bool proposal)
{
    buf_printf(out, "%s%s = ", proposal ? "; " : "", service_key_name(key));
}

/* A list's items stand on one line, in further ones where it would get long; others have a line each. */
static void put_key(struct buf *out, const struct draft_service *s, enum service_key key, bool proposal)
{
    enum { LINE = 100 };
    size_t begin = 0;
    bool any = false, list = is_list(key);

    for (uint32_t i = 0; i < s->n_values; i++) {
        const struct draft_value *v = &s->values[i];

        if (v->key != key || v->proposal != proposal)
            continue;
        bool full = any && out->len - begin + strlen(v->text) + 2 > LINE;
        if (any && (!list || full))
            buf_char(out, '\n');
        if (any && list && !full) {
            buf_str(out, ", ");
        } else {
            begin = out->len;
            begin_key(out, key, proposal);
        }
        buf_str(out, v->text);
        any = true;
    }
    if (any)
        buf_char(out, '\n');
}

static void put_service(struct buf *out, const struct draft_service *s)
{
    uint32_t present = 0;

    buf_printf(out, "\n[service %s]\n", s->name);
    put_remarks(out, &s->remarks);
    for (uint32_t i = 0; i < s->n_values; i++)
        present |= 1U << s->values[i].key;
    present |= 1U << KEY_FWMARK;
    for (int key = 0; key < SERVICE_KEYS; key++) {
        if (!(present >> key & 1))
            continue;
        put_key(out, s, (enum service_key)key, false);
        put_key(out, s, (enum service_key)key, true);
        if (key == KEY_FWMARK) {
            begin_key(out, KEY_FWMARK, false);
            mark_print(out, s->mark);
            buf_char(out, '\n');
        }
    }
}

static void put_vrrp(struct buf *out, const struct draft *d)
{
    if (d->vrrp.n == 0 && d->vrrp_remarks.n == 0)
        return;
    buf_str(out, "\n[vrrp]\n");
    put_remarks(out, &d->vrrp_remarks);
    for (uint32_t i = 0; i < d->vrrp.n; i++)
        buf_printf(out, "%s\n", d->vrrp.at[i]);
}

static void put_rules(struct buf *out, const struct draft *d)
{
    for (int table = 0; table < TABLES; table++) {
        bool begun = false;

        for (size_t i = 0; i < d->rules.n; i++) {
            const struct draft_rule *r = &d->rules.at[i];

            if ((int)r->table != table || r->open)
                continue;
            if (!begun)
                buf_printf(out, "\n[rules %s]\n", table_names[table]);
            begun = true;
            buf_printf(out, "%s\n", r->text);
        }
    }
}

/* What may become a rule of [rules], table by table, each line ready to be taken. */
static void put_open_rules(struct buf *out, const struct draft *d)
{
    bool any = false;

    for (int table = 0; table < TABLES; table++) {
        bool begun = false;

        for (size_t i = 0; i < d->rules.n; i++) {
            const struct draft_rule *r = &d->rules.at[i];

            if ((int)r->table != table || !r->open)
                continue;
            if (!any)
                buf_str(out,
                        "\n; Not carried over, since they are no part of a service. --merge and --commit "
                        "leave such rules where they are;\n; what lbgen shall have in its own hands goes "
                        "into [rules], as in:\n");
            if (!begun)
                buf_printf(out, ";\n; [rules %s]\n", table_names[table]);
            any = begun = true;
            put_comment(out, r->text);
        }
    }
}

void draft_write(struct draft *d, struct buf *out)
{
    buf_printf(out, "; Made of %s by lbgen --import.\n", d->from);
    put_remarks(out, &d->remarks);
    put_vrrp(out, d);
    for (size_t i = 0; i < d->services.n; i++)
        put_service(out, d->services.at[i]);
    put_rules(out, d);
    put_open_rules(out, d);
}
