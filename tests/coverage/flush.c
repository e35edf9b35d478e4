/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the build that counts what the tests run (make COVERAGE=1), linked with --wrap=_exit: children that end
 * with _exit (the guard, a try in a namespace of its own, libxtables's processes) write their counters all
 * the same. Counters are added to what their files have, so a process that a test has left without room for
 * files, or as somebody else, would spoil all that was counted before it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

void __gcov_dump(void);
void fault_pause(bool paused) __attribute__((weak)); /* tests/faults/calls.h, where it is linked */
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

static void allow(__rlimit_resource_t what)
{
    struct rlimit limit;

    if (getrlimit(what, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(what, &limit);
}

static void make_way(void)
{
    if (fault_pause)
        fault_pause(true);
    allow(RLIMIT_FSIZE);
    allow(RLIMIT_NOFILE);
    if (seteuid(getuid()) != 0)
        return;
}

/* Before the library's own end, which writes the counters. */
__attribute__((constructor)) static void begin(void)
{
    atexit(make_way);
}

void __wrap__exit(int status)
{
    make_way();
    /* Where a filter makes calls fail there is no way: what such a child ran is not counted. */
    if (prctl(PR_GET_SECCOMP) == 0)
        __gcov_dump();
    __real__exit(status);
}
