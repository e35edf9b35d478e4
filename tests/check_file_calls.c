/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every call of the C library fails, one after the other, where a file is replaced, a lock is taken, a
 * journal is written or read: what was there is there whole, or what was to come is, and what is said is so.
 */
#include "lbgen/file_version.h"
#include "lbgen/journal.h"
#include "lbgen/lock.h"
#include "lbgen/new_file.h"
#include "lbgen/replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "check_files.h"
#include "check_run.h"
#include "faults/calls.h"

static struct complaint why;
static const int errors[] = {EIO, ENOENT, EACCES, EEXIST, EPERM, EBADF, FAULT_SHORT};

static bool is(const char *path, const char *text)
{
    const char *got = read_file(path);

    return got ? text && strcmp(got, text) == 0 : !text;
}

static void clear(void)
{
    check_folder_enter();
    umask(022);
}

/* --- replaced --- */

static bool replace(bool *begun)
{
    struct replacement r;

    *begun = replacement_begin(&r, "f", &why);
    if (!*begun) {
        MUST(r.fd == -1 && r.folder == -1);
        return false;
    }
    if (write(r.fd, "new", 3) == 3)
        return replacement_commit(&r, &why);
    replacement_abandon(&r);
    return false;
}

static bool check_replaced(const char *old, unsigned n, int error, bool ever)
{
    bool begun;

    clear();
    if (old) {
        write_file("f", old, 0640);
        MUST(chown("f", geteuid(), getegid()) == 0);
    }
    why.text[0] = '\0';
    fault_at(NULL, n, error, ever);
    bool replaced = replace(&begun), reached = fault_over();
    if (replaced)
        MUST(is("f", "new"));
    else
        MUST((is("f", old) || (begun && is("f", "new"))) && (begun || why.text[0]));
    MUST(ever || count(".") <= 1 + (replaced ? 0 : 1));
    return reached;
}

START_TEST(test_replaced)
{
    for (int had_old = 0; had_old < 2; had_old++)
        for (int ever = 0; ever < 2; ever++) {
            unsigned n = 1;

            while (check_replaced(had_old ? "old" : NULL, n, errors[_i], ever))
                n++;
            ck_assert_uint_gt(n, 8);
        }
}
END_TEST

/* One that must not be there yet, on file systems that can't rename so, and that have no links either. */
START_TEST(test_fresh)
{
    static const int refusals[] = {EINVAL, ENOSYS, EIO};
    struct replacement r;

    for (int i = 0; i < N_OF(refusals); i++)
        for (int linked = 0; linked < 2; linked++) {
            clear();
            MUST(replacement_begin_fresh(&r, "f", &why) && write(r.fd, "new", 3) == 3);
            fault_at("renameat2", 1, refusals[i], false);
            if (!linked)
                fault_also("linkat", 1, EPERM, false);
            bool made = replacement_commit(&r, &why);
            MUST(fault_over() && made == (linked && refusals[i] != EIO));
            MUST(is("f", made ? "new" : NULL) && count(".") == (made ? 1 : 0));
        }
}
END_TEST

/* And whatever else fails on the way: nothing is left, or the new file whole. */
START_TEST(test_fresh_calls)
{
    bool reached = true;

    for (unsigned n = 1; reached; n++) {
        struct replacement r;

        clear();
        why.text[0] = '\0';
        fault_at(NULL, n, EIO, false);
        bool begun = replacement_begin_fresh(&r, "f", &why);
        bool written = begun && write(r.fd, "new", 3) == 3;
        bool made = written && replacement_commit(&r, &why);
        reached = fault_over();
        if (begun && !written)
            replacement_abandon(&r);
        MUST(made || (begun && !written) || why.text[0]);
        MUST(is("f", NULL) || is("f", "new"));
        MUST(!made || is("f", "new"));
    }
}
END_TEST

/* A file that may be written but not read is replaced all the same, and keeps what it has. */
START_TEST(test_not_to_be_read)
{
    bool begun;

    clear();
    write_file("f", "old", 0640);
    fault_at("openat", 2, EACCES, false);
    bool replaced = replace(&begun);
    ck_assert(fault_over() && replaced);
    check_file("f", "new", 0640);
}
END_TEST

/* --- owner, lists and labels --- */

static int make(const char *name)
{
    write_file(name, "x", 0600);
    return open(name, O_RDWR | O_CLOEXEC);
}

START_TEST(test_inherited)
{
    static const int some[] = {EIO, EPERM, ENODATA, ENOTSUP};

    clear();
    for (int strict = 0; strict < 2; strict++)
        for (int e = 0; e < N_OF(some); e++) {
            bool reached = true;

            for (unsigned n = 1; reached; n++) {
                int old = make("old"), fd = make("new");
                struct stat st;

                MUST(geteuid() != 0 || fchown(old, 1, 2) == 0);
                MUST(fchmod(old, 0644) == 0);
                fsetxattr(old, "security.selinux", "label", 6, 0);
                fault_at(NULL, n, some[e], false);
                why.text[0] = '\0';
                bool good = new_file_inherit(fd, old, strict, &why);
                reached = fault_over();
                MUST(fstat(fd, &st) == 0);
                /* Whatever could not be kept: it is never more open than the old one. */
                MUST(good ? (st.st_mode & 07777) == 0644
                          : (st.st_mode & 07777) == 0600 || (st.st_mode & 07777) == 0644);
                MUST(good || why.text[0]);
                MUST(!good || some[e] != EIO || !reached);
                close(old);
                close(fd);
            }
        }
}
END_TEST

/* --- locks --- */

START_TEST(test_locked)
{
    static const int some[] = {EIO, EINTR, EWOULDBLOCK, ENOENT};

    clear();
    for (int own = 0; own < 2; own++)
        for (int e = 0; e < N_OF(some); e++) {
            bool reached = true;

            for (unsigned n = 1; reached; n++) {
                int fd, again;

                why.text[0] = '\0';
                fault_at(NULL, n, some[e], false);
                enum lock_result result =
                    own ? lock_own("run", 0, &fd, &why) : lock_xtables("x", 0, &fd, &why);
                reached = fault_over();
                MUST((result == LOCK_TAKEN) == (fd >= 0));
                MUST(result != LOCK_FAILED || why.text[0]);
                /* Nothing is held but what was taken. */
                enum lock_result second =
                    own ? lock_own("run", 0, &again, &why) : lock_xtables("x", 0, &again, &why);
                MUST(second == (result == LOCK_TAKEN ? LOCK_BUSY : LOCK_TAKEN));
                lock_release(&fd);
                lock_release(&again);
            }
        }
}
END_TEST

/* One that is busy for a moment is taken when there is time to wait. */
START_TEST(test_waits)
{
    int fd;

    clear();
    fault_at("flock", 1, EWOULDBLOCK, false);
    enum lock_result result = lock_xtables("x", 1000, &fd, &why);
    ck_assert(fault_over());
    ck_assert_int_eq(result, LOCK_TAKEN);
    lock_release(&fd);
}
END_TEST

/* The file that is waited for is replaced meanwhile, by a rename or a mount: the lock is on the one that is
 * there then. */
START_TEST(test_lock_replaced)
{
    struct stat locked, there;
    int ready[2], fd;
    char c;

    NEEDS_RUN();
    write_file("/run/x", "", 0600);
    write_file("/run/y", "", 0600);
    write_file("/var/lib/y", "", 0600);
    MUST(pipe(ready) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        int held = open("/run/x", O_RDONLY | O_CLOEXEC);
        MUST(flock(held, LOCK_EX) == 0 && write(ready[1], "x", 1) == 1);
        usleep(50 * 1000);
        MUST(_i ? mount("/var/lib/y", "/run/x", "none", MS_BIND, "") == 0 : rename("/run/y", "/run/x") == 0);
        _exit(0);
    }
    MUST(read(ready[0], &c, 1) == 1);
    ck_assert_int_eq(lock_xtables("/run/x", 10000, &fd, &why), LOCK_TAKEN);
    MUST(waitpid(pid, NULL, 0) == pid);
    MUST(fstat(fd, &locked) == 0 && stat("/run/x", &there) == 0);
    ck_assert(locked.st_ino == there.st_ino && locked.st_dev == there.st_dev);
    lock_release(&fd);
    close(ready[0]);
    close(ready[1]);
}
END_TEST

/* Another file is there under the name: by a mount, or none at all. */
START_TEST(test_version)
{
    struct file_version version;

    NEEDS_RUN();
    write_file("/run/x", "", 0600);
    write_file("/var/lib/x", "", 0600);
    int folder = open("/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = open("/run/x", O_RDONLY | O_CLOEXEC);
    ck_assert(file_version_of(fd, &version, &why));
    ck_assert(file_version_is_at(folder, "x", &version));
    ck_assert(!file_version_is_at(folder, "y", &version));
    ck_assert_int_eq(mount("/var/lib/x", "/run/x", "none", MS_BIND, ""), 0);
    ck_assert(!file_version_is_at(folder, "x", &version));
    version.exists = false;
    ck_assert(!file_version_is_at(folder, "x", &version));
    close(fd);
    close(folder);
}
END_TEST

/* --- the journal --- */

static void make_run(void)
{
    run_make();
    if (!run_missing)
        MUST(mkdir("/run/lbgen", 0700) == 0);
}

static struct plan plan_of(size_t n_files)
{
    struct plan plan = {.backend = &live_nft, .n_files = n_files};

    strcpy(plan.files[0].folder_path, "/etc");
    strcpy(plan.files[0].name, "x");
    return plan;
}

/* Written: the old or the new one is there, never a piece of one. */
START_TEST(test_journal_written)
{
    NEEDS_RUN();
    bool reached = true;

    for (unsigned n = 1; reached; n++) {
        struct plan old = plan_of(0), new = plan_of(1), found;

        MUST(journal_write(&old, &why));
        fault_at(NULL, n, errors[_i], false);
        bool written = journal_write(&new, &why);
        reached = fault_over();
        MUST(journal_read(&found, &why) == JOURNAL_FOUND);
        MUST(found.n_files == 1 || !written);
        MUST(found.n_files <= 1);
        plan_free(&found);
    }
}
END_TEST

/* The first of two failures is the one that is told. */
START_TEST(test_journal_closed)
{
    NEEDS_RUN();
    struct plan plan = plan_of(1);

    fault_at("write", 1, ENOSPC, true);
    fault_also("close", 1, EIO, true);
    bool written = journal_write(&plan, &why);
    ck_assert(fault_over() && !written);
    ck_assert_ptr_nonnull(strstr(why.text, strerror(ENOSPC)));
}
END_TEST

/* Read: what can't be read is never taken for none. */
START_TEST(test_journal_read)
{
    static const int some[] = {EIO, EACCES, EINTR, FAULT_SHORT};
    NEEDS_RUN();
    struct plan plan = plan_of(1), found;

    MUST(journal_write(&plan, &why));
    for (int e = 0; e < N_OF(some); e++) {
        bool reached = true;

        for (unsigned n = 1; reached; n++) {
            why.text[0] = '\0';
            fault_at(NULL, n, some[e], false);
            enum journal_found result = journal_read(&found, &why);
            reached = fault_over();
            MUST(result == JOURNAL_FOUND || result == JOURNAL_UNREADABLE || result == JOURNAL_ELSEWHERE);
            MUST(result != JOURNAL_UNREADABLE || why.text[0]);
            if (result == JOURNAL_FOUND)
                plan_free(&found);
        }
    }
}
END_TEST

static Suite *file_calls_suite(void)
{
    Suite *s = suite_create("file_calls");
    TCase *files = new_case(s, "files"), *journal = new_case(s, "journal");

    check_folder_use(files);
    tcase_add_loop_test(files, test_replaced, 0, N_OF(errors));
    tcase_add_test(files, test_fresh);
    tcase_add_test(files, test_fresh_calls);
    tcase_add_test(files, test_not_to_be_read);
    tcase_add_test(files, test_inherited);
    tcase_add_test(files, test_locked);
    tcase_add_test(files, test_waits);
    tcase_add_checked_fixture(journal, make_run, NULL);
    tcase_add_loop_test(journal, test_journal_written, 0, N_OF(errors));
    tcase_add_test(journal, test_journal_closed);
    tcase_add_test(journal, test_journal_read);
    tcase_add_loop_test(journal, test_lock_replaced, 0, 2);
    tcase_add_test(journal, test_version);
    return s;
}

int main(void)
{
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    return run_suite(file_calls_suite());
}
