/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lbgen/journal.h"
#include "lbgen/policy_notes.h"

static bool read_policy(const char *word, bool *drops)
{
    *drops = strcmp(word, "DROP") == 0;
    return *drops || strcmp(word, "ACCEPT") == 0;
}

static bool read_line(struct policy_notes *notes, const char *line, size_t len)
{
    char text[64], family[2], table_name[16], hook_name[16], before[8], since[8] = "";
    struct policy_note note = {.set = true};
    enum table table;
    enum hook hook;
    int end = 0, end_since = 0;

    if (len >= sizeof text)
        return false;
    memcpy(text, line, len);
    text[len] = '\0';
    int n = sscanf(text, "%1[46] %15s %15s %7s%n %7s%n", family, table_name, hook_name, before, &end, since,
                   &end_since);
    if (n < 4 || (size_t)(n == 5 ? end_since : end) != len ||
        !table_find(table_name, strlen(table_name), &table) ||
        !hook_find(hook_name, strlen(hook_name), &hook) || !table_has_hook(table, hook) ||
        !read_policy(before, &note.dropped_before))
        return false;
    note.drops = !note.dropped_before;
    if (n == 5 && !read_policy(since, &note.drops))
        return false;
    notes->of[family[0] == '6' ? IPV6 : IPV4][table][hook] = note;
    return true;
}

bool policy_notes_parse(struct policy_notes *notes, const char *text, size_t len)
{
    *notes = (struct policy_notes){0};
    for (size_t at = 0; at < len;) {
        const char *line = text + at, *end = memchr(line, '\n', len - at);
        size_t line_len = end ? (size_t)(end - line) : len - at;

        if (!read_line(notes, line, line_len))
            return false;
        at += line_len + 1;
    }
    return true;
}

bool policy_notes_read(struct policy_notes *notes, struct complaint *why)
{
    struct buf text = {0};
    bool good = state_read(POLICIES_PATH, &text, why);

    *notes = (struct policy_notes){0};
    if (good && !policy_notes_parse(notes, text.at, text.len))
        good = complain(why, 0, 0, "%s is damaged; delete it if it is not known why", POLICIES_PATH);
    buf_free(&text);
    return good;
}

void policy_notes_print(const struct policy_notes *notes, struct buf *out)
{
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++)
            for (int h = 0; h < HOOKS; h++) {
                const struct policy_note *note = &notes->of[f][t][h];

                if (note->set)
                    buf_printf(out, "%d %s %s %s %s\n", family_ops[f].number, table_names[t], hook_names[h],
                               note->dropped_before ? "DROP" : "ACCEPT", note->drops ? "DROP" : "ACCEPT");
            }
}
