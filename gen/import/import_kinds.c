/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/import_kinds.h"
#include "lbgen/ports.h"

static size_t find_junk(const char *line, size_t len)
{
    size_t i = 0;

    while (i < len && ((unsigned char)line[i] >= ' ' || line[i] == '\t') && line[i] != 0x7f)
        i++;
    return i;
}

bool import_next_line(const struct source *source, struct import_line *line, struct diag *diag)
{
    const char *end = source->text + source->len;
    const char *begin = source->text;

    if (line->text) {
        begin = memchr(line->text + line->len, '\n', (size_t)(end - line->text) - line->len);
        begin = begin ? begin + 1 : end;
    }
    if (begin == end)
        return false;
    const char *newline = memchr(begin, '\n', (size_t)(end - begin));
    *line = (struct import_line){.text = begin,
                                 .len = (size_t)((newline ? newline : end) - begin),
                                 .at = source->base + (srcpos)(begin - source->text)};
    while (line->len && begin[line->len - 1] == '\r')
        line->len--;
    size_t junk = find_junk(begin, line->len);
    if (junk < line->len)
        diag_at(diag, SEVERITY_ERROR, line->at + (srcpos)junk, 1, "a control byte: this is no text");
    else if (line->len > SOURCE_LINE_MAX)
        diag_at(diag, SEVERITY_ERROR, line->at, 1, "this line is longer than 64 KiB");
    else
        return true;
    return false;
}

bool import_begins(const char *line, size_t len, const char *word)
{
    size_t n = strlen(word);

    return len >= n && memcmp(line, word, n) == 0;
}

bool import_endpoint(const char *text, size_t len, struct prefix *address, uint16_t *port,
                     struct complaint *why)
{
    const char *close = len && text[0] == '[' ? memchr(text, ']', len) : NULL;
    size_t first = close ? 1 : 0, end = close ? (size_t)(close - text) : len, colon = len;

    *port = 0;
    if (close && end + 1 < len)
        colon = end + 1;
    else if (!close && memchr(text, ':', len) == memrchr(text, ':', len)) /* else it is a bare IPv6 one */
        colon = memchr(text, ':', len) ? (size_t)((const char *)memchr(text, ':', len) - text) : len;
    if (!close)
        end = colon;
    if (!prefix_parse(text + first, end - first, ADDRESS_ONLY, address, why)) {
        why->at += first;
        return false;
    }
    if (colon == len)
        return true;
    if (text[colon] != ':')
        return complain(why, colon, len - colon, "behind the ] comes a : and a port");
    if (len - colon == 2 && text[colon + 1] == '0')
        return true; /* any, to IPVS */
    if (!port_parse(text + colon + 1, len - colon - 1, port, why)) {
        why->at += colon + 1;
        return false;
    }
    return true;
}
