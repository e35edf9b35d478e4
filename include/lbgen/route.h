/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where packets to an address leave. */
#ifndef LBGEN_ROUTE_H
#define LBGEN_ROUTE_H

#include "lbgen/device.h"
#include "lbgen/prefix.h"

/* The interface that the kernel's routes name for an address (a prefix of full length). Where there is none,
 * "" and false. */
bool route_device(const struct prefix *to, struct interface *out);

#endif
