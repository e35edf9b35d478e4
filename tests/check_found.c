/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fuzzing found once, in tests/fuzz/found, and what it keeps to begin with, in tests/fuzz/corpus:
 * nothing of it is a fault any more, in this build. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "check_util.h"

#define TARGETS(X) X(import) X(ini) X(keepalived) X(packet) X(save) X(state) X(values)

/* LLVMFuzzerTestOneInput of each. */
#define DECLARE(name) int fuzz_##name(const uint8_t *data, size_t size);
TARGETS(DECLARE)

#define ENTRY(name) {#name, fuzz_##name},
static const struct {
    const char *name;
    int (*try)(const uint8_t *data, size_t size);
} targets[] = {TARGETS(ENTRY)};

static char current[512];

/* Which input it was. */
static void tell(void)
{
    ssize_t written = write(STDERR_FILENO, current, strlen(current));

    (void)written;
}

static void tell_and_die(int number)
{
    tell();
    signal(number, SIG_DFL);
    raise(number);
}

void __asan_on_error(void);

void __asan_on_error(void)
{
    tell();
}

static void run_file(int target, const char *path)
{
    static uint8_t data[1 << 16];
    FILE *file = fopen(path, "rb");

    MUST(file);
    snprintf(current, sizeof current, "%s\n", path);
    const size_t n = fread(data, 1, sizeof data, file);
    fclose(file);
    /* Exactly as long, so that a sanitizer sees a step too far. */
    char *copy = exact_copy((const char *)data, n);
    targets[target].try((const uint8_t *)copy, n);
    free(copy);
}

static int run_folder(int target, const char *folder)
{
    char path[400];
    int n = 0;

    snprintf(path, sizeof path, "%s/%s", folder, targets[target].name);
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s/%s", folder, targets[target].name, e->d_name);
            run_file(target, path);
            n++;
        }
    if (dir)
        closedir(dir);
    return n;
}

START_TEST(test_target)
{
    signal(SIGABRT, tell_and_die);
    signal(SIGSEGV, tell_and_die);
    const int found = run_folder(_i, "tests/fuzz/found"), kept = run_folder(_i, "tests/fuzz/corpus");
    ck_assert_int_gt(found + kept, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("found");
    TCase *tcase = new_case(suite, "targets");

    tcase_add_loop_test(tcase, test_target, 0, N_OF(targets));
    return run_suite(suite);
}
