/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An empty folder for each test, which is the present one, and gone in the end whatever becomes of the tests.
 */
#ifndef CHECK_FOLDER_H
#define CHECK_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "check_util.h"

static char check_folder[4096];

static inline int check_folder_drop(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)st;
    (void)kind;
    return place->level > 0 ? remove(path) : 0;
}

/* Before all tests, in the process that outlives them. */
static inline void check_folder_make(void)
{
    const char *parent = getenv("TMPDIR");

    snprintf(check_folder, sizeof check_folder, "%s/lbgen-check.XXXXXX", parent && *parent ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(check_folder));
}

/* Before each test: what the one before has left goes away. */
static inline void check_folder_enter(void)
{
    ck_assert_int_eq(chdir(check_folder), 0);
    ck_assert_int_eq(nftw(check_folder, check_folder_drop, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* After all tests. */
static inline void check_folder_remove(void)
{
    nftw(check_folder, check_folder_drop, 8, FTW_DEPTH | FTW_PHYS);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(check_folder), 0);
}

static inline void check_folder_use(TCase *tcase)
{
    tcase_add_unchecked_fixture(tcase, check_folder_make, check_folder_remove);
    tcase_add_checked_fixture(tcase, check_folder_enter, NULL);
}

#endif
