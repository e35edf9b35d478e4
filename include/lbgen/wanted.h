/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the input wants, in the forms that a commit needs: text, an image for a backend, and back. */
#ifndef LBGEN_WANTED_H
#define LBGEN_WANTED_H

#include "lbgen/compile.h"
#include "lbgen/image.h"
#include "lbgen/undo.h"

/* The whole rule set as it is printed. */
void wanted_text(const struct config *config, const struct formed_rules *host, enum family family,
                 struct buf *out);

/* An image of the form, with the policies that the input gives. keep (may be NULL) says which rules are in
 * it. False, with the reason, when libxtables or the kernel do not take a rule of [rules]; *out is to be
 * freed all the same. */
bool wanted_image(const struct config *config, const struct formed_rules *host, enum family family,
                  enum payload_form form, bool (*keep)(void *ctx, enum table table, const struct rule *rule),
                  void *ctx, struct image *out, struct complaint *why);

/* The whole image, and the text behind what is in *text, in one run: many services cost it twice otherwise.
 */
bool wanted_image_and_text(const struct config *config, const struct formed_rules *host, enum family family,
                           enum payload_form form, struct image *image, struct buf *text,
                           struct complaint *why);

/* Whether the image has more than what accepts VRRP. */
bool wanted_is_more_than_vrrp(const struct image *image);

/* Turns an image of lines into one of entries, in place. */
bool wanted_encode(struct image *image, enum family family, struct complaint *why);

/* An undo of entries as one of lines, which shares names and keys with it (*out: undo_free, before it), and
 * the other way round. */
bool undo_decode(const struct undo *undo, struct undo *out, struct complaint *why);
bool undo_encode(struct undo *undo, struct complaint *why);

#endif
