/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived.conf and what it includes, each file read once. */
#ifndef LBGEN_KEEPALIVED_FILES_H
#define LBGEN_KEEPALIVED_FILES_H

#include <sys/types.h>

#include "lbgen/source.h"

/* Zero-initialise but for sources; ka_files_free when done. */
struct ka_files {
    struct sources *sources;
    struct ka_file {
        dev_t device;
        ino_t inode;
        int source; /* its number in sources */
    } * at;
    size_t n, cap;
};

/* The number of the source; -1 with the reason in *why. A path of "-" is standard input, and never the same
 * as another file. */
int ka_files_read(struct ka_files *files, const char *path, struct complaint *why);

/* The files that a pattern names which stands in the source, sorted; relative ones are looked for in the
 * source's folder. Folders are left out. */
struct ka_matches {
    char **at;
    size_t n, cap;
    bool wildcard; /* the pattern may match any number of files */
};
void ka_files_match(const struct ka_files *files, int source, const char *pattern, struct ka_matches *out);

void ka_matches_free(struct ka_matches *matches);
void ka_files_free(struct ka_files *files);

#endif
