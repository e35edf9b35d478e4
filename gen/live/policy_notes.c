/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lbgen/journal.h"
#include "lbgen/policy_notes.h"

enum { LINE_MAX_LEN = 100 };

static const char *const place_words[POLICY_PLACES] = {"legacy", "nft", "file"};

/* --- namespaces --- */

struct policy_namespace policy_namespace_now(void)
{
    struct policy_namespace now = {""};
    struct stat ns = {0};
    char boot[40] = "-";
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

    if (file && fscanf(file, "%39s", boot) != 1)
        strcpy(boot, "-");
    if (file)
        fclose(file);
    stat("/proc/self/ns/net", &ns); /* 0 where there is no /proc */
    snprintf(now.name, sizeof now.name, "%s %ju", boot, (uintmax_t)ns.st_ino);
    return now;
}

/* Another namespace, or another boot: the programs of one variant have loaded the boot file. */
static void settle(struct policy_notes *notes)
{
    const int loaded = notes->loaded_by_nft ? POLICY_IN_NFT : POLICY_IN_LEGACY,
              other = notes->loaded_by_nft ? POLICY_IN_LEGACY : POLICY_IN_NFT;

    memcpy(notes->of[loaded], notes->of[POLICY_IN_FILE], sizeof notes->of[loaded]);
    memset(notes->of[other], 0, sizeof notes->of[other]);
}

/* --- reading --- */

static bool read_policy(const char *word, bool *drops)
{
    *drops = strcmp(word, "DROP") == 0;
    return *drops || strcmp(word, "ACCEPT") == 0;
}

static bool find_place(const char *word, int *place)
{
    for (*place = 0; *place < POLICY_PLACES; (*place)++)
        if (strcmp(place_words[*place], word) == 0)
            return true;
    return false;
}

/* `file 4 filter INPUT ACCEPT DROP` */
static bool read_note(struct policy_notes *notes, const char *text)
{
    char place_word[8], family[2], table_name[16], hook_name[16], before[8], since[8];
    struct policy_note note = {.set = true};
    enum table table;
    enum hook hook;
    int place, end = 0;

    if (sscanf(text, "%7s %1[46] %15s %15s %7s %7s%n", place_word, family, table_name, hook_name, before,
               since, &end) != 6 ||
        text[end] != '\0' || !find_place(place_word, &place) ||
        !table_find(table_name, strlen(table_name), &table) ||
        !hook_find(hook_name, strlen(hook_name), &hook) || !table_has_hook(table, hook) ||
        !read_policy(before, &note.dropped_before) || !read_policy(since, &note.drops))
        return false;
    notes->of[place][family[0] == '6' ? IPV6 : IPV4][table][hook] = note;
    return true;
}

static bool read_line(struct policy_notes *notes, const char *line, size_t len,
                      const struct policy_namespace *now, bool *stale)
{
    static const char namespace_word[] = "namespace ";
    const size_t head = sizeof namespace_word - 1;
    char text[LINE_MAX_LEN];

    if (len >= sizeof text || memchr(line, '\0', len))
        return false;
    memcpy(text, line, len);
    text[len] = '\0';
    if (strncmp(text, namespace_word, head) == 0) {
        *stale = strcmp(text + head, now->name) != 0;
        return true;
    }
    if (strcmp(text, "loaded-by nft") == 0)
        return notes->loaded_by_nft = true;
    return read_note(notes, text);
}

bool policy_notes_parse(struct policy_notes *notes, const char *text, size_t len,
                        const struct policy_namespace *now)
{
    bool stale = true;

    *notes = (struct policy_notes){0};
    for (size_t at = 0; at < len;) {
        const char *line = text + at, *end = memchr(line, '\n', len - at);
        size_t line_len = end ? (size_t)(end - line) : len - at;

        if (!read_line(notes, line, line_len, now, &stale))
            return false;
        at += line_len + 1;
    }
    if (stale)
        settle(notes);
    return true;
}

bool policy_notes_read(struct policy_notes *notes, struct complaint *why)
{
    const struct policy_namespace now = policy_namespace_now();
    struct buf text = {0};
    bool good = state_read(POLICIES_PATH, &text, why);

    *notes = (struct policy_notes){0};
    if (good && !policy_notes_parse(notes, text.at, text.len, &now))
        good = complain(why, 0, 0, "%s is damaged; delete it if it is not known why", POLICIES_PATH);
    buf_free(&text);
    return good;
}

/* --- printing --- */

static void print_note(const struct policy_notes *notes, int p, int f, int t, int h, struct buf *out)
{
    const struct policy_note *note = &notes->of[p][f][t][h];

    if (note->set)
        buf_printf(out, "%s %d %s %s %s %s\n", place_words[p], family_ops[f].number, table_names[t],
                   hook_names[h], note->dropped_before ? "DROP" : "ACCEPT", note->drops ? "DROP" : "ACCEPT");
}

void policy_notes_print(const struct policy_notes *notes, const struct policy_namespace *now, struct buf *out)
{
    struct buf lines = {0};

    for (int p = 0; p < POLICY_PLACES; p++)
        for (int f = 0; f < FAMILIES; f++)
            for (int t = 0; t < TABLES; t++)
                for (int h = 0; h < HOOKS; h++)
                    print_note(notes, p, f, t, h, &lines);
    if (lines.len) {
        buf_printf(out, "namespace %s\n", now->name);
        if (notes->loaded_by_nft)
            buf_str(out, "loaded-by nft\n");
        buf_add(out, lines.at, lines.len);
    }
    buf_free(&lines);
}
