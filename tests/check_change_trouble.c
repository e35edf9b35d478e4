/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that come while a change waits for its lock, edits that can't be found, tables that others go on
 * changing while they are repaired, and files that can't all be put into place. */
#include "check_change.h"

static void begin(struct command *c, const struct live_backend *backend)
{
    command_begin(c, backend);
    ck_assert(change_find(&c->change, &c->why));
}

/* Held back, as job_run has them; not ignored, as the test before may have left it. */
static void hold_back(int signal_number)
{
    sigset_t held;

    signal(signal_number, SIG_DFL);
    sigemptyset(&held);
    sigaddset(&held, signal_number);
    MUST(sigprocmask(SIG_BLOCK, &held, NULL) == 0);
}

static enum change_result apply_for(struct command *c, unsigned ms)
{
    return change_apply(&c->change, &c->guard, c->own_lock, ms, &c->why);
}

/* Told to end while somebody has the lock: it ends, long before it would have given up. */
START_TEST(test_told_to_end)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct command c;
    int lock;

    NEEDS_RUN();
    begin(&c, &fake_lines);
    ck_assert_int_eq(lock_xtables(LOCK_XTABLES_PATH, 0, &lock, &c.why), LOCK_TAKEN);
    hold_back(signals[_i]);
    raise(signals[_i]);
    ck_assert_int_eq(apply_for(&c, 50000), CHANGE_BUSY);
    ck_assert_str_eq(c.why.text, "ended by a signal before the rules were touched");
    signal(signals[_i], SIG_IGN);
    lock_release(&lock);
    command_end(&c);
    ck_assert(tables_are_old() && !is_there(JOURNAL_PATH));
}
END_TEST

/* And when it has just got the lock. */
START_TEST(test_told_with_the_lock)
{
    struct command c;
    int lock;

    NEEDS_RUN();
    begin(&c, &fake_lines);
    hold_back(SIGTERM);
    raise(SIGTERM);
    ck_assert_int_eq(apply_for(&c, 0), CHANGE_BUSY);
    ck_assert_str_eq(c.why.text, "ended by a signal before the rules were touched");
    ck_assert_int_eq(lock_xtables(LOCK_XTABLES_PATH, 0, &lock, &c.why), LOCK_TAKEN);
    lock_release(&lock);
    signal(SIGTERM, SIG_IGN);
    command_end(&c);
    ck_assert(tables_are_old());
}
END_TEST

/* As under nohup: a signal that is ignored is no reason to end. */
START_TEST(test_ignored)
{
    struct command c;

    NEEDS_RUN();
    hold_back(SIGHUP);
    signal(SIGHUP, SIG_IGN);
    begin(&c, &fake_lines);
    raise(SIGHUP);
    ck_assert_int_eq(apply_for(&c, 0), CHANGE_LIVE);
    command_end(&c);
    ck_assert(tables_are_new());
}
END_TEST

/* A lock that stays busy: asked for several times, and then given up. */
START_TEST(test_waits_in_vain)
{
    struct command c;
    int lock;

    NEEDS_RUN();
    begin(&c, &fake_lines);
    ck_assert_int_eq(lock_xtables(LOCK_XTABLES_PATH, 0, &lock, &c.why), LOCK_TAKEN);
    ck_assert_int_eq(apply_for(&c, 250), CHANGE_BUSY);
    ck_assert_ptr_nonnull(strstr(c.why.text, "another program holds the xtables lock"));
    lock_release(&lock);
    command_end(&c);
    ck_assert(tables_are_old());
}
END_TEST

static bool find_none(void *ctx, enum family family, enum table table, const struct image_table *now,
                      struct edit *out, struct complaint *why)
{
    (void)ctx;
    (void)family;
    (void)now;
    *out = (struct edit){.table = table};
    return complain(why, 0, 0, "no edits");
}

START_TEST(test_no_edits)
{
    struct command c;

    NEEDS_RUN();
    command_begin(&c, &fake_lines);
    c.change.find = find_none;
    ck_assert(!change_find(&c.change, &c.why));
    ck_assert_str_eq(c.why.text, "no edits");
    command_end(&c);
    ck_assert(tables_are_old());
}
END_TEST

static unsigned steps;

static void note_step(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    steps++;
}

/* One of lbgen's rules is taken out as it is committed, and then the tables change again, or can't be asked.
 * What can do harm then is undone; what can't is finished. */
START_TEST(test_repair)
{
    static const struct {
        const struct live_backend *backend;
        enum fake_fault then;
        enum change_result result;
    } cases[] = {{&fake_lines, FAKE_FINE, CHANGE_LIVE},
                 {&fake_lines, FAKE_CHANGED, CHANGE_UNDONE},
                 {&fake_lines, FAKE_FAILS, CHANGE_UNDONE},
                 {&fake_safe, FAKE_CHANGED, CHANGE_LIVE},
                 {&fake_safe, FAKE_FAILS, CHANGE_UNDONE}};
    struct command c;

    NEEDS_RUN();
    for (int i = 0; i < N_OF(cases); i++) {
        fake_world_make(old4, old6);
        begin(&c, cases[i].backend);
        c.change.step = note_step;
        fake_trouble_for(FAKE_COMMAND, FAKE_COMMIT, EDITS, EDITS, FAKE_ROBBED);
        /* Asked twice before, once for each family; what undoes asks again, and is not troubled. */
        if (cases[i].then != FAKE_FINE)
            fake_trouble_for(FAKE_COMMAND, FAKE_UNCHANGED, 3, cases[i].then == FAKE_FAILS ? 3 : 6,
                             cases[i].then);
        enum change_result result = command_apply(&c);
        ck_assert_msg(result == cases[i].result, "case %d: %d, %s", i, result, c.why.text);
        command_end(&c);
        ck_assert_msg(result == CHANGE_LIVE ? tables_are_new() : tables_are_old(), "case %d", i);
        journal_remove();
    }
    ck_assert_uint_gt(steps, 5);
}
END_TEST

/* --- several files --- */

static bool file_is(const char *path, const char *text)
{
    char found[16] = "";
    FILE *file = fopen(path, "r");

    MUST(file && fgets(found, sizeof found, file) && fclose(file) == 0);
    return strcmp(found, text) == 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    MUST(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void prepare_files(struct plan *plan, const char *const paths[3])
{
    struct complaint why;

    *plan = (struct plan){.backend = &fake_lines};
    for (; plan->n_files < 3; plan->n_files++) {
        write_file(paths[plan->n_files], "old");
        MUST(persist_prepare(&plan->files[plan->n_files], paths[plan->n_files], TEXT("new"),
                             plan->n_files < 2, &why));
    }
}

/* Two boot files and a note of lbgen's own: all are put into place, or no boot file is; the note, which says
 * what is live, is in any case where it can be. */
START_TEST(test_files)
{
    static const char *const paths[] = {"/run/boot4", "/run/boot6", "/run/note"};
    struct plan plan;
    struct complaint why;

    NEEDS_RUN();
    for (int foreign = -1; foreign < 3; foreign++) {
        prepare_files(&plan, paths);
        if (foreign >= 0)
            write_file(paths[foreign], "his");
        ck_assert_int_eq(plan_finish_files(&plan, &why), foreign < 0 ? PLAN_DONE : PLAN_FAILED);
        for (int i = 0; i < 3; i++)
            ck_assert_msg(file_is(paths[i], i == foreign            ? "his"
                                            : foreign < 0 || i == 2 ? "new"
                                                                    : "old"),
                          "%s, %d", paths[i], foreign);
        ck_assert(foreign < 0 || strstr(why.text, " was changed by somebody meanwhile"));
        plan_settle_files(&plan);
        plan_undo_files(&plan, &why);
        plan_free(&plan);
        for (int i = 0; i < 3; i++)
            unlink(paths[i]);
    }
}
END_TEST

/* Both notes of lbgen's own were changed by somebody: the first reason is told. */
START_TEST(test_notes)
{
    static const char *const paths[] = {"/run/boot4", "/run/note", "/run/other"};
    struct plan plan;
    struct complaint why;

    NEEDS_RUN();
    prepare_files(&plan, paths);
    plan.files[1].keep_old = false;
    write_file(paths[1], "his");
    write_file(paths[2], "his");
    ck_assert_int_eq(plan_finish_files(&plan, &why), PLAN_FAILED);
    ck_assert_ptr_nonnull(strstr(why.text, "/run/note was changed by somebody meanwhile"));
    ck_assert(file_is(paths[0], "old") && file_is(paths[1], "his") && file_is(paths[2], "his"));
    plan_free(&plan);
}
END_TEST

/* A file that something is mounted on can't be renamed over. */
START_TEST(test_mount)
{
    struct persist_file file;
    struct complaint why;

    NEEDS_RUN();
    write_file("/run/f", "old");
    if (mount("/run/f", "/run/f", "none", MS_BIND, NULL) != 0)
        return;
    ck_assert(!persist_prepare(&file, "/run/f", TEXT("new"), true, &why));
    ck_assert_str_eq(why.text, "is a mount of its own and can't be replaced");
    ck_assert(file_is("/run/f", "old"));
}
END_TEST

/* A folder has come in the file's place. */
START_TEST(test_folder_instead)
{
    struct persist_file file;
    struct complaint why;

    NEEDS_RUN();
    write_file("/run/f", "old");
    ck_assert(persist_prepare(&file, "/run/f", TEXT("new"), true, &why));
    ck_assert(unlink("/run/f") == 0 && mkdir("/run/f", 0755) == 0);
    ck_assert_int_eq(persist_finish(&file, &why), PERSIST_FAILED);
    ck_assert_str_eq(why.text, "is no regular file");
    persist_abandon(&file);
    ck_assert(is_there("/run/f") && !is_there("/run/.f.lbgen-new"));
}
END_TEST

/* Where one family has nothing to undo, it is not asked. */
START_TEST(test_one_family)
{
    struct command c;
    bool unlocked;

    NEEDS_RUN();
    fake_world_make(old4, new6);
    begin(&c, &fake_lines);
    ck_assert_int_eq(command_apply(&c), CHANGE_LIVE);
    ck_assert(tables_are_new());
    ck_assert_int_eq(plan_undo_rules(&c.change.plan, 1000, &unlocked, &c.why), PLAN_DONE);
    ck_assert(!unlocked && is_family(IPV4, old4) && is_family(IPV6, new6));
    command_end(&c);
}
END_TEST

START_TEST(test_damaged_table)
{
    static const char *const bad[] = {"table 1 a 1 b\n", "table 1 a 1 b 100\nshort", "table 1"};
    struct plan plan;

    for (int i = 0; i < N_OF(bad); i++) {
        struct buf text = {0};

        buf_str(&text, "backend nft\nundo line\nend\n");
        buf_str(&text, bad[i]);
        ck_assert_msg(!plan_read(&plan, text.at, text.len), "%s", bad[i]);
        buf_free(&text);
    }
}
END_TEST

static Suite *change_trouble_suite(void)
{
    Suite *s = suite_create("change_trouble");
    TCase *t = new_case(s, "change_trouble");

    tcase_add_checked_fixture(t, change_setup, NULL);
    tcase_add_loop_test(t, test_told_to_end, 0, 3);
    tcase_add_test(t, test_told_with_the_lock);
    tcase_add_test(t, test_ignored);
    tcase_add_test(t, test_waits_in_vain);
    tcase_add_test(t, test_no_edits);
    tcase_add_test(t, test_repair);
    tcase_add_test(t, test_files);
    tcase_add_test(t, test_notes);
    tcase_add_test(t, test_mount);
    tcase_add_test(t, test_folder_instead);
    tcase_add_test(t, test_one_family);
    tcase_add_test(t, test_damaged_table);
    return s;
}

int main(void)
{
    return run_suite(change_trouble_suite());
}
