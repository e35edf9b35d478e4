/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "lbgen/persist_plan.h"

static bool is_plain(char c)
{
    return c > ' ' && c < 0x7f && c != '%';
}

static void print_name(struct buf *out, const char *name)
{
    for (; *name; name++)
        if (is_plain(*name))
            buf_char(out, *name);
        else
            buf_printf(out, "%%%02x", (unsigned char)*name);
}

static void print_version(struct buf *out, const char *word, const struct file_version *v)
{
    buf_printf(out, "%s %d %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64 "\n", word, v->exists, v->dev,
               v->ino, v->digest.size, v->digest.hash);
}

void persist_plan_print(const struct persist_file *p, struct buf *out)
{
    buf_str(out, "persist ");
    print_name(out, p->folder_path);
    buf_char(out, ' ');
    print_name(out, p->name);
    buf_printf(out, "\nkeep-old %d made-folder %d\n", p->keep_old, p->made_folder);
    print_version(out, "before", &p->before);
    print_version(out, "after", &p->after);
}

/* --- reading: what is not in this very form is refused -------------------------------------------------- */

struct reader {
    const char *at, *end;
    bool bad;
};

static void expect(struct reader *r, const char *text)
{
    size_t len = strlen(text);

    if (r->bad || (size_t)(r->end - r->at) < len || memcmp(r->at, text, len) != 0) {
        r->bad = true;
        return;
    }
    r->at += len;
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *p = c ? strchr(digits, c) : NULL;

    return p ? (int)(p - digits) : -1;
}

static uint64_t read_hex(struct reader *r)
{
    uint64_t value = 0;
    int n = 0;

    for (; !r->bad && r->at < r->end && digit(*r->at) >= 0 && n < 16; n++)
        value = value << 4 | (uint64_t)digit(*r->at++);
    r->bad |= n == 0;
    return value;
}

static bool read_bool(struct reader *r)
{
    uint64_t value = read_hex(r);

    r->bad |= value > 1;
    return value == 1;
}

/* The byte behind a %; 0, which no name has, where there is none. */
static char read_escaped(struct reader *r)
{
    int high = r->at < r->end ? digit(*r->at++) : -1, low = r->at < r->end ? digit(*r->at++) : -1;

    return high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
}

/* Up to a blank or newline. */
static void read_name(struct reader *r, char *to, size_t room)
{
    size_t n = 0;

    while (!r->bad && r->at < r->end && *r->at != ' ' && *r->at != '\n') {
        char c = *r->at++;

        if (c == '%')
            c = read_escaped(r);
        else if (!is_plain(c))
            c = '\0';
        r->bad = c == '\0' || n + 1 >= room;
        if (!r->bad)
            to[n++] = c;
    }
    r->bad |= n == 0;
    to[n] = '\0';
}

static void read_version(struct reader *r, const char *word, struct file_version *v)
{
    expect(r, word);
    expect(r, " ");
    v->exists = read_bool(r);
    expect(r, " ");
    v->dev = read_hex(r);
    expect(r, " ");
    v->ino = read_hex(r);
    expect(r, " ");
    v->digest.size = read_hex(r);
    expect(r, " ");
    v->digest.hash = read_hex(r);
    expect(r, "\n");
}

size_t persist_plan_read(struct persist_file *p, const char *text, size_t len)
{
    struct reader r = {.at = text, .end = text + len};

    memset(p, 0, sizeof *p);
    p->folder = -1;
    expect(&r, "persist ");
    read_name(&r, p->folder_path, sizeof p->folder_path);
    expect(&r, " ");
    read_name(&r, p->name, sizeof p->name);
    expect(&r, "\nkeep-old ");
    p->keep_old = read_bool(&r);
    expect(&r, " made-folder ");
    p->made_folder = read_bool(&r);
    expect(&r, "\n");
    read_version(&r, "before", &p->before);
    read_version(&r, "after", &p->after);
    if (r.bad || p->folder_path[0] != '/' || strchr(p->name, '/'))
        return 0;
    return (size_t)(r.at - text);
}
