/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bare_inih FILE: parses FILE with inih and does nothing with it. What reading an INI costs at the least. */
#include <ini.h>
#include <stdio.h>

static int nothing(void *user, const char *section, const char *name, const char *value)
{
    (void)user;
    (void)section;
    (void)name;
    (void)value;
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: bare_inih FILE\n", stderr);
        return 2;
    }
    int result = ini_parse(argv[1], nothing, NULL);
    if (result != 0)
        fprintf(stderr, "bare_inih: %s: %d\n", argv[1], result);
    return result != 0;
}
