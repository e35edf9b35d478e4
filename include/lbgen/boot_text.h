/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a boot file becomes: lbgen's part of it brought up to date, as --merge does it. */
#ifndef LBGEN_BOOT_TEXT_H
#define LBGEN_BOOT_TEXT_H

#include "lbgen/input.h"
#include "lbgen/merge.h"
#include "lbgen/save_file.h"

/* Zero-initialise; boot_text_free when done. */
struct boot_text {
    struct buf old, text;
    bool exists;  /* the file was there, its bytes are in old */
    bool changes; /* it is to be written: text */
};

/* A boot file as it is: *source is its number, -1 where there is none. False, with the reason, also where it
 * can't be known whether there is one. */
bool boot_file_read(struct sources *sources, const char *path, int *source, struct complaint *why);

/* Reads the file and edits it. generated: lbgen's whole text of the family, taken over; `wanted`: it has
 * rules, else the file's are taken out where it has any, and no file is made. What is wrong with the file,
 * and what stands in front of lbgen's rules there, is reported in input->diag. */
void boot_text_make(struct boot_text *boot, struct input *input, enum family family, const char *path,
                    bool wanted, struct buf *generated);

/* lbgen's own lines of an iptables-save text, as a text of their own; `file` was read from it. */
void boot_text_own_part(const struct save_file *file, struct buf *out);

/* Adds a table for the policies that are given, where lbgen has no rules in the file's table, so that
 * boot_text_own_part has printed none: as the file has them, ACCEPT where it has not. */
void boot_text_add_policies(const struct save_file *file, const struct policies_given *given,
                            struct buf *out);

/* Whether the old file's policy of this chain is DROP. */
bool boot_text_dropped(const struct boot_text *boot, enum table table, enum hook hook);

void boot_text_free(struct boot_text *boot);

#endif
