/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is refused, and folders that are made, are tested by check_persist_faults and check_persist. */
#include "lbgen/persist_folder.h"

#include <stdio.h>

#include "check_files.h"

static struct complaint why;
static struct persist_file p;

static void check_open(const char *path, const char *folder, const char *name)
{
    char wanted[5000];

    ck_assert_msg(persist_folder_open(&p, path, &why), "%s: %s", path, why.text);
    snprintf(wanted, sizeof wanted, "%s%s", check_folder, folder);
    ck_assert_str_eq(p.folder_path, wanted);
    ck_assert_str_eq(p.name, name);
    ck_assert_int_ge(p.folder, 0);
    persist_close(&p);
}

/* Absolute and without links, however it is written. */
START_TEST(test_paths)
{
    char path[5000];

    ck_assert_int_eq(mkdir("sub", 0755), 0);
    ck_assert_int_eq(symlink("sub", "link"), 0);
    check_open("f", "", "f");
    check_open("./f", "", "f");
    check_open("sub/f", "/sub", "f");
    check_open("sub//f", "/sub", "f");
    check_open("sub/../sub/./f", "/sub", "f");
    check_open("link/f", "/sub", "f");
    snprintf(path, sizeof path, "%s/f", check_folder);
    check_open(path, "", "f");
}
END_TEST

START_TEST(test_made)
{
    ck_assert(persist_folder_open(&p, "made/f", &why));
    ck_assert(p.made_folder);
    persist_close(&p);
    ck_assert(persist_folder_reopen(&p));
    ck_assert(persist_folder_reopen(&p)); /* it is open */
    write_file("made/f", "x", 0600);
    persist_folder_drop(&p);
    ck_assert_int_eq(access("made", F_OK), 0);
    ck_assert_int_eq(unlink("made/f"), 0);
    ck_assert(persist_folder_reopen(&p));
    persist_folder_drop(&p);
    ck_assert_int_eq(access("made", F_OK), -1);
    ck_assert(!persist_folder_reopen(&p));
    /* One that was there before stays. */
    ck_assert_int_eq(mkdir("made", 0755), 0);
    ck_assert(persist_folder_open(&p, "made/f", &why));
    persist_folder_drop(&p);
    ck_assert_int_eq(access("made", F_OK), 0);
}
END_TEST

/* A folder that only its owner and root may write to: fine, whatever others may read. */
START_TEST(test_safe)
{
    static const mode_t good[] = {0700, 0755, 0711, 01755, 02755}, bad[] = {0770, 0702, 01777, 02775};

    ck_assert_int_eq(mkdir("sub", 0755), 0);
    for (int i = 0; i < N_OF(good); i++) {
        ck_assert_int_eq(chmod("sub", good[i]), 0);
        ck_assert_msg(persist_folder_open(&p, "sub/f", &why), "%o: %s", good[i], why.text);
        persist_close(&p);
    }
    for (int i = 0; i < N_OF(bad); i++) {
        ck_assert_int_eq(chmod("sub", bad[i]), 0);
        ck_assert_msg(!persist_folder_open(&p, "sub/f", &why), "%o", bad[i]);
    }
    ck_assert(!persist_folder_is_safe(-1, &why));
}
END_TEST

static Suite *persist_folder_suite(void)
{
    Suite *s = suite_create("persist_folder");
    TCase *t = new_case(s, "persist_folder");

    check_folder_use(t);
    tcase_add_test(t, test_paths);
    tcase_add_test(t, test_made);
    tcase_add_test(t, test_safe);
    return s;
}

int main(void)
{
    return run_suite(persist_folder_suite());
}
