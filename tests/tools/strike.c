/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strike [-l LOG] [-r RESULT] [-t SECONDS] [POINT=ACTION]... -- COMMAND [ARGUMENT...]
 *
 * Runs COMMAND and traces it and all that it starts, and strikes at system calls. A point is
 *
 *     PROCESS:N      the Nth system call of a process
 *     PROCESS:NAME#N the Nth of that name          (N+: that one and each later one)
 *
 * PROCESS is 0 for COMMAND, 0.1 for the first process that it starts, 0.1.2 for that one's second, and so on;
 * a process keeps its number through execve. The calls of an execve's own loader count. An action is
 *
 *     KILL, TERM, INT, HUP    that signal, before the call is made: KILL prevents it
 *     ENOSPC, EIO, ...        the call is not made, and fails with that error
 *
 * LOG gets a line "PROCESS N NAME [LEVEL OPTION]" for each call (the latter for setsockopt). RESULT gets one
 * line when all processes have ended:
 *
 *     status N | signal N | late, hits N, ms N, at NAME
 *
 * the end of COMMAND, how often it was struck, and how long after the first strike (or after COMMAND's end,
 * if there was none) the last process ended, and the name of the call that was struck first. What runs longer
 * than SECONDS (20) is killed, and is "late". Status 0; 1 when something failed, 2 bad usage, 77 not possible
 * on this machine.
 */
#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_PROCESSES = 256, MOST_POINTS = 8, MOST_CALLS = 512 };

struct process {
    pid_t pid;
    char path[32];
    bool known;   /* its parent's event has told where it belongs */
    bool stopped; /* waits for that */
    bool started; /* its first stop is over */
    int children;
    long n;
    unsigned by_call[MOST_CALLS];
    int error; /* that the present call is to fail with */
};

struct point {
    char path[32];
    long call; /* -1: any */
    unsigned n;
    bool later, done;
    int signal, error;
};

static const struct {
    const char *name;
    long call;
} calls[] = {
#define CALL(name) {#name, SYS_##name},
    CALL(read) CALL(write) CALL(close) CALL(fstat) CALL(lseek) CALL(mmap) CALL(mprotect) CALL(munmap) CALL(
        brk) CALL(rt_sigaction) CALL(rt_sigprocmask) CALL(rt_sigreturn) CALL(rt_sigtimedwait) CALL(ioctl)
        CALL(pread64) CALL(writev) CALL(madvise) CALL(getpid) CALL(socket) CALL(connect) CALL(sendto) CALL(
            recvfrom) CALL(sendmsg) CALL(recvmsg) CALL(bind) CALL(listen) CALL(socketpair) CALL(setsockopt)
            CALL(getsockopt) CALL(getsockname) CALL(clone) CALL(execve) CALL(exit) CALL(wait4) CALL(
                waitid) CALL(kill) CALL(uname) CALL(fcntl) CALL(flock) CALL(fsync) CALL(fdatasync)
                CALL(ftruncate) CALL(getcwd) CALL(fchdir) CALL(fchmod) CALL(fchown) CALL(umask) CALL(
                    getrlimit) CALL(setrlimit) CALL(geteuid) CALL(getuid) CALL(setsid) CALL(setpgid)
                    CALL(getppid) CALL(mlock) CALL(mlockall) CALL(munlock) CALL(prctl) CALL(futex) CALL(
                        getdents64) CALL(set_tid_address) CALL(exit_group) CALL(clock_gettime)
                        CALL(clock_nanosleep) CALL(nanosleep) CALL(openat) CALL(mkdirat) CALL(fchownat) CALL(
                            newfstatat) CALL(unlinkat) CALL(renameat)
                            CALL(linkat) CALL(symlinkat) CALL(readlinkat) CALL(fchmodat) CALL(faccessat) CALL(
                                unshare) CALL(set_robust_list) CALL(ppoll)
                                CALL(pselect6) CALL(utimensat) CALL(accept4) CALL(
                                    dup3) CALL(pipe2) CALL(prlimit64) CALL(setns) CALL(getrandom)
                                    CALL(memfd_create) CALL(statx) CALL(rseq) CALL(timerfd_create) CALL(
                                        timerfd_settime) CALL(signalfd4)
                                        CALL(eventfd2) CALL(epoll_create1) CALL(epoll_ctl) CALL(
                                            renameat2) CALL(fgetxattr)
                                            CALL(fsetxattr)
                                                CALL(fstatfs) CALL(statfs) CALL(sync_file_range) CALL(tgkill)
                                                    CALL(gettid) CALL(chdir) CALL(setresuid) CALL(setresgid)
                                                        CALL(dup) CALL(clone3) CALL(close_range) CALL(
                                                            openat2) CALL(pidfd_open)
#ifdef __x86_64__
                                                            CALL(open) CALL(stat) CALL(lstat) CALL(poll) CALL(
                                                                access) CALL(pipe) CALL(select)
                                                                CALL(dup2) CALL(pause) CALL(fork) CALL(vfork)
                                                                    CALL(rename) CALL(mkdir) CALL(rmdir) CALL(
                                                                        link) CALL(unlink) CALL(symlink)
                                                                        CALL(readlink) CALL(chmod) CALL(chown)
                                                                            CALL(arch_prctl) CALL(epoll_wait)
                                                                                CALL(alarm) CALL(getpgrp)
#endif
};

static const struct {
    const char *name;
    int signal, error;
} actions[] = {
    {"KILL", SIGKILL, 0},  {"TERM", SIGTERM, 0},  {"INT", SIGINT, 0},    {"HUP", SIGHUP, 0},
    {"ENOSPC", 0, ENOSPC}, {"EIO", 0, EIO},       {"EDQUOT", 0, EDQUOT}, {"EROFS", 0, EROFS},
    {"EACCES", 0, EACCES}, {"ENOMEM", 0, ENOMEM}, {"EINTR", 0, EINTR},   {"EAGAIN", 0, EAGAIN},
    {"EPERM", 0, EPERM},   {"ENOSYS", 0, ENOSYS},
};

static struct process processes[MOST_PROCESSES];
static struct point points[MOST_POINTS];
static size_t n_processes, n_points;
static FILE *log_file;
static unsigned hits;
static char struck_name[24] = "none";
static long struck_at; /* ms */
static volatile sig_atomic_t late;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "strike: %s: %s\n", what, strerror(errno));
    exit(1);
}

static _Noreturn void usage(const char *what)
{
    fprintf(stderr,
            "strike: %s\n"
            "usage: strike [-l LOG] [-r RESULT] [-t SECONDS] [POINT=ACTION]... -- COMMAND...\n",
            what);
    exit(2);
}

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *call_name(long call)
{
    static char number[24];

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].call == call)
            return calls[i].name;
    snprintf(number, sizeof number, "%ld", call);
    return number;
}

static long call_number(const char *name)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i].name, name) == 0)
            return calls[i].call;
    if (!isdigit((unsigned char)*name))
        usage(name);
    return atol(name);
}

/* PROCESS:[NAME#]N[+]=ACTION */
static void parse_point(const char *text)
{
    struct point *p = &points[n_points++];
    char name[32] = "", action[16] = "", plus = '=';

    if (n_points > MOST_POINTS)
        usage("too many points");
    p->call = -1;
    if (sscanf(text, "%31[0-9.]:%u%c", p->path, &p->n, &plus) < 3 || plus == '#') {
        if (sscanf(text, "%31[0-9.]:%31[a-z0-9_]#%u%c", p->path, name, &p->n, &plus) < 4)
            usage(text);
        p->call = call_number(name);
    }
    p->later = plus == '+';
    const char *equals = strchr(text, '=');
    snprintf(action, sizeof action, "%s", equals ? equals + 1 : "");
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].name, action) == 0) {
            p->signal = actions[i].signal;
            p->error = actions[i].error;
            return;
        }
    }
    usage(text);
}

/* --- registers --- */

#if defined __x86_64__
static void skip_call(pid_t pid)
{
    struct user_regs_struct r;

    if (ptrace(PTRACE_GETREGS, pid, NULL, &r) == 0) {
        r.orig_rax = (unsigned long long)-1;
        ptrace(PTRACE_SETREGS, pid, NULL, &r);
    }
}

static void set_result(pid_t pid, int error)
{
    struct user_regs_struct r;

    if (ptrace(PTRACE_GETREGS, pid, NULL, &r) == 0) {
        r.rax = (unsigned long long)-error;
        ptrace(PTRACE_SETREGS, pid, NULL, &r);
    }
}
#elif defined __aarch64__
static void skip_call(pid_t pid)
{
    int none = -1;
    struct iovec io = {&none, sizeof none};

    ptrace(PTRACE_SETREGSET, pid, (void *)(long)NT_ARM_SYSTEM_CALL, &io);
}

static void set_result(pid_t pid, int error)
{
    struct user_regs_struct r;
    struct iovec io = {&r, sizeof r};

    if (ptrace(PTRACE_GETREGSET, pid, (void *)(long)NT_PRSTATUS, &io) == 0) {
        r.regs[0] = (unsigned long long)-error;
        ptrace(PTRACE_SETREGSET, pid, (void *)(long)NT_PRSTATUS, &io);
    }
}
#else
static void skip_call(pid_t pid)
{
    (void)pid;
    exit(77);
}

static void set_result(pid_t pid, int error)
{
    (void)pid;
    (void)error;
}
#endif

/* --- processes --- */

static struct process *find(pid_t pid)
{
    for (size_t i = 0; i < n_processes; i++)
        if (processes[i].pid == pid)
            return &processes[i];
    if (n_processes == MOST_PROCESSES)
        usage("too many processes");
    processes[n_processes] = (struct process){.pid = pid};
    return &processes[n_processes++];
}

static void go_on(const struct process *p, int signal)
{
    ptrace(PTRACE_SYSCALL, p->pid, NULL, (void *)(long)signal);
}

static void place(struct process *parent, pid_t pid)
{
    struct process *child = find(pid);

    parent->children++;
    if (snprintf(child->path, sizeof child->path, "%.20s.%d", parent->path, parent->children) < 0)
        fail("path");
    child->known = true;
    if (child->stopped)
        go_on(child, 0);
    child->stopped = false;
}

static bool is_met(struct point *point, const struct process *p, long call)
{
    unsigned n = (unsigned)p->n;

    if (strcmp(point->path, p->path) != 0 || (point->call >= 0 && point->call != call))
        return false;
    if (point->call >= 0 && call >= 0 && call < MOST_CALLS)
        n = p->by_call[call];
    return point->later ? n >= point->n : n == point->n;
}

static void enter(struct process *p, const struct __ptrace_syscall_info *info)
{
    long call = (long)info->entry.nr;

    p->n++;
    if (call >= 0 && call < MOST_CALLS)
        p->by_call[call]++;
    if (log_file && call == SYS_setsockopt)
        fprintf(log_file, "%s %ld setsockopt %d %d\n", p->path, p->n, (int)info->entry.args[1],
                (int)info->entry.args[2]);
    else if (log_file)
        fprintf(log_file, "%s %ld %s\n", p->path, p->n, call_name(call));

    for (size_t i = 0; i < n_points; i++) {
        if (!is_met(&points[i], p, call))
            continue;
        if (!hits++) {
            struck_at = now_ms();
            snprintf(struck_name, sizeof struck_name, "%s", call_name(call));
        }
        if (points[i].signal) {
            kill(p->pid, points[i].signal);
        } else {
            p->error = points[i].error;
            if (call != SYS_close) /* which closes whatever it says */
                skip_call(p->pid);
        }
    }
}

static void on_call(struct process *p)
{
    struct __ptrace_syscall_info info;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, (void *)sizeof info, &info) <= 0)
        return; /* it is gone */
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        enter(p, &info);
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && p->error) {
        set_result(p->pid, p->error);
        p->error = 0;
    }
}

static void on_stop(struct process *p, int status)
{
    int signal = WSTOPSIG(status), event = status >> 16;
    unsigned long message = 0;

    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
        if (ptrace(PTRACE_GETEVENTMSG, p->pid, NULL, &message) == 0)
            place(p, (pid_t)message);
        signal = 0;
    } else if (event) {
        signal = 0;
    } else if (signal == (SIGTRAP | 0x80)) {
        on_call(p);
        signal = 0;
    } else if (!p->started) { /* a new one's SIGSTOP */
        p->started = true;
        signal = 0;
        if (!p->known) {
            p->stopped = true;
            return;
        }
    }
    go_on(p, signal);
}

static void on_alarm(int signal)
{
    (void)signal;
    late = 1;
}

static void forget(pid_t pid)
{
    find(pid)->pid = 0; /* numbers of processes come again */
}

static pid_t start(char **command)
{
    pid_t pid = fork();

    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execvp(command[0], command);
        fail(command[0]);
    }
    int status;
    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, pid, NULL,
               (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                        PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)) < 0) {
        kill(pid, SIGKILL);
        exit(77);
    }
    struct process *p = find(pid);
    p->path[0] = '0';
    p->known = p->started = true;
    return pid;
}

static void kill_all(void)
{
    for (size_t i = 0; i < n_processes; i++)
        if (processes[i].pid > 0)
            kill(processes[i].pid, SIGKILL);
}

/* Until no traced process is left; the end of the command in *end. */
static void trace(pid_t command, int *end)
{
    int status;
    bool told = false;

    go_on(find(command), 0);
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno != EINTR)
            return;
        if (late && !told)
            kill_all();
        told = late;
        if (pid < 0)
            continue;
        if (WIFSTOPPED(status)) {
            on_stop(find(pid), status);
            continue;
        }
        if (pid == command) {
            *end = status;
            if (!struck_at)
                struck_at = now_ms();
        }
        forget(pid);
    }
}

int main(int argc, char **argv)
{
    const char *result = NULL;
    unsigned seconds = 20;
    int option, end = 0;

    while ((option = getopt(argc, argv, "+l:r:t:")) != -1) {
        if (option == 'l')
            log_file = fopen(optarg, "we");
        else if (option == 'r')
            result = optarg;
        else if (option == 't')
            seconds = (unsigned)strtoul(optarg, NULL, 10);
        else
            usage("unknown option");
        if (option == 'l' && !log_file)
            fail(optarg);
    }
    /* getopt has taken a "--" that stands in front of everything. */
    for (; optind < argc && strchr(argv[optind], '=') && strcmp(argv[optind - 1], "--") != 0; optind++)
        parse_point(argv[optind]);
    if (optind < argc && strcmp(argv[optind], "--") == 0)
        optind++;
    if (optind == argc)
        usage("no command");

    struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, NULL);
    pid_t command = start(argv + optind);
    alarm(seconds);
    trace(command, &end);

    FILE *out = result ? fopen(result, "we") : stdout;
    if (!out)
        fail(result);
    if (late)
        fprintf(out, "late");
    else if (WIFSIGNALED(end))
        fprintf(out, "signal %d", WTERMSIG(end));
    else
        fprintf(out, "status %d", WEXITSTATUS(end));
    fprintf(out, ", hits %u, ms %ld, at %s\n", hits, now_ms() - struck_at, struck_name);
    return fclose(out) == 0 && (!log_file || fclose(log_file) == 0) ? 0 : 1;
}
