/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rude TABLE CHAIN ADDRESS ROUNDS: what a program does that edits tables without taking the xtables lock.
 *
 * Appends a rule "-s ADDRESS" (IPv4, without a target) to the chain, and takes it out again, ROUNDS times,
 * with libiptc, straight after each other. What it reads in one moment it writes back in the next: whatever
 * was changed in between, and has the same number of entries, is lost. Prints how many edits the kernel took,
 * and how many it refused. Status 0; 1 when a table can't be read, 2 bad usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libiptc/libiptc.h>

static bool edit(const char *table, const char *name, const struct ipt_entry *rule, bool append)
{
    xt_chainlabel chain = "";
    unsigned char mask[sizeof *rule + sizeof(struct xt_standard_target)];
    bool good;
    struct xtc_handle *h = iptc_init(table);

    if (!h) {
        fprintf(stderr, "rude: %s: %s\n", table, iptc_strerror(errno));
        exit(1);
    }
    snprintf(chain, sizeof chain, "%s", name);
    memset(mask, 0xff, sizeof mask);
    if (append)
        good = iptc_append_entry(chain, rule, h);
    else
        good = iptc_delete_entry(chain, rule, mask, h);
    good = good && iptc_commit(h);
    iptc_free(h);
    return good;
}

int main(int argc, char **argv)
{
    long taken = 0, refused = 0;
    size_t size = sizeof(struct ipt_entry) + sizeof(struct xt_standard_target);
    struct ipt_entry *rule = calloc(1, size);

    if (argc != 5 || !rule || inet_pton(AF_INET, argv[3], &rule->ip.src) != 1) {
        fputs("usage: rude TABLE CHAIN ADDRESS ROUNDS\n", stderr);
        free(rule);
        return 2;
    }
    rule->ip.smsk.s_addr = INADDR_NONE;
    rule->target_offset = sizeof *rule;
    rule->next_offset = (uint16_t)size;
    ipt_get_target(rule)->u.target_size = sizeof(struct xt_standard_target);
    const struct timespec pause = {.tv_nsec = 1000000};
    for (long i = 2 * atol(argv[4]); i > 0; i--) {
        if (edit(argv[1], argv[2], rule, i % 2 == 0))
            taken++;
        else
            refused++;
        nanosleep(&pause, NULL);
    }
    printf("%ld edits taken, %ld refused\n", taken, refused);
    free(rule);
    return 0;
}
