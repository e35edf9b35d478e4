/* SPDX-License-Identifier: GPL-2.0-or-later */
/* measure [-t SECONDS] COMMAND [ARGUMENT]...: runs a command with standard output to /dev/null and prints
 *
 *     WALL_NS USER_US SYS_US MAXRSS_KB
 *
 * of it. Status 0; 124 when it was killed after SECONDS (then nothing is printed); 1 when it failed; 2 bad
 * usage. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;
static volatile sig_atomic_t late;

static void on_alarm(int signal_number)
{
    (void)signal_number;
    late = 1;
    kill(-child, SIGKILL);
}

static long long now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long us(struct timeval t)
{
    return t.tv_sec * 1000000LL + t.tv_usec;
}

static _Noreturn void run(char **command)
{
    setpgid(0, 0); /* so that a late command goes with all its children */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_WRONLY);
    if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0) {
        close(null);
        execvp(command[0], command);
    }
    fprintf(stderr, "measure: %s: %s\n", command[0], strerror(errno));
    _exit(127);
}

int main(int argc, char **argv)
{
    unsigned int limit = 0;
    int option;
    while ((option = getopt(argc, argv, "+t:")) != -1) {
        if (option != 't')
            return 2;
        limit = (unsigned int)strtoul(optarg, NULL, 10);
    }
    if (optind == argc) {
        fputs("usage: measure [-t SECONDS] COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }

    struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, NULL);

    long long start = now_ns();
    child = fork();
    if (child < 0) {
        perror("measure: fork");
        return 1;
    }
    if (child == 0)
        run(argv + optind);
    setpgid(child, child); /* whichever of the two is first */
    alarm(limit);

    int status;
    struct rusage use;
    while (wait4(child, &status, 0, &use) < 0) {
        if (errno != EINTR) {
            perror("measure: wait4");
            return 1;
        }
    }
    long long wall = now_ns() - start;
    alarm(0);

    if (late)
        return 124;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "measure: %s: %s %d\n", argv[optind], WIFSIGNALED(status) ? "signal" : "status",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        return 1;
    }
    printf("%lld %lld %lld %ld\n", wall, us(use.ru_utime), us(use.ru_stime), use.ru_maxrss);
    return 0;
}
