/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xt_print 4|6: reads "table<TAB>rule" lines, prints each rule in iptables-save's form, or "! reason". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/vec.h"
#include "lbgen/xalloc.h"
#include "lbgen/xt.h"

static struct {
    struct xt_rule *at;
    size_t n, cap;
} rules;

static void read_rules(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    while ((len = getline(&line, &size, stdin)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *tab = strchr(line, '\t');

        if (!tab)
            continue;
        *VEC_ADD(&rules) = (struct xt_rule){.table = xmemdup0(line, (size_t)(tab - line)),
                                            .rule = xmemdup0(tab + 1, strlen(tab + 1))};
    }
    free(line);
}

static void print(const struct xt_rule *rule)
{
    switch (rule->status) {
    case XT_OK:
    case XT_AS_WRITTEN: puts(rule->text); break;
    case XT_FOREIGN: puts("! foreign"); break;
    case XT_REFUSED: printf("! %s [%.*s]\n", rule->text, (int)rule->len, rule->rule + rule->at); break;
    }
}

int main(int argc, char **argv)
{
    char *why;

    if (argc != 2 || (strcmp(argv[1], "4") && strcmp(argv[1], "6"))) {
        fputs("usage: xt_print 4|6\n", stderr);
        return 2;
    }
    read_rules();
    if (xt_canonical(*argv[1] - '0', rules.at, rules.n, &why)) {
        fprintf(stderr, "xt_print: %s\n", why);
        return 3;
    }
    for (size_t i = 0; i < rules.n; i++)
        print(&rules.at[i]);
    return 0;
}
