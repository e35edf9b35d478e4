/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the guard is talked to: fixed messages over a stream socket, the plan as length and bytes, a descriptor
 * beside its first byte. */
#ifndef LBGEN_GUARD_TALK_H
#define LBGEN_GUARD_TALK_H

#include "lbgen/guard.h"

enum { GUARD_ASK = 's' /* over the socket in /run/lbgen: is anything pending? */ };

struct guard_request {
    int order; /* enum guard_order, GUARD_ASK, GUARD_PLAN (as many bytes follow as `number` says), or
                  GUARD_END */
    uint32_t number;
};

struct guard_reply {
    int word; /* enum guard_word */
    uint32_t seconds;
    char text[256];
};

enum { GUARD_PLAN = 'p', GUARD_END = 'k' };

/* How it ends, should nobody hear what it says. */
enum { GUARD_EXIT_DONE = 0, GUARD_EXIT_BROKEN = 1, GUARD_EXIT_UNDONE = 3, GUARD_EXIT_UNDO_FAILED = 4 };

/* All of it, or false: the other side is gone, and errno is 0; or it can't be done, and errno says why. */
bool guard_send(int fd, const void *data, size_t len);
bool guard_receive(int fd, void *data, size_t len);

/* A request with a descriptor beside it. */
bool guard_send_with_fd(int fd, const struct guard_request *request, int passed);
bool guard_receive_with_fd(int fd, struct guard_request *request, int *passed);

/* The process: never returns. command: whose child it is; line: the inode of that one's end of the socket. */
void guard_process(int fd, pid_t command, ino_t line) __attribute__((noreturn));

#endif
