/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A first services.ini, which lbgen takes as it is, with comments that teach. */
#ifndef LBGEN_INIT_TEXT_H
#define LBGEN_INIT_TEXT_H

#include "lbgen/draft.h"

/* Where a value comes from, which is said beside it. */
enum init_origin { INIT_EXAMPLE, INIT_GIVEN, INIT_KEEPALIVED };

struct init {
    const struct service *service; /* its VIPs, protocols, ports and mark, all of them good */
    enum init_origin vips, ports, mark;
    const char *template_name;          /* of which protocols and ports are; NULL: they are written out */
    const char *keepalived;             /* the name of Keepalived's file; NULL: there is none */
    const struct draft *draft;          /* what stands there; NULL: nothing is known */
    const struct draft_service *server; /* its virtual server of this mark; NULL: none */
};

/* The text; its bytes are a function of *init alone. */
void init_write(const struct init *init, struct buf *out);

#endif
