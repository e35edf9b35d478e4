/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check_folder.h"

START_TEST(test_split)
{
    static const struct {
        const char *path, *folder, *name;
    } good[] = {
        {"a", ".", "a"},     {"/a", "/", "a"},     {"./a", "./", "a"},
        {"b/a", "b/", "a"},  {"b//a", "b//", "a"}, {"/etc/sysconfig/iptables", "/etc/sysconfig/", "iptables"},
        {"...", ".", "..."}, {"-", ".", "-"},
    };
    static const char *const bad[] = {"", "/", "a/", ".", "..", "a/.", "a/..", "/.."};
    char folder[PATH_MAX], name[NAME_MAX + 1], path[2 * PATH_MAX];
    struct complaint why;

    for (int i = 0; i < N_OF(good); i++) {
        ck_assert(new_file_split(good[i].path, folder, name, &why));
        ck_assert_str_eq(folder, good[i].folder);
        ck_assert_str_eq(name, good[i].name);
    }
    for (int i = 0; i < N_OF(bad); i++)
        ck_assert_msg(!new_file_split(bad[i], folder, name, &why), "'%s'", bad[i]);

    memset(path, 'n', sizeof path);
    path[NAME_MAX] = '\0';
    ck_assert(new_file_split(path, folder, name, &why));
    path[NAME_MAX] = 'n', path[NAME_MAX + 1] = '\0';
    ck_assert(!new_file_split(path, folder, name, &why));
    path[NAME_MAX + 1] = 'n', path[PATH_MAX - 2] = '/', path[PATH_MAX] = '\0';
    ck_assert(new_file_split(path, folder, name, &why));
    path[PATH_MAX - 2] = 'n', path[PATH_MAX - 1] = '/', path[PATH_MAX] = 'n', path[PATH_MAX + 1] = '\0';
    ck_assert(!new_file_split(path, folder, name, &why));
}
END_TEST

static int make(const char *name, mode_t mode)
{
    int fd = new_file_open(AT_FDCWD, name);

    MUST(fd >= 0 && fchmod(fd, mode) == 0);
    return fd;
}

/* Nothing that has the name already is opened, or followed. */
START_TEST(test_open)
{
    struct stat st;

    umask(0);
    int fd = new_file_open(AT_FDCWD, "new");
    ck_assert(fd >= 0 && fstat(fd, &st) == 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    close(fd);
    ck_assert_int_eq(symlink("nowhere", "link"), 0);
    ck_assert(new_file_open(AT_FDCWD, "new") < 0 && errno == EEXIST);
    ck_assert(new_file_open(AT_FDCWD, "link") < 0 && errno == EEXIST);
    ck_assert(access("nowhere", F_OK) != 0);
}
END_TEST

START_TEST(test_mode_and_owner)
{
    static const mode_t modes[] = {0600, 0644, 0640, 0400, 0755, 0000, 04711};
    int old = make("old", 0600), fd = make("new", 0600);
    bool root = geteuid() == 0 && fchown(old, 1, 2) == 0;
    struct complaint why;
    struct stat st;

    for (int i = 0; i < N_OF(modes); i++) {
        ck_assert_int_eq(fchmod(old, modes[i]), 0);
        ck_assert(new_file_inherit(fd, old, true, &why));
        ck_assert(fstat(fd, &st) == 0);
        ck_assert_uint_eq(st.st_mode & 07777, modes[i]);
        ck_assert(!root || (st.st_uid == 1 && st.st_gid == 2));
    }
    close(old);
    close(fd);
}
END_TEST

/* What belongs to somebody else stays his, or is refused. */
START_TEST(test_not_ours_to_give)
{
    struct complaint why = {.text = ""};

    if (geteuid() != 0)
        return;
    int old = make("old", 0644), fd = make("new", 0600);
    ck_assert_int_eq(fchown(old, 1, 1), 0);
    ck_assert_int_eq(fchown(fd, 65534, 65534), 0);
    ck_assert_int_eq(seteuid(65534), 0);
    bool lenient = new_file_inherit(fd, old, false, &why);
    bool strict = new_file_inherit(fd, old, true, &why);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert(lenient && !strict);
    ck_assert_ptr_nonnull(strstr(why.text, "its owner can't be kept: "));
    close(old);
    close(fd);
}
END_TEST

/* user::rw-, user 1:rwx, group::---, mask rwx, other::--- */
static const unsigned char access_list[] = {2, 0, 0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 2,   0,  7,
                                            0, 1, 0,   0,   0,   4,   0,  0, 0,   255, 255, 255, 255, 16, 0,
                                            7, 0, 255, 255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255};
static const char access_name[] = "system.posix_acl_access";

/* The file system may know no lists, or no labels; then there is nothing to keep. */
START_TEST(test_attributes)
{
    int old = make("old", 0600), fd = make("new", 0600);
    struct complaint why;
    char got[100] = "";

    bool listed = fsetxattr(old, access_name, access_list, sizeof access_list, 0) == 0;
    bool labelled = fsetxattr(old, "security.selinux", "system_u:object_r:etc_t:s0", 27, 0) == 0;
    ck_assert(new_file_inherit(fd, old, true, &why));
    if (listed) {
        ck_assert_int_eq((int)fgetxattr(fd, access_name, got, sizeof got), (int)sizeof access_list);
        ck_assert_mem_eq(got, access_list, sizeof access_list);
    }
    if (labelled) {
        ck_assert_int_eq((int)fgetxattr(fd, "security.selinux", got, sizeof got), 27);
        ck_assert_str_eq(got, "system_u:object_r:etc_t:s0");
    }
    /* Through a descriptor that can't read, and back to none. */
    int plain = make("plain", 0640), blind = open("plain", O_PATH | O_CLOEXEC);
    ck_assert(new_file_inherit(fd, blind, true, &why));
    ck_assert(fgetxattr(fd, access_name, got, sizeof got) < 0);
    close(blind);
    blind = open("old", O_PATH | O_CLOEXEC);
    ck_assert(new_file_inherit(fd, blind, true, &why));
    ck_assert(!listed || fgetxattr(fd, access_name, got, sizeof got) == (ssize_t)sizeof access_list);
    close(blind);
    close(plain);
    close(old);
    close(fd);
}
END_TEST

static Suite *new_file_suite(void)
{
    Suite *s = suite_create("new_file");
    TCase *t = new_case(s, "new_file");

    check_folder_use(t);
    tcase_add_test(t, test_split);
    tcase_add_test(t, test_open);
    tcase_add_test(t, test_mode_and_owner);
    tcase_add_test(t, test_not_ours_to_give);
    tcase_add_test(t, test_attributes);
    return s;
}

int main(void)
{
    return run_suite(new_file_suite());
}
