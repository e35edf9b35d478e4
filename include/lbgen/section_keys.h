/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of [vrrp], [lbgen], [rules TABLE] and [expect NAME]. */
#ifndef LBGEN_SECTION_KEYS_H
#define LBGEN_SECTION_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "lbgen/config.h"
#include "lbgen/value.h"

/* The keys' names; each ends with a NULL. */
extern const char *const vrrp_keys[], *const settings_keys[], *const rules_keys[], *const expect_keys[];

/* Each: false when there is no such key (nothing is reported then). *given collects which single-valued keys
 * were there. */
bool vrrp_key_set(struct vrrp *vrrp, uint32_t *given, const struct value *v);
bool settings_key_set(struct settings *settings, uint32_t *given, const struct value *v);
bool rules_key_set(struct config *config, enum table table, const struct value *v);
bool expect_key_set(struct expect *expect, uint32_t *given, const struct value *v);

/* Notes that the key is there, whatever became of its value, so that it is not missed. */
void expect_key_given(struct expect *expect, const char *key);

#endif
