/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images (image.h) whose payloads are lines of iptables-save text.
 *
 * Two lines have the same key when they have the same words behind "-A CHAIN": quotes do not count, and a
 * protocol's name (vrrp, carp) is its number (112). */
#ifndef LBGEN_SAVE_IMAGE_H
#define LBGEN_SAVE_IMAGE_H

#include <stddef.h>

#include "lbgen/image.h"
#include "lbgen/name_index.h"
#include "lbgen/save_file.h"
#include "lbgen/save_write.h"

/* Makes *out (zeroed before; image_free when done) of a file's tables, chains and rules; tables that xtables
 * does not have are left out. Payloads point into the text that the file was read from, nothing into `file`.
 * Linear. */
void save_image_read(const struct save_file *file, struct image *out);

/* What the sink below needs; lives as long as it. */
struct save_image_maker {
    struct image *image;
    enum table table;
    struct name_index chains; /* of the table at hand */
    size_t chain;             /* that the last rule went to */
    struct save_writer writer;
    struct rule_sink lines;
    struct buf text;
};

/* A sink that makes *out (zeroed before) of what is wanted: the lines that save_write would write. The
 * policies of built-in chains are POLICY_NONE: who knows which ones the input gives sets these afterwards. */
struct rule_sink save_image_sink(struct save_image_maker *maker, struct image *out, enum family family);

/* One line "-A CHAIN ...", with or without counters in front, as a rule of an image: names go to mem, the
 * payload is part of the line. */
void save_image_rule(const char *line, size_t len, struct arena *mem, struct image_rule *out);

#endif
