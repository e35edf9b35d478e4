/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that a command has started and that outlive it: they go on changing the tables. */
#ifndef LBGEN_GUARD_ORPHANS_H
#define LBGEN_GUARD_ORPHANS_H

#include <stdbool.h>
#include <sys/types.h>

/* The inode of a socket, by which /proc tells who has it open; 0 where that can't be known. */
ino_t guard_socket_inode(int fd);

/* Ends, with SIGKILL, whoever has that socket open. False when nobody was found. */
bool guard_end_orphans(ino_t socket);

#endif
