/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/file_version.h"

#include "check_files.h"

static struct complaint why;

static struct file_version version(const char *name)
{
    struct file_version v;

    ck_assert_msg(file_version_read(AT_FDCWD, name, &v, &why), "%s", why.text);
    return v;
}

START_TEST(test_same)
{
    write_file("f", "text", 0600);
    ck_assert_int_eq(link("f", "g"), 0);
    struct file_version f = version("f"), g = version("g");
    ck_assert(f.exists && f.digest.size == 4 && file_version_equal(&f, &g));
    ck_assert(file_version_is_at(AT_FDCWD, "g", &f));
    /* Other bytes, the same file. */
    write_file("f", "texT", 0600);
    g = version("f");
    ck_assert(file_version_same_file(&f, &g) && !file_version_equal(&f, &g));
    ck_assert(file_version_is_at(AT_FDCWD, "g", &f));
    /* The same bytes, another file. */
    write_file("h", "text", 0600);
    g = version("h");
    ck_assert(!file_version_same_file(&f, &g) && !file_version_equal(&f, &g));
    ck_assert(!file_version_is_at(AT_FDCWD, "h", &f));
}
END_TEST

START_TEST(test_none)
{
    struct file_version none = version("none"), f;

    ck_assert(!none.exists && file_version_equal(&none, &none) && !file_version_same_file(&none, &none));
    ck_assert(!file_version_is_at(AT_FDCWD, "none", &none));
    write_file("f", "", 0600);
    f = version("f");
    ck_assert(f.exists && !file_version_equal(&f, &none));
    ck_assert_int_eq(unlink("f"), 0);
    ck_assert(!file_version_is_at(AT_FDCWD, "f", &f));
}
END_TEST

/* Neither followed, nor opened for good, nor hung upon. */
START_TEST(test_no_file)
{
    struct file_version v;

    write_file("f", "text", 0600);
    ck_assert_int_eq(symlink("f", "link"), 0);
    ck_assert_int_eq(mkfifo("fifo", 0600), 0);
    ck_assert_int_eq(mkdir("folder", 0700), 0);
    ck_assert(!file_version_read(AT_FDCWD, "link", &v, &why));
    ck_assert(!file_version_read(AT_FDCWD, "fifo", &v, &why));
    ck_assert_str_eq(why.text, "is no regular file");
    ck_assert(!file_version_read(AT_FDCWD, "folder", &v, &why));
    ck_assert(!file_version_read(AT_FDCWD, "/dev/zero", &v, &why));
    ck_assert(!file_version_of(-1, &v, &why));
}
END_TEST

static Suite *file_version_suite(void)
{
    Suite *s = suite_create("file_version");
    TCase *t = new_case(s, "file_version");

    check_folder_use(t);
    tcase_add_test(t, test_same);
    tcase_add_test(t, test_none);
    tcase_add_test(t, test_no_file);
    return s;
}

int main(void)
{
    return run_suite(file_version_suite());
}
