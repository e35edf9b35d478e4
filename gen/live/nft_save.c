/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/nft_save.h"
#include "lbgen/nft_tables.h"
#include "lbgen/save_image.h"
#include "lbgen/spawn.h"
#include "lbgen/xt_set.h"

enum { SECONDS = 3600 /* 100,000 rules are 20 s of work, and it grows with their square */ };

static const char *const programs[FAMILIES] = {[IPV4] = "iptables-nft-save", [IPV6] = "ip6tables-nft-save"};

/* The line of a text, without its newline; moves *at behind it. NULL at the end. */
static const char *next_line(const struct buf *text, size_t *at, size_t *len)
{
    const char *line, *newline;

    if (*at >= text->len)
        return NULL;
    line = text->at + *at;
    newline = memchr(line, '\n', text->len - *at);
    *len = newline ? (size_t)(newline - line) : text->len - *at;
    *at += *len + 1;
    return line;
}

/* The number that is said to be a line's: "line 5", "line: 5"; 0 when none is. */
static unsigned long line_named(const char *message)
{
    const char *at = strstr(message, "line");

    while (at && strspn(at + 4, ": ") == 0)
        at = strstr(at + 4, "line");
    return at ? strtoul(at + 4 + strspn(at + 4, ": "), NULL, 10) : 0;
}

static void quote_line(unsigned long number, const struct buf *input, struct buf *out)
{
    const char *line = NULL;
    size_t at = 0, len = 0;

    for (unsigned long i = 0; i < number; i++)
        if (!(line = next_line(input, &at, &len)))
            return;
    if (line)
        buf_printf(out, " (%.*s)", (int)len, line);
}

/* Whether a line of its message says something: it also points to its --help. */
static bool says_something(const char *line, size_t len)
{
    return len > 0 && line[0] != '#' && !(len > 4 && memcmp(line, "Try ", 4) == 0);
}

bool nft_complain(const char *program, const struct buf *err, const struct buf *input, struct complaint *why)
{
    struct buf message = {0};
    const char *line;
    size_t at = 0, len;

    while ((line = next_line(err, &at, &len)))
        if (says_something(line, len)) {
            buf_str(&message, message.len ? " " : "");
            buf_add(&message, line, len);
        }
    if (message.len == 0)
        buf_printf(&message, "%s failed and does not say why", program);
    if (input)
        quote_line(line_named(buf_text(&message)), input, &message);
    buf_str(&message, xt_set_advice(buf_text(&message)));
    complain(why, 0, 0, "%s", buf_text(&message));
    buf_free(&message);
    return false;
}

/* "# Table `filter' is incompatible, use 'nft' tool." stands in the output of a program that is content. */
static bool find_incompatible(const struct buf *text, struct complaint *why)
{
    static const char begin[] = "# Table `";
    const char *line;
    size_t at = 0, len;

    while ((line = next_line(text, &at, &len)))
        if (len > sizeof begin && memcmp(line, begin, sizeof begin - 1) == 0 &&
            memmem(line, len, "incompatible", strlen("incompatible"))) {
            const char *name = line + sizeof begin - 1;

            return !complain(why, 0, 0, "table %.*s has rules of nft's own, which iptables-nft can't show",
                             (int)strcspn(name, "' \n"), name);
        }
    return false;
}

/* A line on standard error that is no comment ("# Warning: iptables-legacy tables present ..."). */
static bool complained(const struct buf *err)
{
    const char *line;
    size_t at = 0, len;

    while ((line = next_line(err, &at, &len)))
        if (says_something(line, len))
            return true;
    return false;
}

static bool read_text(const char *program, const struct buf *text, struct image *out, struct complaint *why)
{
    struct save_file file = {0};
    struct complaint reason;
    bool good = save_file_read(&file, text->at, text->len, &reason);

    if (good)
        save_image_read(&file, out);
    else
        complain(why, 0, 0, "what %s prints can't be read: %s (%.*s)", program, reason.text, (int)reason.len,
                 text->at + reason.at);
    save_file_free(&file);
    return good;
}

static bool run_save(const char *program, struct spawn *s, struct complaint *why)
{
    if (spawn_run(s, why) != SPAWN_EXITED)
        return false;
    if (s->status != 0 || complained(&s->err))
        return nft_complain(program, &s->err, NULL, why);
    return !find_incompatible(&s->out, why) && !find_incompatible(&s->err, why);
}

/* A save program that could not ask the kernel, or could not write, may say so in no way but by showing less
 * than there is. */
static bool shows_all(const char *program, const struct nft_table_count count[TABLES],
                      const struct image *image, struct complaint *why)
{
    for (int t = 0; t < TABLES; t++) {
        size_t shown = 0;

        for (size_t c = 0; c < image->of[t].n; c++)
            shown += image->of[t].at[c].n;
        if (count[t].present != image->of[t].present || count[t].rules != shown)
            return complain(why, 0, 0, "%s shows %zu of the %zu rules of table %s", program, shown,
                            count[t].rules, table_names[t]);
    }
    return true;
}

static bool any_present(const struct nft_table_count count[TABLES])
{
    for (int t = 0; t < TABLES; t++)
        if (count[t].present)
            return true;
    return false;
}

bool nft_save(enum family family, struct buf *text, struct image *out, struct complaint *why)
{
    struct spawn s = {.argv = {programs[family], "-c"}, .out = *text, .seconds = SECONDS};
    struct nft_table_count count[TABLES];
    uint32_t before, after;
    bool native, good;
    enum table table;

    out->form = PAYLOAD_LINE;
    if (!nft_generation(&before, why) || !nft_tables_count(family, count, why))
        return false;
    if (!any_present(count))
        return true;
    if (!nft_tables_native(family, &native, &table, why))
        return false;
    if (native)
        return complain(why, 0, 0, "table %s of %s has a set, so rules of nft's own, which %s can't show",
                        table_names[table], family_ops[family].name, programs[family]);
    good = run_save(programs[family], &s, why);
    *text = s.out;
    buf_free(&s.err);
    if (!good || !read_text(programs[family], text, out, why) || !nft_generation(&after, why))
        return false;
    /* What changes meanwhile is seen by the caller. */
    return after != before || shows_all(programs[family], count, out, why);
}
