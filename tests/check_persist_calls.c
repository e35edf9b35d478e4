/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every call of the C library fails, one after the other, once and for good, in each thing that is done to a
 * file: it is wholly old or wholly new, and the way back, when nothing fails any more, leads to the old one.
 */
#include "lbgen/persist.h"
#include "lbgen/persist_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_files.h"
#include "faults/calls.h"

static struct complaint why;

/* What is there to begin with, and what is done: bits of a number that runs over all of them. */
enum { KEEP_OLD = 1, HAD_OLD = 2, HANDED_OVER = 4, SETTLED = 8, ALL = 16 };

static bool is(const char *text)
{
    fault_pause(true);
    const char *got = read_file("sub/f");
    fault_pause(false);
    return got ? text && strcmp(got, text) == 0 : !text;
}

static const char *old_of(int how)
{
    return how & HAD_OLD ? "old" : NULL;
}

static void begin(int how)
{
    if (how & HAD_OLD) {
        MUST(mkdir("sub", 0755) == 0);
        write_file("sub/f", "old", 0640);
    }
}

static void end(void)
{
    nftw(check_folder, check_folder_drop, 8, FTW_DEPTH | FTW_PHYS);
}

/* As another process knows it. */
static void hand_over(struct persist_file *p)
{
    struct buf text = {0};
    struct persist_file other;

    persist_plan_print(p, &text);
    persist_close(p);
    MUST(persist_plan_read(&other, text.at, text.len) == text.len);
    buf_free(&text);
    *p = other;
}

/* What could not be taken away is taken away by the next run. */
static void check_next_run(const char *text)
{
    struct persist_file p;

    MUST(persist_prepare(&p, "sub/f", "x", 1, true, &why));
    persist_abandon(&p);
    MUST(is(text));
}

static enum persist_result step(enum persist_result result)
{
    MUST(result == PERSIST_DONE || why.text[0]);
    why.text[0] = '\0';
    return result;
}

/* Prepared, put into place and taken back (or settled), under faults that are set already. */
static void check_there_and_back(int how, bool *reached)
{
    struct persist_file p;
    bool prepared = persist_prepare(&p, "sub/f", "new", 3, how & KEEP_OLD, &why);

    if (!prepared) {
        *reached = fault_over();
        MUST(p.folder == -1 && why.text[0] && is(old_of(how)));
        check_next_run(old_of(how));
        return;
    }
    if (how & HANDED_OVER)
        hand_over(&p);
    enum persist_result finished = step(persist_finish(&p, &why));
    MUST(is("new") || (finished != PERSIST_DONE && is(old_of(how))));
    if (how & SETTLED && finished == PERSIST_DONE) {
        persist_settle(&p);
        *reached = fault_over();
        persist_close(&p);
        MUST(is("new"));
        check_next_run("new");
        return;
    }
    enum persist_result undone = step(persist_undo(&p, &why));
    *reached = fault_over();
    MUST(is(old_of(how)) || (undone != PERSIST_DONE && is("new")));
    MUST(persist_undo(&p, &why) == PERSIST_DONE && is(old_of(how)));
    persist_close(&p);
    check_next_run(old_of(how));
}

static const int errors[] = {EIO, ENOENT, EINTR, EINVAL, FAULT_SHORT, FAULT_END};

START_TEST(test_there_and_back)
{
    for (int e = 0; e < N_OF(errors); e++)
        for (int ever = 0; ever < 2; ever++) {
            unsigned n = 1;

            /* EINTR for ever is a read that is tried for ever, and there are no files of such sizes. */
            if (ever && errors[e] != EIO && errors[e] != ENOENT)
                continue;
            for (bool reached = true; reached; n++) {
                begin(_i);
                fault_at(NULL, n, errors[e], ever);
                check_there_and_back(_i, &reached);
                end();
            }
            ck_assert_uint_gt(n, 20);
        }
}
END_TEST

/* Never put into place. */
START_TEST(test_abandoned)
{
    bool reached = true;

    for (unsigned n = 1; reached; n++) {
        struct persist_file p;

        begin(_i);
        MUST(persist_prepare(&p, "sub/f", "new", 3, true, &why));
        hand_over(&p);
        fault_at(NULL, n, EIO, false);
        persist_abandon(&p);
        reached = fault_over();
        MUST(p.folder == -1 || reached);
        persist_close(&p);
        MUST(is(old_of(_i)));
        check_next_run(old_of(_i));
        end();
    }
}
END_TEST

/* --rollback, long after. */
START_TEST(test_restored)
{
    static const int some[] = {EIO, ENOENT};

    for (int e = 0; e < N_OF(some); e++) {
        bool reached = true;

        for (unsigned n = 1; reached; n++) {
            struct persist_file p;

            begin(_i);
            MUST(persist_prepare(&p, "sub/f", "new", 3, true, &why) &&
                 persist_finish(&p, &why) == PERSIST_DONE);
            hand_over(&p);
            fault_at(NULL, n, some[e], false);
            enum persist_result result = step(persist_restore_old(&p, &why));
            reached = fault_over();
            MUST(p.folder == -1 && (is(old_of(_i)) || (result != PERSIST_DONE && is("new"))));
            end();
        }
    }
}
END_TEST

/* A file system that can't rename without replacing: what has come into being meanwhile is not written over,
 * and what can't be renamed at all is not there. */
START_TEST(test_no_replacing)
{
    for (int made = 0; made < 2; made++)
        for (int fails = 0; fails < 3; fails++) {
            struct persist_file p;

            MUST(mkdir("sub", 0755) == 0);
            MUST(persist_prepare(&p, "sub/f", "new", 3, true, &why));
            fault_at("renameat2", 1, EINVAL, true);
            if (fails == 1)
                fault_also("renameat", 1, EIO, true);
            else if (fails == 2) /* there all of a sudden */
                fault_also("faccessat", 1, FAULT_NOTHING, true);
            fault_pause(true);
            if (made)
                write_file("sub/f", "made", 0600);
            fault_pause(false);
            enum persist_result result = persist_finish(&p, &why);
            fault_over();
            MUST((result == PERSIST_DONE) == (!made && !fails));
            MUST(is(made ? "made" : fails ? NULL : "new"));
            persist_abandon(&p);
            end();
        }
}
END_TEST

static Suite *persist_calls_suite(void)
{
    Suite *s = suite_create("persist_calls");
    TCase *t = new_case(s, "persist_calls");

    umask(022);
    check_folder_use(t);
    tcase_add_loop_test(t, test_there_and_back, 0, ALL);
    tcase_add_loop_test(t, test_abandoned, 0, 4);
    tcase_add_loop_test(t, test_restored, 0, 4);
    tcase_add_test(t, test_no_replacing);
    return s;
}

int main(void)
{
    /* Some ten thousand times something is brought to the disk. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    return run_suite(persist_calls_suite());
}
