/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every system call that matters fails, one kind at a time: by seccomp, in a child, since there is no way
 * back. */
#include "lbgen/persist.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_files.h"

static struct complaint why;

/* Shared with the child. */
static struct shared {
    struct persist_file p;
    bool prepared;
    enum persist_result finished, undone;
} * shared;

static void make_shared(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST(shared != MAP_FAILED);
    umask(022);
    MUST(mkdir("sub", 0755) == 0);
}

static const struct {
    const char *name;
    unsigned number;
} calls[] = {
#ifdef SYS_newfstatat
    {"newfstatat", SYS_newfstatat},
#endif
#ifdef SYS_renameat
    {"renameat", SYS_renameat},
#endif
    {"renameat2", SYS_renameat2},   {"openat", SYS_openat}, {"linkat", SYS_linkat},
    {"unlinkat", SYS_unlinkat},     {"fsync", SYS_fsync},   {"statx", SYS_statx},
    {"fstat", SYS_fstat},           {"read", SYS_read},     {"write", SYS_write},
    {"lseek", SYS_lseek},           {"close", SYS_close},   {"fchmod", SYS_fchmod},
    {"fgetxattr", SYS_fgetxattr},
};
static const int errors[] = {EIO, ENOSPC, EROFS, EACCES, EPERM, ENOMEM, EDQUOT};
enum { N_ERRORS = sizeof errors / sizeof *errors };

/* From now on, this call fails. False where the kernel has no such filters. */
static bool break_call(unsigned call, int error)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = N_OF(code), .filter = code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

enum step { PREPARE, FINISH, UNDO };

static void run_child(enum step failing, int call, int error)
{
    struct persist_file *p = &shared->p;
    static const char text[] = "new";

    if (failing == PREPARE && !break_call(calls[call].number, error))
        _exit(77);
    shared->prepared = persist_prepare(p, "sub/f", text, 3, true, &why);
    if (!shared->prepared)
        _exit(0);
    if (failing == FINISH && !break_call(calls[call].number, error))
        _exit(77);
    if (failing != PREPARE)
        shared->finished = persist_finish(p, &why);
    if (failing == UNDO && !break_call(calls[call].number, error))
        _exit(77);
    if (failing == UNDO)
        shared->undone = persist_undo(p, &why);
    _exit(0);
}

/* It reads on its own, and ends when that fails. */
static bool under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    return preloaded && strstr(preloaded, "vgpreload");
}

/* False where it could not be tried. */
static bool run(enum step failing, int call, int error)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        run_child(failing, call, error);
    MUST(waitpid(pid, &status, 0) == pid);
    MUST(WIFEXITED(status));
    shared->p.folder = -1; /* the child's */
    MUST(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77 || under_valgrind());
    return WEXITSTATUS(status) == 0;
}

static bool is(const char *text)
{
    const char *got = read_file("sub/f");

    return got ? text && strcmp(got, text) == 0 : !text;
}

/* The way back, without failures, leads to the old file and nothing beside it. */
static void check_way_back(const char *old)
{
    if (shared->prepared)
        ck_assert_msg(persist_undo(&shared->p, &why) == PERSIST_DONE, "%s", why.text);
    /* What could not be removed is removed by the next run. */
    MUST(persist_prepare(&shared->p, "sub/f", "x", 1, true, &why));
    persist_abandon(&shared->p);
    MUST(is(old));
    MUST(count("sub") == (old ? 1 : 0));
}

static void check_one(enum step failing, int call, int error, const char *old)
{
    *shared = (struct shared){0};
    if (old)
        write_file("sub/f", old, 0640);
    if (!run(failing, call, error)) {
        unlink("sub/f");
        return;
    }
    if (failing == PREPARE || !shared->prepared)
        MUST(is(old));
    else if (failing == FINISH)
        MUST(shared->finished == PERSIST_DONE ? is("new") : is(old) || is("new"));
    else
        MUST(shared->finished == PERSIST_DONE &&
             (shared->undone == PERSIST_DONE ? is(old) : is(old) || is("new")));
    check_way_back(old);
    unlink("sub/f");
}

START_TEST(test_errors)
{
    for (int e = 0; e < N_ERRORS; e++)
        for (enum step s = PREPARE; s <= UNDO; s++) {
            check_one(s, _i, errors[e], "old");
            check_one(s, _i, errors[e], NULL);
        }
}
END_TEST

static Suite *persist_errors_suite(void)
{
    Suite *s = suite_create("persist_errors");
    TCase *t = new_case(s, "persist_errors");

    check_folder_use(t);
    tcase_add_checked_fixture(t, make_shared, NULL);
    tcase_add_loop_test(t, test_errors, 0, N_OF(calls));
    return s;
}

int main(void)
{
    return run_suite(persist_errors_suite());
}
