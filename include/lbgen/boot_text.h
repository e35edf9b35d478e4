/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a boot file becomes: lbgen's part of it brought up to date, as --merge does it. */
#ifndef LBGEN_BOOT_TEXT_H
#define LBGEN_BOOT_TEXT_H

#include "lbgen/input.h"

/* Zero-initialise; boot_text_free when done. */
struct boot_text {
    struct buf old, text;
    bool exists;  /* the file was there, its bytes are in old */
    bool changes; /* it is to be written: text */
};

/* Reads the file and edits it. `wanted`: lbgen's rules of the family are to be in it; else they are taken out
 * of it where there are any, and no file is made. What is wrong with the file is reported in input->diag. */
void boot_text_make(struct boot_text *boot, struct input *input, enum family family, const char *path,
                    bool wanted);

void boot_text_free(struct boot_text *boot);

#endif
