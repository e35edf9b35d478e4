/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/replace_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_files.h"

static void make_sub(void)
{
    umask(0);
    ck_assert_int_eq(mkdir("sub", 0755), 0);
}

static void begin_and_write(struct replacement *r, const char *path, const char *text)
{
    struct complaint why = {.text = ""};

    ck_assert_msg(replacement_begin(r, path, &why), "%s: %s", path, why.text);
    ck_assert_int_eq((int)write(r->fd, text, strlen(text)), (int)strlen(text));
}

static void replace(const char *path, const char *text)
{
    struct replacement r;
    struct complaint why = {.text = ""};

    begin_and_write(&r, path, text);
    ck_assert_msg(replacement_commit(&r, &why), "%s: %s", path, why.text);
}

START_TEST(test_new_file)
{
    replace("sub/new", "text\n");
    check_file("sub/new", "text\n", 0600);
    replace("here", "x");
    check_file("here", "x", 0600);
    char path[4200];
    snprintf(path, sizeof path, "%s/sub/absolute", check_folder);
    replace(path, "y");
    check_file("sub/absolute", "y", 0600);
    ck_assert_int_eq(count("sub"), 2);
}
END_TEST

/* Mode and owner of an existing file stay. */
START_TEST(test_mode)
{
    static const mode_t modes[] = {0600, 0644, 0400, 0640, 0755, 0666};
    struct stat st;

    write_file("sub/old", "old", modes[_i]);
    bool given = geteuid() == 0 && chown("sub/old", 1, 2) == 0 && chmod("sub/old", modes[_i]) == 0;
    replace("sub/old", "new");
    check_file("sub/old", "new", modes[_i]);
    ck_assert_int_eq(stat("sub/old", &st), 0);
    ck_assert(!given || (st.st_uid == 1 && st.st_gid == 2));
    ck_assert_int_eq(count("sub"), 1);
}
END_TEST

/* Until the commit the old text is there whole; given up, it stays and nothing is left behind. */
START_TEST(test_abandon)
{
    struct replacement r;

    write_file("sub/old", "old", 0644);
    begin_and_write(&r, "sub/old", "new");
    check_file("sub/old", "old", 0644);
    replacement_abandon(&r);
    check_file("sub/old", "old", 0644);
    ck_assert_int_eq(count("sub"), 1);
    begin_and_write(&r, "sub/never", "new");
    replacement_abandon(&r);
    ck_assert_int_eq(count("sub"), 1);
}
END_TEST

/* A reader that has the old file open goes on reading it. */
START_TEST(test_atomic)
{
    char got[10] = "";

    write_file("sub/old", "old", 0644);
    int fd = open("sub/old", O_RDONLY | O_CLOEXEC);
    replace("sub/old", "new text");
    ck_assert_int_eq((int)read(fd, got, sizeof got), 3);
    ck_assert_str_eq(got, "old");
    close(fd);
    check_file("sub/old", "new text", 0644);
}
END_TEST

/* A link stays a link, its target is replaced where it lies. */
START_TEST(test_link)
{
    struct stat st;

    write_file("sub/real", "old", 0640);
    ck_assert_int_eq(symlink("sub/real", "link"), 0);
    ck_assert_int_eq(symlink("link", "link2"), 0);
    replace("link2", "new");
    check_file("sub/real", "new", 0640);
    ck_assert(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
    ck_assert(lstat("link2", &st) == 0 && S_ISLNK(st.st_mode));
    ck_assert_int_eq(count("."), 3);
}
END_TEST

/* A link to nowhere: its target is made, or it is refused; but it stays a link. */
START_TEST(test_dangling_link)
{
    struct replacement r;
    struct complaint why;
    struct stat st;

    ck_assert_int_eq(symlink("sub/missing", "link"), 0);
    if (replacement_begin(&r, "link", &why)) {
        ck_assert_int_eq((int)write(r.fd, "new", 3), 3);
        ck_assert(replacement_commit(&r, &why));
        ck_assert(lstat("link", &st) == 0);
        ck_assert_msg(S_ISLNK(st.st_mode), "the link has become a file");
        check_file("sub/missing", "new", 0600);
    }
    ck_assert(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
}
END_TEST

/* Such as /dev/stdout in front of a pipe: a link of /proc that can be opened, and whose target has no path.
 */
START_TEST(test_pipe)
{
    struct replacement r;
    struct complaint why = {.text = ""};
    char path[64];
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fds[1]);
    ck_assert_int_eq(symlink(path, "link"), 0);
    ck_assert(!replacement_begin(&r, path, &why));
    ck_assert_str_eq(why.text, "is no regular file and is not replaced");
    ck_assert(!replacement_begin(&r, "link", &why));
    ck_assert_str_eq(why.text, "is no regular file and is not replaced");
    ck_assert_int_eq(unlink("link"), 0);
    ck_assert_int_eq(symlink("missing", "link"), 0);
    ck_assert(!replacement_begin(&r, "link", &why));
    ck_assert_str_eq(why.text, "is a symbolic link that leads nowhere");
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(test_refused)
{
    static const char *const bad[] = {
        "sub",  "sub/",      ".",    "",          "/", "missing/file", "sub/missing/file",
        "fifo", "/dev/null", "loop", "sub/file/x"};
    struct replacement r;
    struct complaint why = {.text = ""};
    struct stat st;

    write_file("sub/file", "x", 0600);
    ck_assert_int_eq(mkfifo("fifo", 0600), 0);
    ck_assert_int_eq(symlink("loop", "loop"), 0);
    ck_assert_msg(!replacement_begin(&r, bad[_i], &why), "%s", bad[_i]);
    ck_assert_str_ne(why.text, "");
    ck_assert_int_eq(count("sub"), 1);
    ck_assert_int_eq(count("."), 3);
    ck_assert(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
}
END_TEST

/* What is left of somebody who was killed does not stand in the way, and long names do. */
START_TEST(test_names)
{
    char name[300];
    struct complaint why;
    struct replacement r, other;

    begin_and_write(&r, "sub/old", "first");
    begin_and_write(&other, "sub/old", "second"); /* two at a time */
    ck_assert(replacement_commit(&r, &why));
    check_file("sub/old", "first", 0600);
    ck_assert(replacement_commit(&other, &why));
    check_file("sub/old", "second", 0600);
    ck_assert_int_eq(count("sub"), 1);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    ck_assert(!replacement_begin(&r, name, &why));
    name[230] = '\0';
    replace(name, "long");
    check_file(name, "long", 0600);
}
END_TEST

/* A folder that goes away in between: told, nothing left. */
START_TEST(test_lost_folder)
{
    struct replacement r;
    struct complaint why;

    ck_assert_int_eq(mkdir("gone", 0700), 0);
    begin_and_write(&r, "gone/file", "x");
    ck_assert_int_eq(unlinkat(r.folder, r.temporary, 0), 0);
    ck_assert_int_eq(rmdir("gone"), 0);
    ck_assert(!replacement_commit(&r, &why));
    ck_assert_int_eq(count("."), 1);
}
END_TEST

START_TEST(test_fresh)
{
    struct replacement r;
    struct complaint why = {.text = ""};

    ck_assert_msg(replacement_begin_fresh(&r, "sub/new", &why), "%s", why.text);
    ck_assert_int_eq((int)write(r.fd, "text", 4), 4);
    ck_assert(!read_file("sub/new"));
    ck_assert_msg(replacement_commit(&r, &why), "%s", why.text);
    check_file("sub/new", "text", 0600);
    ck_assert_int_eq(count("sub"), 1);
}
END_TEST

/* Whatever has the name stays, be it empty, a link to nowhere or a folder. */
START_TEST(test_fresh_refused)
{
    static const char *const bad[] = {"old", "empty", "link", "sub", ".", "", "missing/file"};
    struct replacement r;
    struct complaint why = {.text = ""};
    struct stat st;

    write_file("old", "old", 0644);
    write_file("empty", "", 0644);
    ck_assert_int_eq(symlink("nowhere", "link"), 0);
    ck_assert_msg(!replacement_begin_fresh(&r, bad[_i], &why), "%s", bad[_i]);
    ck_assert_str_ne(why.text, "");
    check_file("old", "old", 0644);
    check_file("empty", "", 0644);
    ck_assert(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
    ck_assert_int_eq(count("."), 4);
}
END_TEST

/* Somebody else takes the name while the text is written. */
START_TEST(test_fresh_race)
{
    struct replacement r;
    struct complaint why = {.text = ""};

    ck_assert(replacement_begin_fresh(&r, "sub/new", &why));
    ck_assert_int_eq((int)write(r.fd, "text", 4), 4);
    write_file("sub/new", "theirs", 0644);
    ck_assert(!replacement_commit(&r, &why));
    ck_assert_ptr_nonnull(strstr(why.text, "there already"));
    check_file("sub/new", "theirs", 0644);
    ck_assert_int_eq(count("sub"), 1);
}
END_TEST

static Suite *replace_file_suite(void)
{
    Suite *s = suite_create("replace_file");
    TCase *t = new_case(s, "replace_file");

    check_folder_use(t);
    tcase_add_checked_fixture(t, make_sub, NULL);
    tcase_add_test(t, test_new_file);
    tcase_add_loop_test(t, test_mode, 0, 6);
    tcase_add_test(t, test_fresh);
    tcase_add_loop_test(t, test_fresh_refused, 0, 7);
    tcase_add_test(t, test_fresh_race);
    tcase_add_test(t, test_abandon);
    tcase_add_test(t, test_atomic);
    tcase_add_test(t, test_link);
    tcase_add_test(t, test_dangling_link);
    tcase_add_test(t, test_pipe);
    tcase_add_loop_test(t, test_refused, 0, 11);
    tcase_add_test(t, test_names);
    tcase_add_test(t, test_lost_folder);
    return s;
}

int main(void)
{
    return run_suite(replace_file_suite());
}
