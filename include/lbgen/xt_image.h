/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the input wants, as an image of kernel entries: where rules go for a commit with libiptc. */
#ifndef LBGEN_XT_IMAGE_H
#define LBGEN_XT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/arena.h"
#include "lbgen/buf.h"
#include "lbgen/complaint.h"
#include "lbgen/image.h"
#include "lbgen/name_index.h"
#include "lbgen/rule.h"

struct xt_image_sink {
    struct image *out;
    enum family family;
    enum table table;         /* the present one */
    struct name_index chains; /* of its chains */
    size_t chain;             /* the one of the last rule */
    struct {
        struct xt_image_text {
            enum table table;
            size_t chain, rule;
            const char *text;
        } * at;
        size_t n, cap;
    } texts; /* rules of [rules]: their places in the image are kept */
    struct arena mem;
    struct buf line;
};

/* A sink that fills *out (zeroed before; image_free when done) with tables that are present, chains without
 * policy (POLICY_NONE, whatever is given) and rules, lowered first, their entries in out->mem. `s` lives as
 * long as the sink; xt_image_sink_finish has to follow. */
struct rule_sink xt_image_sink_begin(struct xt_image_sink *s, struct image *out, enum family family);

/* Has libxtables encode the rules of [rules], which are not in the image before that, and frees what the sink
 * holds. False, with the reason in *why, when one of them can't be had in this kernel, or libxtables can't be
 * asked; the image is incomplete then. No process is started where there are no such rules. */
bool xt_image_sink_finish(struct xt_image_sink *s, struct complaint *why);

#endif
