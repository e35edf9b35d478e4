/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of [service] keys that have a form of their own. Each reports what is wrong and keeps what is
 * good. */
#ifndef LBGEN_SERVICE_VALUES_H
#define LBGEN_SERVICE_VALUES_H

#include "lbgen/service.h"
#include "lbgen/value.h"

void set_protocols(struct service *s, const struct value *v);
void set_ports(struct port_list *list, const struct value *v);
void set_fwmark(struct service *s, const struct value *v);
void set_scheduler(struct service_more *m, const struct value *v);
void set_scheduler_flags(struct service_more *m, const struct value *v);
/* Adds one real server: ADDRESS [weight N] [forwarding nat|dr|tun]. */
void add_real_server(struct service_more *m, const struct value *v);
/* tcp PORT | http PORT PATH | https PORT PATH | none */
void set_check(struct service_more *m, const struct value *v);
void set_forwarding(struct service_more *m, const struct value *v);

#endif
