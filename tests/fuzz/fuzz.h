/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the targets share with each other and, by check_util.h, with the units: here a test that fails ends
 * the process, which is what libFuzzer looks for.
 *
 * An input is a byte that chooses what is done with the rest of it, and the rest. */
#ifndef LBGEN_TESTS_FUZZ_H
#define LBGEN_TESTS_FUZZ_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#undef ck_abort_msg
#define ck_abort_msg(...)                                                                                    \
    (fprintf(stderr, "%s:%d: ", __FILE__, __LINE__), fprintf(stderr, __VA_ARGS__), abort())

#include "../check_util.h"

#include "lbgen/buf.h"
#include "lbgen/diag.h"
#include "lbgen/utf8.h"
#include "lbgen/xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes the first byte, as one of n; 0 of an empty input. */
static inline unsigned choose(const uint8_t **data, size_t *size, unsigned n)
{
    if (*size == 0)
        return 0;
    --*size;
    return *(*data)++ % n;
}

/* A copy with a NUL behind it, as sources have it; free it. */
static inline char *closed_copy(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);

    MUST(copy);
    if (size)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

/* That a text for people or programs is one: characters, and of control bytes newlines and tabs alone. */
static inline void must_be_text(const char *what, const char *text, size_t len)
{
    for (size_t i = 0, n; i < len; i += n) {
        n = utf8_length(text + i, len - i);
        if (n == 0 || ((unsigned char)text[i] < 0x20 && text[i] != '\n' && text[i] != '\t') ||
            text[i] == 0x7f)
            ck_abort_msg("%s: byte 0x%02x at %zu of:\n%.*s\n", what, (unsigned char)text[i], i, (int)len,
                         text);
    }
}

static inline void must_be_same(const char *what, const char *a, size_t a_len, const char *b, size_t b_len)
{
    if (a_len != b_len || (a_len && memcmp(a, b, a_len) != 0))
        ck_abort_msg("%s\n--- once\n%.*s\n--- again\n%.*s\n", what, (int)a_len, a, (int)b_len, b);
}

/* That findings can be shown, and that errors have a place in the input. */
static inline void must_be_shown(const struct diag *diag, struct sources *sources)
{
    struct buf out = {0};

    for (size_t i = 0; i < diag->n; i++)
        MUST(diag->at[i].severity != SEVERITY_ERROR || diag->at[i].at != SRC_NONE);
    diag_print(diag, sources, &out, (struct caret_look){0});
    must_be_text("findings", out.at, out.len);
    buf_free(&out);
}

#endif
