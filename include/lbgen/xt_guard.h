/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libxtables ends its caller on the first bad rule; here is the way back. For the child process alone. */
#ifndef LBGEN_XT_GUARD_H
#define LBGEN_XT_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "lbgen/complaint.h"

enum xt_guarded {
    XT_GUARD_DONE,
    XT_GUARD_REFUSED, /* body returned false, *why is its own */
    XT_GUARD_THROWN   /* libxtables ended it: why->text is its message, cleaned; the place is not known */
};

/* Runs body(ctx, why). What body allocated when it is ended is lost unless ctx knows of it. Does not nest. */
enum xt_guarded xt_guard(bool (*body)(void *ctx, struct complaint *why), void *ctx, struct complaint *why);

/* What libxtables' exit_err comes to. Outside xt_guard it ends the process. */
void xt_throw(const char *message) __attribute__((noreturn));

/* Makes one plain sentence of a message: one line, without the program's name in front, hints at --help, or a
 * full stop at the end. Never empty. */
void xt_clean_message(char *out, size_t size, const char *message);

#endif
