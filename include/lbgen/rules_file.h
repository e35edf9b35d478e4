/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of rules in iptables-save's form that the user names: what is wrong with it is a finding, in its
 * place. */
#ifndef LBGEN_RULES_FILE_H
#define LBGEN_RULES_FILE_H

#include "lbgen/input.h"
#include "lbgen/save_file.h"

/* Reads input->sources.at[source]; save_file_free(out) in any case. */
bool rules_file_read(struct input *input, int source, struct save_file *out);

/* The same, and the rules must not be the other family's, as far as their addresses tell: such a file can't
 * be meant. what: for the finding, "the packet is", "those that go in are"; the family follows. */
bool rules_file_read_of(struct input *input, int source, enum family family, const char *what,
                        struct save_file *out);

#endif
