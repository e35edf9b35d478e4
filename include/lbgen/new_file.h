/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making a new file beside an old one that it will replace: the steps that all ways of replacing share. */
#ifndef LBGEN_NEW_FILE_H
#define LBGEN_NEW_FILE_H

#include <limits.h>
#include <stdbool.h>

#include "lbgen/complaint.h"

/* Splits a path into its folder ("." where it names none; with the closing slash otherwise) and its last
 * name. False, with the reason, where it can't name a file. */
bool new_file_split(const char *path, char folder[PATH_MAX], char name[NAME_MAX + 1], struct complaint *why);

/* Makes the file `name`, for writing, mode 0600. -1 with errno set when it can't be; EEXIST where anything,
 * be it a link, has the name. */
int new_file_open(int folder, const char *name);

/* Gives the new file the owner, mode, access list and security label of the old one. Where `strict` is false,
 * what the process has no right to (EPERM) is left as it is: only root can give a file away, and for others
 * the new owner is the right one. */
bool new_file_inherit(int fd, int old, bool strict, struct complaint *why);

#endif
