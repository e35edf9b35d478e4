/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that keepalived.conf includes, without a file system: the input itself is all of them, with lines
 * `%%` between. The first, keepalived.conf, is what is read, the others are called a, b, c and d. Nothing
 * else is there. The linker puts functions of this file in the place of keepalived_files.h's. */
#ifndef LBGEN_TESTS_FUZZ_FILES_H
#define LBGEN_TESTS_FUZZ_FILES_H

#include <stddef.h>

struct source_text {
    const char *at; /* closed by a NUL */
    size_t len;
};

/* Takes an input apart; files_end when done. */
void files_begin(const char *text, size_t len);
void files_end(void);

/* The first of them. */
struct source_text files_first(void);

#endif
