/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers for things by their bytes: equal bytes, equal number. */
#ifndef LBGEN_KEY_TABLE_H
#define LBGEN_KEY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lbgen/arena.h"

/* Zero-initialise; key_table_free when done. */
struct key_table {
    struct key_entry {
        const void *bytes;
        size_t len;
        uint64_t hash;
    } * at;
    size_t n, cap;
    uint32_t *slots;
    size_t n_slots;
    struct arena mem;
};

/* The number of these bytes, from 0 in the order in which they come first; they are copied. */
uint32_t key_table_enter(struct key_table *table, const void *bytes, size_t len);

/* Enters the bytes. Whether they were not there before. */
bool key_table_add(struct key_table *table, const void *bytes, size_t len);

#define NO_KEY UINT32_MAX

/* Their number, or NO_KEY. */
uint32_t key_table_find(const struct key_table *table, const void *bytes, size_t len);

bool key_table_has(const struct key_table *table, const void *bytes, size_t len);

/* The bytes again; valid as long as the table. */
static inline const void *key_table_bytes(const struct key_table *table, uint32_t number)
{
    return table->at[number].bytes;
}

void key_table_free(struct key_table *table);

#endif
