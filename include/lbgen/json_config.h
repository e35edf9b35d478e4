/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What services.ini says, in JSON: its keys by their own names. */
#ifndef LBGEN_JSON_CONFIG_H
#define LBGEN_JSON_CONFIG_H

#include "lbgen/config.h"
#include "lbgen/json_stream.h"

/* One service: keys that were given, here or by a template, and those whose default says something. */
json_t *json_service(const struct service *s);

/* The members settings, vrrp, services, policies, host-rules and expectations. */
void json_config(struct json_stream *s, const struct config *config);

#endif
