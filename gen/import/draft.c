/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/draft.h"
#include "lbgen/ini_line.h"
#include "lbgen/vec.h"

enum {
    VALUE_MAX = 32 * 1024, /* far inside a physical line */
    REPEATED_MAX = 1000 * 1000
};

struct draft_service *draft_service(struct draft *d, const char *name)
{
    struct draft_service *s = arena_alloc(&d->mem, sizeof *s);

    *s = (struct draft_service){.name = name ? arena_text(&d->mem, name, strlen(name)) : NULL};
    *VEC_ADD(&d->services) = s;
    return s;
}

static const char *format_text(struct draft *d, const char *format, va_list args)
{
    struct buf b = {0};

    buf_vprintf(&b, format, args);
    const char *text = arena_text(&d->mem, b.len ? b.at : "", b.len);
    buf_free(&b);
    return text;
}

bool draft_value_good(const char *text, size_t len)
{
    struct complaint why;

    if (len == 0 || len > VALUE_MAX || !ini_line_bytes_good(text, len, len, &why))
        return false;
    if (strchr(" \t;", text[0]) || strchr(" \t", text[len - 1]))
        return false;
    for (size_t i = 1; i < len; i++)
        if (text[i] == ';' && strchr(" \t", text[i - 1]))
            return false;
    return true;
}

bool draft_item_good(const char *text)
{
    return draft_value_good(text, strlen(text)) && !strchr(text, ',');
}

static void add_value(struct draft *d, struct draft_service *s, enum service_key key, bool proposal,
                      const char *text)
{
    struct draft_value value = {.text = text, .key = (uint8_t)key, .proposal = proposal};

    if (!draft_value_good(text, strlen(text))) {
        draft_leave(d, &s->remarks, SRC_NONE, "%s = %s", service_key_name(key), text);
        return;
    }
    s->values = arena_append(&d->mem, s->values, s->n_values++, &s->cap_values, &value, 1, sizeof value);
}

void draft_set(struct draft *d, struct draft_service *s, enum service_key key, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_value(d, s, key, false, format_text(d, format, args));
    va_end(args);
}

void draft_propose(struct draft *d, struct draft_service *s, enum service_key key, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_value(d, s, key, true, format_text(d, format, args));
    va_end(args);
}

static void add_text(struct draft *d, struct draft_remarks *to, const char *text)
{
    to->at =
        arena_append(&d->mem, (const void *)to->at, to->n++, &to->cap, (const void *)&text, 1, sizeof text);
}

void draft_vrrp(struct draft *d, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const char *text = format_text(d, format, args);
    va_end(args);
    if (!draft_value_good(text, strlen(text))) {
        draft_leave(d, &d->vrrp_remarks, SRC_NONE, "%s", text);
        return;
    }
    d->vrrp.at = arena_append(&d->mem, (const void *)d->vrrp.at, d->vrrp.n++, &d->vrrp.cap,
                              (const void *)&text, 1, sizeof text);
}

void draft_remark(struct draft *d, struct draft_remarks *to, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_text(d, to, format_text(d, format, args));
    va_end(args);
}

static void put_place(const struct draft *d, srcpos at, struct buf *out)
{
    struct source_place place = sources_place(d->sources, at);

    if (place.source == &d->sources->at[d->source])
        buf_printf(out, "line %zu: ", place.line);
    else
        buf_printf(out, "%s:%zu: ", place.source->name, place.line);
}

void draft_leave(struct draft *d, struct draft_remarks *to, srcpos at, const char *format, ...)
{
    struct buf b = {0};
    va_list args;

    buf_str(&b, "not carried over: ");
    if (at != SRC_NONE)
        put_place(d, at, &b);
    va_start(args, format);
    buf_vprintf(&b, format, args);
    va_end(args);
    add_text(d, to, arena_text(&d->mem, b.at, b.len));
    buf_free(&b);
    d->left_out++;
}

bool draft_may_repeat(struct draft *d, size_t n)
{
    if (n > REPEATED_MAX - d->repeated)
        return false;
    d->repeated += n;
    return true;
}

void draft_free(struct draft *d)
{
    free(d->services.at);
    free(d->rules.at);
    arena_free(&d->mem);
    *d = (struct draft){0};
}
