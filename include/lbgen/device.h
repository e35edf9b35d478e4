/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces by name, and MAC addresses. */
#ifndef LBGEN_DEVICE_H
#define LBGEN_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/buf.h"
#include "lbgen/complaint.h"

enum { INTERFACE_MAX = 15 }; /* IFNAMSIZ - 1 of linux/if.h */

/* A name, or with a `+` at its end all names that begin so; "" is any interface. Zero-filled behind the name.
 */
struct interface {
    char name[INTERFACE_MAX + 1];
};

/* 1 to 15 bytes, no blank, `/`, `!`, `:`, `*` or control byte, `+` only last. A lone `+` is any interface
 * (""). */
bool interface_parse(const char *text, size_t n, struct interface *out, struct complaint *why);

/* Whether some interface's name fits both. */
bool interface_overlaps(const struct interface *a, const struct interface *b);

struct mac {
    uint8_t byte[6];
};

/* Six pairs of hex digits with colons: 52:54:00:12:34:56. */
bool mac_parse(const char *text, size_t n, struct mac *out, struct complaint *why);

/* Lower case, as iptables-save does. */
void mac_print(struct buf *out, const struct mac *m);
/* The same at `to`, MAC_TEXT bytes; returns the place behind it (put.h). */
enum { MAC_TEXT = 17 };
char *mac_put(char *to, const struct mac *m);

#endif
