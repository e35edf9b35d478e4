/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of a file that is replaced by persist.h. */
#ifndef LBGEN_PERSIST_FOLDER_H
#define LBGEN_PERSIST_FOLDER_H

#include <stdbool.h>

#include "lbgen/persist.h"

/* Makes the folder of `path` where it is missing (its last component, 0755), opens it and fills in what `p`
 * knows of it, and the file's name. Refused where others than root and the caller may write there. False,
 * with the reason, leaves nothing behind. */
bool persist_folder_open(struct persist_file *p, const char *path, struct complaint *why);

/* Opens it again, in another process. False with errno set. */
bool persist_folder_reopen(struct persist_file *p);

/* Whether only root and the caller may write in the open folder. */
bool persist_folder_is_safe(int fd, struct complaint *why);

/* Removes the folder if persist_folder_open has made it and nothing is in it, and closes it. */
void persist_folder_drop(struct persist_file *p);

#endif
