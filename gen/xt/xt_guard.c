/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/xt_child.h"
#include "lbgen/xt_guard.h"

static jmp_buf way_back;
static struct complaint *guarded; /* NULL: there is no way back */

enum xt_guarded xt_guard(bool (*body)(void *ctx, struct complaint *why), void *ctx, struct complaint *why)
{
    guarded = why;
    if (setjmp(way_back)) {
        guarded = NULL;
        return XT_GUARD_THROWN;
    }
    bool good = body(ctx, why);
    guarded = NULL;
    return good ? XT_GUARD_DONE : XT_GUARD_REFUSED;
}

void xt_throw(const char *message)
{
    if (!guarded)
        _exit(XT_EXIT_NO_LIBRARY);
    guarded->at = guarded->len = 0;
    xt_clean_message(guarded->text, sizeof guarded->text, message);
    longjmp(way_back, 1);
}

static bool is_noise(const char *line, size_t len)
{
    return (len >= 5 && !memcmp(line, "Try `", 5)) || memmem(line, len, "Error occurred at line", 22);
}

/* Behind "lbgen: " or "ip6tables v1.8.9 (legacy): ". */
static const char *behind_name(const char *line)
{
    static const char *const names[] = {"lbgen", "iptables", "ip6tables", "ip[6]tables"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i]);
        const char *colon = strchr(line, ':');

        if (!strncmp(line, names[i], len) && colon && (line[len] == ':' || !strncmp(line + len, " v", 2)))
            return colon + 1;
    }
    return line;
}

void xt_clean_message(char *out, size_t size, const char *message)
{
    size_t n = 0;

    for (const char *line = message; *line;) {
        size_t len = strcspn(line, "\n");
        const char *next = line + len + (line[len] == '\n');

        if (!is_noise(line, len)) {
            for (const char *c = behind_name(line); c < line + len && n + 1 < size; c++) {
                char byte = (unsigned char)*c < ' ' ? ' ' : *c;

                if (byte != ' ' || (n && out[n - 1] != ' '))
                    out[n++] = byte;
            }
            if (n && out[n - 1] != ' ' && n + 1 < size)
                out[n++] = ' ';
        }
        line = next;
    }
    while (n && strchr(" .", out[n - 1]))
        n--;
    out[n] = '\0';
    if (!n)
        snprintf(out, size, "libxtables refuses it without a reason");
}
