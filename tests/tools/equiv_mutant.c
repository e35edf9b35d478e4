/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * equiv_mutant SEED 4|6 OLD NEW
 *
 * Changes one rule of the iptables-save file OLD (taken out, moved, a figure, a word with `!`), writes that
 * to NEW and asks equiv.h for a packet that comes in and is treated differently. Does so until there is one
 * that can be sent: a new connection's first packet, with a mark or without. Prints
 *
 *     PACKET (packet_build's form, without ID) | MARK | OLD-MARK OLD-VERDICT NEW-MARK NEW-VERDICT
 *
 * where MARK is what it must come with, and any of the others may be "unknown"; or nothing after forty
 * changes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/equiv.h"
#include "lbgen/proto.h"
#include "lbgen/save_set.h"

enum { TEXT_MAX = 1 << 18, LINES_MAX = 2000, TRIES = 40, TCP_SYN = 2 };

static uint64_t state;

static uint32_t below(uint32_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((uint64_t)(uint32_t)(state * 0x2545f4914f6cdd1dU >> 32) * n >> 32);
}

struct text {
    char *lines[LINES_MAX];
    int n;
};

static void split(char *text, struct text *out)
{
    out->n = 0;
    for (char *line = strtok(text, "\n"); line && out->n < LINES_MAX; line = strtok(NULL, "\n"))
        out->lines[out->n++] = line;
}

/* Rules that log what happens stay. */
static bool may_change(const char *line)
{
    return strncmp(line, "-A ", 3) == 0 && !strstr(line, "NFLOG") && strncmp(line, "-A dropping", 11) != 0;
}

/* A figure of the line becomes another one. */
static bool change_figure(char *line)
{
    char *at = strchr(line + 3, ' ');
    size_t len = at ? strlen(at) : 0;

    for (int i = 0; len && i < 50; i++) {
        char *digit = at + below((uint32_t)len);

        if (*digit >= '0' && *digit <= '9' && digit[-1] != 'c') {
            *digit = (char)('0' + (*digit - '0' + 1 + (int)below(3)) % 10);
            return true;
        }
    }
    return false;
}

/* A test is turned round. */
static bool change_bang(char *line, char *out)
{
    static const char *const options[] = {" -s ",       " -d ",        " -i ",    " --dport ",
                                          " --dports ", " --ctstate ", " --mark "};
    const char *option = options[below(7)], *at = strstr(line, option);

    if (!at)
        return false;
    if (at >= line + 2 && memcmp(at - 2, " !", 2) == 0)
        sprintf(out, "%.*s%s", (int)(at - 2 - line), line, at);
    else
        sprintf(out, "%.*s !%s", (int)(at - line), line, at);
    return true;
}

static bool mutate(struct text *t, char *room)
{
    int i = (int)below((uint32_t)t->n);

    if (!may_change(t->lines[i]))
        return false;
    switch (below(4)) {
    case 0:
        memmove(&t->lines[i], &t->lines[i + 1], (size_t)(t->n - i - 1) * sizeof *t->lines);
        t->n--;
        return true;
    case 1:
        if (i + 1 < t->n && may_change(t->lines[i + 1])) {
            char *line = t->lines[i];

            t->lines[i] = t->lines[i + 1];
            t->lines[i + 1] = line;
            return true;
        }
        return false;
    case 2: return change_figure(t->lines[i]);
    default:
        if (!change_bang(t->lines[i], room))
            return false;
        t->lines[i] = room;
        return true;
    }
}

static size_t join(const struct text *t, char *out)
{
    size_t len = 0;

    for (int i = 0; i < t->n; i++)
        len += (size_t)sprintf(out + len, "%s\n", t->lines[i]);
    return len;
}

static bool can_be_sent(const struct example *e)
{
    const struct packet *p = &e->packet;

    if (p->protocol == (p->src.family == IPV4 ? IP_PROTO_ICMPV6 : IP_PROTO_ICMP)) /* of the other family */
        return false;
    if (p->state_given || e->connmark || e->icmp_code || (e->flags_matter && e->flags != TCP_SYN))
        return false;
    if (e->fragment || (e->frame_matters && e->frame != PACKET_UNICAST))
        return false;
    return strncmp(p->in.name, "eth", 3) == 0 || strcmp(p->in.name, "wan") == 0;
}

static void print_result(const struct result *r)
{
    if (r->mark_known)
        printf(" 0x%x", r->mark);
    else
        printf(" unknown");
    printf(" %s", !r->verdict_known ? "unknown" : r->accepted ? "ACCEPT" : "DROP");
}

static bool judge(const char *old, size_t old_len, const char *new, size_t new_len, enum family family)
{
    struct save_file files[2] = {{0}};
    struct rule_set sets[2];
    struct complaint why;
    struct equiv answer = {.verdict = EQUIV_EQUAL};
    bool found = false;

    bool good =
        save_file_read(&files[0], old, old_len, &why) && save_file_read(&files[1], new, new_len, &why);
    for (int i = 0; good && i < 2; i++)
        save_set_make(&files[i], &sets[i]);
    if (good)
        equiv(&sets[0], &sets[1], family, PATH_INPUT, &answer);
    if (answer.verdict == EQUIV_DIFFERENT && can_be_sent(&answer.example)) {
        struct packet packet = answer.example.packet;
        struct buf words = {0};

        found = true;
        packet.mark = 0;
        packet_print(&words, &packet);
        printf("%s | 0x%x |", buf_text(&words), answer.example.packet.mark);
        print_result(&answer.old);
        print_result(&answer.new);
        putchar('\n');
        buf_free(&words);
    }
    for (int i = 0; i < 2; i++) {
        if (good)
            rule_set_free(&sets[i]);
        save_file_free(&files[i]);
    }
    return found;
}

static bool write_file(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "w");

    if (!f)
        return false;
    bool written = fwrite(text, 1, len, f) == len;
    return fclose(f) == 0 && written;
}

int main(int argc, char **argv)
{
    static char old[TEXT_MAX], copy[TEXT_MAX], new[TEXT_MAX], room[4096];
    static struct text lines;

    if (argc != 5)
        return 2;
    state = 0x9e3779b97f4a7c15U * (strtoul(argv[1], NULL, 10) + 1);
    FILE *f = fopen(argv[3], "r");
    size_t len = f ? fread(old, 1, sizeof old - 1, f) : 0;
    if (!len || fclose(f) != 0)
        return 1;
    for (int i = 0; i < TRIES;) {
        memcpy(copy, old, len + 1);
        split(copy, &lines);
        if (!mutate(&lines, room))
            continue;
        i++;
        size_t new_len = join(&lines, new);
        if (judge(old, len, new, new_len, argv[2][0] == '6' ? IPV6 : IPV4))
            return write_file(argv[4], new, new_len) ? 0 : 1;
    }
    return 0;
}
