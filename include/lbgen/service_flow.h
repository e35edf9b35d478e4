/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packets of services as flows (walk.h). */
#ifndef LBGEN_SERVICE_FLOW_H
#define LBGEN_SERVICE_FLOW_H

#include "lbgen/service.h"
#include "lbgen/walk.h"

/* Returns true to go on, false to stop. */
typedef bool (*flow_fn)(void *ctx, const struct flow *flow);

/* Calls fn for clients' packets to each VIP of the family, protocol and range of ports. Sources and
 * interfaces are left open where the service has none, and taken one by one where it has some. */
void each_client_flow(const struct service *s, enum family family, flow_fn fn, void *ctx);

/* Replies of the real servers that are reached by nat, as they pass FORWARD. */
void each_reply_flow(const struct service *s, enum family family, flow_fn fn, void *ctx);

/* What IPVS sends to real servers, as it passes OUTPUT. */
void each_forwarded_flow(const struct service *s, enum family family, flow_fn fn, void *ctx);

#endif
