/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_answer RULES-FILE < probes
 *
 * For each line "ID PACKET" prints "ID MARK VERDICT", what trace.h says of the packet on its way through the
 * iptables-save file; either may be "unknown".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/save_set.h"
#include "lbgen/trace.h"

static char *read_all(const char *path, size_t *len)
{
    FILE *f = fopen(path, "r");
    char *text = malloc(1 << 20);

    if (!f || !text) {
        perror(path);
        exit(1);
    }
    *len = fread(text, 1, 1 << 20, f);
    fclose(f);
    return text;
}

static void answer(const struct rule_set *rules, const char *id, const char *text)
{
    struct packet packet;
    struct complaint why;
    struct trace trace;

    if (!packet_parse(text, strlen(text), &packet, &why)) {
        fprintf(stderr, "trace_answer: %s: %s\n", text, why.text);
        exit(1);
    }
    trace_packet(rules, &packet, &trace);
    if (trace.mark_known)
        printf("%s 0x%x", id, trace.mark);
    else
        printf("%s unknown", id);
    printf(" %s\n", !trace.verdict_known ? "unknown" : trace.accepted ? "ACCEPT" : "DROP");
    trace_free(&trace);
}

int main(int argc, char **argv)
{
    struct save_file file = {0};
    struct rule_set rules;
    struct complaint why;
    char line[256];
    size_t len;

    if (argc != 2)
        return 2;
    char *text = read_all(argv[1], &len);
    if (!save_file_read(&file, text, len, &why)) {
        fprintf(stderr, "trace_answer: %s: %s\n", argv[1], why.text);
        return 1;
    }
    save_set_make(&file, &rules);
    while (fgets(line, sizeof line, stdin)) {
        char *packet = strchr(line, ' ');

        line[strcspn(line, "\n")] = '\0';
        if (!packet)
            return 1;
        *packet = '\0';
        answer(&rules, line, packet + 1);
    }
    rule_set_free(&rules);
    save_file_free(&file);
    free(text);
    return fflush(stdout) ? 1 : 0;
}
