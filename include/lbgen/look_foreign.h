/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Warnings about rules that are not lbgen's: in the tables at hand, and in other firewalls beside them. */
#ifndef LBGEN_LOOK_FOREIGN_H
#define LBGEN_LOOK_FOREIGN_H

#include "lbgen/job.h"

/* Foreign rules that equal a wanted one but for its tag. */
void look_for_doubles(struct job *job);

/* Foreign rules in front of lbgen's that can end the walk of a service's packet. */
void look_in_front(struct job *job);

/* Other base chains on input that can drop what lbgen accepts: native nft tables, the other variant of
 * iptables. */
void look_at_neighbours(struct job *job);

#endif
