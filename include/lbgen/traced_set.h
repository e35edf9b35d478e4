/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule set that a packet is to be walked through: what the input asks for, or an iptables-save file. What
 * is printed is what is walked: the text is read back. */
#ifndef LBGEN_TRACED_SET_H
#define LBGEN_TRACED_SET_H

#include "lbgen/image.h"
#include "lbgen/input.h"
#include "lbgen/rule_set.h"
#include "lbgen/save_file.h"

/* Zero-initialise; traced_set_free when done. */
struct traced_set {
    struct buf text;
    struct save_file file;
    struct rule_set rules;
    bool made;
    struct image wanted; /* where names were asked for: they are its */
};

/* Rules that no packet to one of these addresses can match are left out, as far as that is cheap to see.
 * Sorted; of one family. */
struct destinations {
    struct address *at;
    size_t n, cap;
};

/* only: may be NULL. The input must be good. */
void traced_set_of_input(struct traced_set *set, const struct input *input, enum family family,
                         const struct destinations *only);

/* Reads the file into input->sources, for packets of the family; false when it is not readable, no
 * iptables-save file, or the other family's, which is a finding then. */
bool traced_set_of_file(struct traced_set *set, struct input *input, const char *path, enum family family);

/* Gives rules without a tag in lbgen's own chains, which carry no comment in the kernel, the names of the
 * services that the input makes such rules for. The input must be good. */
void traced_set_name_services(struct traced_set *set, const struct input *input, enum family family);

/* Of set->file, which was read by somebody else. */
void traced_set_of_read_file(struct traced_set *set);

void traced_set_free(struct traced_set *set);

#endif
