/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of [service] and [template]. */
#ifndef LBGEN_SERVICE_KEYS_H
#define LBGEN_SERVICE_KEYS_H

#include <stdbool.h>

#include "lbgen/service.h"
#include "lbgen/value.h"

/* Finds a key by the user's word. */
bool service_key_find(const char *word, size_t len, enum service_key *key);

/* Parses the value into s. Reports what is wrong with it, a single-valued key given twice included, and marks
 * the key as given in any case, so that it is not missed as well. */
void service_key_set(struct service *s, enum service_key key, const struct value *v);

/* s->more, made if it is not there yet. */
struct service_more *service_more_new(struct service *s, struct arena *mem);

#endif
