/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/policy_notes.h"

#include "check_change.h"

static struct complaint why;

/* A plan without rules, of one file. */
static struct plan small_plan(void)
{
    struct plan plan = {.backend = &fake_lines, .n_files = 1};

    snprintf(plan.files[0].folder_path, sizeof plan.files[0].folder_path, "/etc");
    snprintf(plan.files[0].name, sizeof plan.files[0].name, "x");
    plan.files[0].folder = -1;
    return plan;
}

static void make_folders(void)
{
    change_setup();
    if (!run_missing)
        ck_assert(mkdir("/run/lbgen", 0700) == 0 && mkdir(STATE_FOLDER, 0700) == 0);
}

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "w");

    ck_assert(file && fwrite(text, 1, len, file) == len && fclose(file) == 0);
}

START_TEST(test_there_and_back)
{
    struct plan plan = small_plan(), read;
    struct stat st;

    NEEDS_RUN();
    ck_assert_int_eq(journal_read(&read, &why), JOURNAL_NONE);
    ck_assert(journal_write(&plan, &why));
    ck_assert_int_eq(stat(JOURNAL_PATH, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert(!is_there(JOURNAL_PATH ".new"));
    ck_assert_int_eq(journal_read(&read, &why), JOURNAL_FOUND);
    ck_assert_ptr_eq(read.backend, &fake_lines);
    ck_assert_uint_eq(read.n_files, 1);
    plan_free(&read);
    plan.n_files = 0;
    ck_assert(journal_write(&plan, &why)); /* a second one takes its place */
    ck_assert_int_eq(journal_read(&read, &why), JOURNAL_FOUND);
    ck_assert_uint_eq(read.n_files, 0);
    plan_free(&read);
    journal_remove();
    ck_assert_int_eq(journal_read(&read, &why), JOURNAL_NONE);
    journal_remove(); /* fine */
}
END_TEST

START_TEST(test_elsewhere)
{
    struct plan plan = small_plan(), read;
    int status;

    NEEDS_RUN();
    ck_assert(journal_write(&plan, &why));
    pid_t pid = fork();
    if (pid == 0)
        _exit(unshare(CLONE_NEWNET) != 0 ? 77 : journal_read(&read, &why) != JOURNAL_ELSEWHERE);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77));
}
END_TEST

static const char *const damaged[] = {"x", "\n", "netns\n", "netns 1 2",
                                      "what 1 2\nbackend nft\nundo line\nend\n"};

START_TEST(test_damaged)
{
    struct plan read;

    NEEDS_RUN();
    write_file(JOURNAL_PATH, damaged[_i], strlen(damaged[_i]));
    ck_assert_int_eq(journal_read(&read, &why), JOURNAL_UNREADABLE);
    ck_assert_str_eq(why.text, JOURNAL_PATH " is damaged");
}
END_TEST

/* Cut at any length but where a file ends, or none at all. */
START_TEST(test_cut)
{
    struct plan plan = small_plan(), read;
    struct buf text = {0};
    int found = 0;

    NEEDS_RUN();
    ck_assert(journal_write(&plan, &why));
    ck_assert(state_read(JOURNAL_PATH, &text, &why));
    for (size_t len = 1; len <= text.len; len++) {
        write_file(JOURNAL_PATH, text.at, len);
        switch (journal_read(&read, &why)) {
        case JOURNAL_FOUND:
            found++;
            plan_free(&read);
            break;
        case JOURNAL_UNREADABLE: break;
        default: ck_abort_msg("found at length %zu", len);
        }
    }
    ck_assert_int_eq(found, 2);
    buf_free(&text);
}
END_TEST

/* What can't be a journal is no reason to go on as if there was none. */
START_TEST(test_unreadable)
{
    struct plan plan = small_plan(), read;

    NEEDS_RUN();
    ck_assert_int_eq(_i ? mkdir(JOURNAL_PATH, 0700) : symlink("/etc/passwd", JOURNAL_PATH), 0);
    ck_assert_int_eq(journal_read(&read, &why), JOURNAL_UNREADABLE);
    ck_assert_ptr_nonnull(strstr(why.text, JOURNAL_PATH " can't be read"));
    ck_assert_int_eq(journal_write(&plan, &why), !_i);
}
END_TEST

START_TEST(test_no_folder)
{
    struct plan plan = small_plan();

    NEEDS_RUN();
    ck_assert_int_eq(rmdir("/run/lbgen"), 0);
    ck_assert(!journal_write(&plan, &why));
    ck_assert_ptr_nonnull(strstr(why.text, "can't be written"));
}
END_TEST

/* The file system is full: the old one stays. */
START_TEST(test_full)
{
    struct plan plan = small_plan(), read;
    char *much;

    NEEDS_RUN();
    ck_assert_int_eq(mount("tmpfs", "/run/lbgen", "tmpfs", 0, "size=8k,mode=700"), 0);
    ck_assert(journal_write(&plan, &why));
    ck_assert_ptr_nonnull(much = calloc(1, 8192));
    FILE *filler = fopen("/run/lbgen/filler", "w");
    ck_assert_ptr_nonnull(filler);
    fwrite(much, 1, 8192, filler);
    fclose(filler);
    free(much);
    plan.n_files = 0;
    ck_assert(!journal_write(&plan, &why));
    ck_assert(!is_there(JOURNAL_PATH ".new"));
    ck_assert_int_eq(journal_read(&read, &why), JOURNAL_FOUND);
    ck_assert_uint_eq(read.n_files, 1);
    plan_free(&read);
}
END_TEST

START_TEST(test_notes_file)
{
    struct policy_notes notes;

    NEEDS_RUN();
    ck_assert(policy_notes_read(&notes, &why));
    ck_assert(!notes.of[POLICY_IN_FILE][IPV4][TABLE_FILTER][HOOK_INPUT].set);
    write_file(POLICIES_PATH, TEXT("file 4 filter INPUT DROP DROP\n"));
    ck_assert(policy_notes_read(&notes, &why));
    ck_assert(notes.of[POLICY_IN_FILE][IPV4][TABLE_FILTER][HOOK_INPUT].set);
    write_file(POLICIES_PATH, TEXT("file 4 filter INPUT"));
    ck_assert(!policy_notes_read(&notes, &why));
    ck_assert_ptr_nonnull(strstr(why.text, POLICIES_PATH " is damaged"));
    unlink(POLICIES_PATH);
    ck_assert_int_eq(mkdir(POLICIES_PATH, 0700), 0);
    ck_assert(!policy_notes_read(&notes, &why));
    ck_assert_ptr_nonnull(strstr(why.text, POLICIES_PATH " can't be read"));
}
END_TEST

static Suite *journal_suite(void)
{
    Suite *s = suite_create("journal");
    TCase *t = new_case(s, "journal");

    tcase_add_checked_fixture(t, make_folders, NULL);
    tcase_add_test(t, test_there_and_back);
    tcase_add_test(t, test_elsewhere);
    tcase_add_loop_test(t, test_damaged, 0, N_OF(damaged));
    tcase_add_test(t, test_cut);
    tcase_add_loop_test(t, test_unreadable, 0, 2);
    tcase_add_test(t, test_no_folder);
    tcase_add_test(t, test_full);
    tcase_add_test(t, test_notes_file);
    return s;
}

int main(void)
{
    return run_suite(journal_suite());
}
