/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/import_kinds.h"
#include "lbgen/words.h"

/* Whether the first word of the line is one of these; a word may end at a brace too. */
static bool first_word_is(const char *line, size_t len, const char *const *words, size_t n)
{
    size_t end = 0;

    while (end < len && !strchr(" \t{=", line[end]))
        end++;
    for (size_t i = 0; i < n; i++)
        if (strlen(words[i]) == end && memcmp(words[i], line, end) == 0)
            return true;
    return false;
}

static bool is_keepalived(const char *line, size_t len, bool indented)
{
    static const char *const words[] = {"global_defs",       "vrrp_instance",        "vrrp_sync_group",
                                        "virtual_server",    "virtual_server_group", "vrrp_script",
                                        "vrrp_track_process"};

    (void)indented;
    return first_word_is(line, len, words, sizeof words / sizeof *words);
}

/* KEY, blanks, `=`. */
static bool has_key(const char *line, size_t len, const char *key)
{
    size_t i = strlen(key);

    if (!import_begins(line, len, key))
        return false;
    while (i < len && (line[i] == ' ' || line[i] == '\t'))
        i++;
    return i < len && line[i] == '=';
}

static bool is_ldirectord(const char *line, size_t len, bool indented)
{
    return !indented && (has_key(line, len, "virtual") || has_key(line, len, "virtual6"));
}

static bool is_lvs_cf(const char *line, size_t len, bool indented)
{
    static const char *const blocks[] = {"virtual", "failover"};

    (void)indented;
    return has_key(line, len, "serial_no") || has_key(line, len, "backup_active") ||
           (first_word_is(line, len, blocks, 2) && line[len - 1] == '{');
}

static bool is_save(const char *line, size_t len, bool indented)
{
    return !indented && len > 1 && line[0] == '*' && !memchr(line, ' ', len);
}

static bool is_ipvsadm(const char *line, size_t len, bool indented)
{
    static const char *const first[] = {"-A", "-a", "--add-service", "--add-server"};
    static const char *const second[] = {
        "-t", "-u", "-f", "--sctp-service", "--tcp-service", "--udp-service", "--fwmark-service"};
    struct word w = {0};

    (void)indented;
    if (!first_word_is(line, len, first, 4) || !word_next(line, len, &w) || !word_next(line, len, &w))
        return false;
    return first_word_is(line + w.at, len - w.at, second, sizeof second / sizeof *second);
}

const struct import_ops import_ops[IMPORT_KINDS] = {
    [IMPORT_KEEPALIVED] = {"keepalived", "keepalived.conf",
                           "a block such as virtual_server, vrrp_instance or global_defs", is_keepalived,
                           import_keepalived},
    [IMPORT_LDIRECTORD] = {"ldirectord", "ldirectord.cf", "virtual=... at the beginning of a line",
                           is_ldirectord, import_ldirectord},
    [IMPORT_LVS_CF] = {"lvs.cf", "lvs.cf", "a block `virtual NAME {`, or serial_no = ...", is_lvs_cf,
                       import_lvs_cf},
    [IMPORT_SAVE] = {"iptables", "iptables-save's output", "a table that begins with *NAME", is_save,
                     import_save},
    [IMPORT_IPVSADM] = {"ipvsadm", "ipvsadm -Sn", "-A -t, -A -u or -A -f at the beginning of a line",
                        is_ipvsadm, import_ipvsadm},
};

static void find_signs(const struct source *source, bool found[IMPORT_KINDS])
{
    const char *end = source->text + source->len;

    for (const char *p = source->text; p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
        const char *first = p;

        while (first < stop && (*first == ' ' || *first == '\t'))
            first++;
        while (stop > first && strchr(" \t\r", stop[-1]))
            stop--;
        for (int k = 0; first < stop && *first != '#' && k < IMPORT_KINDS; k++)
            found[k] = found[k] || import_ops[k].is_sign(first, (size_t)(stop - first), first > p);
        p = newline ? newline + 1 : end;
    }
}

/* What people may take for one of these kinds. */
static void hint(const struct source *source, struct diag *diag)
{
    static const struct {
        const char *begin, *hint;
    } hints[] = {
        {"[service", "this looks like services.ini, which is no file to import"},
        {"iptables ", "commands of iptables are not read; what iptables-save prints after them is"},
        {"ip6tables ", "commands of ip6tables are not read; what ip6tables-save prints after them is"},
        {"ipvsadm ", "commands of ipvsadm are not read; what ipvsadm -Sn prints after them is"},
        {"IP Virtual Server version",
         "this is what ipvsadm -L prints for people; what ipvsadm -Sn prints is read"}};
    const char *end = source->text + source->len;

    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        for (const char *p = source->text, *newline; p < end; p = newline ? newline + 1 : end) {
            newline = memchr(p, '\n', (size_t)(end - p));
            if (!import_begins(p, (size_t)(end - p), hints[i].begin))
                continue;
            diag_note(diag, SRC_NONE, "%s", hints[i].hint);
            return;
        }
}

bool import_kind_of(const struct source *source, enum import_kind *kind, struct diag *diag)
{
    bool found[IMPORT_KINDS] = {false};
    int n = 0;

    find_signs(source, found);
    for (int k = 0; k < IMPORT_KINDS; k++)
        if (found[k]) {
            *kind = (enum import_kind)k;
            n++;
        }
    if (n == 1)
        return true;
    diag_file(diag, SEVERITY_ERROR, source->name,
              n ? "this file has signs of several kinds; say with --import-as which one it is"
                : "it can't be told what kind of file this is; --import-as says it");
    for (int k = 0; k < IMPORT_KINDS; k++)
        if (found[k] || !n)
            diag_note(diag, SRC_NONE, "%s %s: %s", n ? "found for" : "looked for the signs of",
                      import_ops[k].name, import_ops[k].sign);
    if (!n)
        hint(source, diag);
    return false;
}
