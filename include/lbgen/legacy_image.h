/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A legacy table's image out of what the kernel hands out. */
#ifndef LBGEN_LEGACY_IMAGE_H
#define LBGEN_LEGACY_IMAGE_H

#include "lbgen/image.h"
#include "lbgen/legacy_raw.h"

/* How much is wanted of each rule. */
enum legacy_detail {
    LEGACY_BARE, /* payload and jump: enough to compare (entry_equal) */
    LEGACY_FULL
};

/* Fills out->of[table]; payloads point into `raw`, which has to stay. False where the entries make no sense.
 */
bool legacy_image_make(const struct legacy_tc *tc, enum family family, enum table table,
                       const struct legacy_raw *raw, enum legacy_detail detail, struct image *out,
                       struct complaint *why);

#endif
