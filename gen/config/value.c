/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/service.h"
#include "lbgen/value.h"
#include "lbgen/words.h"
#include "lbgen/xalloc.h"

bool value_empty(const struct value *v)
{
    if (v->ini->len)
        return false;
    diag_at(v->diag, SEVERITY_ERROR, v->key_at, strlen(v->key),
            "'%s' has no value: write one, or leave it out", v->key);
    return true;
}

void value_warn(const struct value *v, size_t offset, size_t len, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_at(v->diag, SEVERITY_WARNING, ini_value_place(v->ini, offset), len, "%s", text);
}

static bool refuse_empty_item(const struct value *v, const struct word *w)
{
    struct complaint why;

    complain(&why, 0, 1, "an item of the list is empty here");
    return value_refuse(v, w->at, &why);
}

const void *value_list(const struct value *v, item_parse_fn parse, item_place_fn place, size_t size,
                       const void *old, uint32_t *n, uint32_t *cap)
{
    _Alignas(8) char few[1024];
    char *items = few;
    size_t room = sizeof few / size, count = 0;
    struct word w = {0};

    while (item_next(v->ini->text, v->ini->len, &w)) {
        struct complaint why;

        if (w.len == 0 && !refuse_empty_item(v, &w))
            break;
        if (count == room) {
            char *more = xrealloc(items == few ? NULL : items, room * 2, size);

            items = items == few ? memcpy(more, few, count * size) : more;
            room *= 2;
        }
        if (!parse(v->ini->text + w.at, w.len, items + count * size, &why)) {
            value_refuse_item(v, &w, &why);
            continue;
        }
        if (place)
            place(items + count * size, ini_value_place(v->ini, w.at), w.len);
        count++;
    }
    const void *list = arena_append(v->mem, old, *n, cap, items, count, size);
    *n += (uint32_t)count;
    if (items != few)
        free(items);
    return list;
}

static bool parse_prefix(const char *text, size_t n, void *out, struct complaint *why)
{
    return prefix_parse(text, n, ADDRESS_OR_PREFIX, out, why);
}

static void place_prefix(void *item, srcpos at, size_t len)
{
    struct prefix *p = item;

    p->at = at;
    p->text_len = (uint8_t)len;
}

static bool parse_interface(const char *text, size_t n, void *out, struct complaint *why)
{
    return interface_parse(text, n, out, why);
}

void value_prefixes(const struct value *v, struct prefix_list *list)
{
    list->at = value_list(v, parse_prefix, place_prefix, sizeof *list->at, list->at, &list->n, &list->cap);
}

void value_interfaces(const struct value *v, struct interface_list *list)
{
    list->at = value_list(v, parse_interface, NULL, sizeof *list->at, list->at, &list->n, &list->cap);
}

bool value_choice(const struct value *v, const char *const *words, int n, int *out)
{
    struct complaint why;
    struct buf all = {0};

    for (int i = 0; i < n; i++)
        if (strcmp(v->ini->text, words[i]) == 0) {
            *out = i;
            return true;
        }
    for (int i = 0; i < n; i++)
        buf_printf(&all, "%s%s", i == 0 ? "" : i == n - 1 ? " or " : ", ", words[i]);
    complain(&why, 0, v->ini->len, "unknown value '%.40s': %s is %s", v->ini->text, v->key, buf_text(&all));
    buf_free(&all);
    return value_refuse(v, 0, &why);
}

bool value_yes_no(const struct value *v, bool *out)
{
    static const char *const words[] = {"yes", "no"};
    int i = 0;

    if (!value_choice(v, words, 2, &i))
        return false;
    *out = i == 0;
    return true;
}

bool value_number(const struct value *v, uint32_t max, uint32_t *out)
{
    struct complaint why;
    uint32_t number;

    if (decimal_parse(v->ini->text, v->ini->len, &number) && number <= max) {
        *out = number;
        return true;
    }
    complain(&why, 0, v->ini->len, "%s is a decimal number 0..%u without leading zeros", v->key, max);
    return value_refuse(v, 0, &why);
}

/* ASCII only, whatever the locale. */
static bool plain_letter_or_digit(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') < 10;
}

bool name_good(const char *text, size_t n, struct complaint *why)
{
    static const char *const taken[] = {"vrrp", "rules", "tree", "none"};

    if (n == 0)
        return complain(why, 0, 0, "a name is missing, as in [service web]");
    if (n > NAME_MAX_LEN)
        return complain(why, 0, n, "this name has %zu bytes; names have at most %d", n, NAME_MAX_LEN);
    for (size_t i = 0; i < n; i++)
        if (!plain_letter_or_digit(text[i]) &&
            (i == 0 || (text[i] != '.' && text[i] != '_' && text[i] != '-')))
            return complain(why, i, 1,
                            "a name begins with a letter or digit and goes on with these and . _ -");
    for (size_t i = 0; i < sizeof taken / sizeof *taken && n <= sizeof "rules"; i++)
        if (taken[i][0] == text[0] && strncmp(taken[i], text, n) == 0 && taken[i][n] == '\0')
            return complain(why, 0, n, "the name '%s' is taken by lbgen itself: choose another", taken[i]);
    return true;
}
