/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of ports, as services(5) has them. */
#ifndef LBGEN_PORT_NAMES_H
#define LBGEN_PORT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looks text[0..n) up among the names and aliases of the services database, for any protocol. The database is
 * read once a process, at the first question (a look-up of getservbyname each would read it all again for
 * every port). */
bool port_name_find(const char *text, size_t n, uint16_t *port);

/* Frees the table; the next question reads it again. */
void port_names_free(void);

#endif
