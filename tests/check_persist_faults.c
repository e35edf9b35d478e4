/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is refused, what fails, and who is killed in the middle. */
#include "lbgen/persist.h"
#include "lbgen/persist_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_files.h"

static struct complaint why;
static struct persist_file p;

static void make_sub(void)
{
    umask(022);
    MUST(mkdir("sub", 0755) == 0);
}

/* Root may do everything: so it is somebody else. */
static void be_nobody(void)
{
    if (geteuid() != 0)
        return;
    MUST(chmod(".", 0711) == 0 && chown("sub", 65534, 65534) == 0);
    if (access("sub/f", F_OK) == 0)
        MUST(chown("sub/f", 65534, 65534) == 0);
    MUST(setegid(65534) == 0 && seteuid(65534) == 0);
}

static void be_myself(void)
{
    MUST(seteuid(getuid()) == 0 && setegid(getgid()) == 0);
}

static bool prepare(const char *path, const char *text)
{
    why.text[0] = '\0';
    return persist_prepare(&p, path, text, strlen(text), true, &why);
}

static void check_refused(const char *path, const char *reason)
{
    ck_assert_msg(!prepare(path, "new"), "%s", path);
    ck_assert_str_eq(why.text, reason);
    ck_assert_int_eq(p.folder, -1);
}

START_TEST(test_names)
{
    char name[300];

    check_refused("", "is no name for a file");
    check_refused("sub/", "is no name for a file");
    check_refused("sub/..", "is no name for a file");
    memset(name, 'n', sizeof name);
    name[244] = '\0';
    check_refused(name, "has too long a name: at most 243 bytes");
    ck_assert_int_eq(count("."), 1);
    name[243] = '\0';
    write_file(name, "old", 0600);
    ck_assert(prepare(name, "new"));
    ck_assert_int_eq(persist_finish(&p, &why), PERSIST_DONE);
    persist_close(&p);
    check_file(name, "new", 0600);
    ck_assert_int_eq(count("."), 3);
}
END_TEST

START_TEST(test_kinds)
{
    write_file("sub/f", "old", 0600);
    ck_assert_int_eq(symlink("f", "sub/link"), 0);
    check_refused("sub/link", "is a symbolic link and is not replaced; name the file that it leads to");
    ck_assert_int_eq(symlink("nowhere", "sub/dangling"), 0);
    check_refused("sub/dangling", "is a symbolic link and is not replaced; name the file that it leads to");
    ck_assert_int_eq(mkfifo("sub/fifo", 0600), 0);
    check_refused("sub/fifo", "is no regular file and is not replaced");
    ck_assert_int_eq(mkdir("sub/folder", 0700), 0);
    check_refused("sub/folder", "is no regular file and is not replaced");
    ck_assert_int_eq(count("sub"), 5);
    ck_assert_int_eq(link("sub/f", "sub/second"), 0);
    check_refused("sub/f", "has 2 names (hard links) and is not replaced");
    ck_assert_int_eq(link("sub/f", "sub/f.lbgen-old"), 0);
    check_refused("sub/f", "has 2 names (hard links) and is not replaced");
    ck_assert_int_eq(unlink("sub/second"), 0);
    ck_assert(prepare("sub/f", "new"));
    persist_abandon(&p);
    ck_assert_int_eq(mkdir("sub/f.lbgen-old", 0700), 0);
    check_refused("sub/f", "can't be kept: f.lbgen-old beside it is no regular file");
    check_file("sub/f", "old", 0600);
    ck_assert_int_eq(count("sub"), 6);
}
END_TEST

START_TEST(test_folders)
{
    static const mode_t open_to_others[] = {0775, 0757, 0777, 01777};

    write_file("sub/f", "old", 0600);
    for (int i = 0; i < N_OF(open_to_others); i++) {
        ck_assert_int_eq(chmod("sub", open_to_others[i]), 0);
        ck_assert(!prepare("sub/f", "new"));
        ck_assert_ptr_nonnull(strstr(why.text, "its folder may be written to by others (mode "));
    }
    ck_assert_int_eq(chmod("sub", 0755), 0);
    check_refused("sub/f/g", "its folder can't be opened: Not a directory");
    check_refused("sub/none/g/h", "its folder can't be made: No such file or directory");
    ck_assert_int_eq(symlink("nowhere", "link"), 0);
    check_refused("link/f", "its folder can't be made: File exists");
    if (geteuid() == 0) {
        ck_assert_int_eq(chown("sub", 1, 1), 0);
        check_refused("sub/f", "its folder belongs to somebody else, who may change what lies there: "
                               "chown it to root");
        ck_assert_int_eq(chown("sub", 0, 0), 0);
    }
    ck_assert_int_eq(count("sub"), 1);
}
END_TEST

static bool set_flags(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool set = ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;

    close(fd);
    return set;
}

/* Where the file system knows such flags, and we may set them. */
START_TEST(test_immutable)
{
    static const int flags[] = {FS_IMMUTABLE_FL, FS_APPEND_FL};

    write_file("sub/f", "old", 0600);
    for (int i = 0; i < N_OF(flags); i++)
        if (set_flags("sub/f", flags[i])) {
            bool prepared = prepare("sub/f", "new");
            ck_assert(set_flags("sub/f", 0));
            ck_assert(!prepared);
            ck_assert_str_eq(why.text, "is immutable or append-only (chattr -i -a) and can't be replaced");
        }
    if (set_flags("sub", FS_APPEND_FL)) {
        bool prepared = prepare("sub/f", "new");
        ck_assert(set_flags("sub", 0));
        ck_assert(!prepared);
        ck_assert_str_eq(why.text, "its folder is append-only (chattr -a)");
    }
    ck_assert_int_eq(count("sub"), 1);
}
END_TEST

static void limit_file_size(rlim_t bytes)
{
    signal(SIGXFSZ, SIG_IGN);
    MUST(setrlimit(RLIMIT_FSIZE, &(struct rlimit){bytes, RLIM_INFINITY}) == 0);
}

/* A full disk, told apart only by its number. */
START_TEST(test_no_room)
{
    static const rlim_t limits[] = {0, 1, 5, 9};
    char text[] = "0123456789";

    write_file("sub/f", "old", 0600);
    limit_file_size(limits[_i]);
    bool prepared = prepare("sub/f", text), made = prepare("made/f", text);
    limit_file_size(RLIM_INFINITY);
    ck_assert(!prepared && !made);
    ck_assert_str_eq(why.text, "can't be written: File too large");
    check_file("sub/f", "old", 0600);
    ck_assert_int_eq(count("sub"), 1);
    ck_assert_int_eq(access("made", F_OK), -1);
    limit_file_size(10);
    prepared = prepare("sub/f", text);
    limit_file_size(0); /* the last step needs no room, nor does the way back */
    enum persist_result finished = persist_finish(&p, &why), undone = persist_undo(&p, &why);
    limit_file_size(RLIM_INFINITY);
    ck_assert(prepared && finished == PERSIST_DONE && undone == PERSIST_DONE);
    check_file("sub/f", "old", 0600);
    ck_assert_int_eq(count("sub"), 1);
}
END_TEST

START_TEST(test_no_right)
{
    write_file("sub/f", "old", 0600);
    be_nobody();
    ck_assert_int_eq(chmod("sub/f", 0), 0);
    check_refused("sub/f", "can't be read: Permission denied");
    ck_assert_int_eq(chmod("sub/f", 0640), 0);
    ck_assert_int_eq(chmod("sub", 0500), 0);
    check_refused("sub/f", "no new file can be made beside it: Permission denied");
    ck_assert_int_eq(chmod("sub", 0700), 0);
    ck_assert_int_eq(count("sub"), 1);
    /* Lost between the two steps, and after them. */
    ck_assert(prepare("sub/f", "new"));
    ck_assert_int_eq(chmod("sub", 0500), 0);
    ck_assert_int_eq(persist_finish(&p, &why), PERSIST_FAILED);
    ck_assert_ptr_nonnull(strstr(why.text, "can't be kept: Permission denied"));
    check_file("sub/f", "old", 0640);
    ck_assert_int_eq(chmod("sub", 0700), 0);
    ck_assert(prepare("sub/f", "new")); /* takes away what could not be taken away then */
    ck_assert_int_eq(persist_finish(&p, &why), PERSIST_DONE);
    ck_assert_int_eq(chmod("sub", 0500), 0);
    ck_assert_int_eq(persist_undo(&p, &why), PERSIST_FAILED);
    ck_assert_str_eq(why.text, "can't be undone: Permission denied");
    check_file("sub/f", "new", 0640);
    ck_assert_int_eq(chmod("sub", 0700), 0);
    ck_assert_int_eq(persist_undo(&p, &why), PERSIST_DONE);
    be_myself();
    check_file("sub/f", "old", 0640);
    ck_assert_int_eq(count("sub"), 1);
}
END_TEST

/* Renaming the new file fails when the old one is kept already: it is as it was. */
START_TEST(test_new_is_gone)
{
    write_file("sub/f", "old", 0600);
    ck_assert(prepare("sub/f", "new"));
    ck_assert_int_eq(unlink("sub/.f.lbgen-new"), 0);
    ck_assert_int_eq(persist_finish(&p, &why), PERSIST_FAILED);
    ck_assert_str_eq(why.text, "can't be replaced: No such file or directory");
    check_file("sub/f", "old", 0600);
    ck_assert_int_eq(count("sub"), 1);
    persist_close(&p);
}
END_TEST

/* --- killed at every system call --- */

static void run_traced(bool keep_old)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(77);
    raise(SIGSTOP);
    enum persist_result result = persist_finish(&p, &why);
    persist_settle(&p);
    _exit(result != PERSIST_DONE || !keep_old);
}

/* Ends the child at its n-th stop; false when it has ended before. -1: no tracing here. */
static int kill_at(int n, bool keep_old)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        run_traced(keep_old);
    MUST(waitpid(pid, &status, 0) == pid);
    if (WIFEXITED(status))
        return -1;
    for (int i = 0; i < n && WIFSTOPPED(status); i++) {
        MUST(ptrace(PTRACE_SYSCALL, pid, NULL, NULL) == 0);
        MUST(waitpid(pid, &status, 0) == pid);
    }
    if (WIFEXITED(status))
        return 0;
    kill(pid, SIGKILL);
    MUST(waitpid(pid, &status, 0) == pid);
    return 1;
}

static struct persist_file handed_over(void)
{
    struct buf text = {0};
    struct persist_file other;

    persist_plan_print(&p, &text);
    persist_close(&p);
    MUST(persist_plan_read(&other, text.at, text.len) == text.len);
    buf_free(&text);
    return other;
}

static void empty_sub(void)
{
    unlink("sub/f");
    unlink("sub/f.lbgen-old");
    MUST(count("sub") == 0);
}

static bool sub_f_is(const char *text)
{
    const char *got = read_file("sub/f");

    return got && strcmp(got, text) == 0;
}

/* Afterwards the file is wholly old or wholly new. Another process that has the plan leads back to the old,
 * with nothing left beside it; where nobody does, the next run finds its way. */
static bool check_killed(int n, bool keep_old, bool had_old, bool undo)
{
    if (had_old)
        write_file("sub/f", "old", 0640);
    MUST(persist_prepare(&p, "sub/f", "new", 3, keep_old, &why));
    int killed = kill_at(n, keep_old);
    if (killed < 0) {
        persist_abandon(&p);
        empty_sub();
        return false;
    }
    const char *text = read_file("sub/f");
    MUST(text ? strcmp(text, "new") == 0 || (had_old && strcmp(text, "old") == 0) : !had_old);
    struct persist_file other = handed_over();
    if (undo) {
        enum persist_result result = persist_undo(&other, &why);
        /* After persist_settle there is no way back: that was the child's last act. */
        if (result != PERSIST_DONE && !keep_old && had_old)
            MUST(sub_f_is("new") && count("sub") == 1);
        else
            ck_assert_msg(result == PERSIST_DONE, "call %d: %s", n, why.text);
        text = read_file("sub/f");
        MUST(result != PERSIST_DONE || (had_old ? text && strcmp(text, "old") == 0 : !text));
        MUST(count("sub") == (text ? 1 : 0));
        persist_close(&other);
    } else {
        MUST(persist_prepare(&p, "sub/f", "newer", 5, keep_old, &why));
        MUST(persist_finish(&p, &why) == PERSIST_DONE);
        persist_settle(&p);
        persist_close(&p);
        MUST(sub_f_is("newer"));
        text = read_file("sub/f.lbgen-old");
        MUST(count("sub") == (text ? 2 : 1) && (text || !had_old || !keep_old));
    }
    empty_sub();
    return killed;
}

START_TEST(test_killed)
{
    bool keep_old = _i & 1, had_old = _i & 2, undo = _i & 4;
    int n = 0;

    while (check_killed(n, keep_old, had_old, undo))
        n++;
    /* Where nothing can be traced, nothing is tested. */
    ck_assert_msg(n == 0 || n > 10, "%d", n);
}
END_TEST

static Suite *persist_suite(void)
{
    Suite *s = suite_create("persist_faults");
    TCase *t = new_case(s, "persist_faults");

    check_folder_use(t);
    tcase_add_checked_fixture(t, make_sub, NULL);
    tcase_add_test(t, test_names);
    tcase_add_test(t, test_kinds);
    tcase_add_test(t, test_folders);
    tcase_add_test(t, test_immutable);
    tcase_add_loop_test(t, test_no_room, 0, 4);
    tcase_add_test(t, test_no_right);
    tcase_add_test(t, test_new_is_gone);
    tcase_add_loop_test(t, test_killed, 0, 8);
    return s;
}

int main(void)
{
    return run_suite(persist_suite());
}
