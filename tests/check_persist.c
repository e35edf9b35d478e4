/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/persist.h"
#include "lbgen/persist_plan.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_files.h"

static struct complaint why;
static struct persist_file p;

static void make_sub(void)
{
    umask(022);
    MUST(mkdir("sub", 0755) == 0);
}

static void prepare(const char *path, const char *text, bool keep_old)
{
    why.text[0] = '\0';
    ck_assert_msg(persist_prepare(&p, path, text, strlen(text), keep_old, &why), "%s: %s", path, why.text);
}

static void finish(void)
{
    ck_assert_msg(persist_finish(&p, &why) == PERSIST_DONE, "%s", why.text);
}

/* As another process would know it. */
static struct persist_file handed_over(void)
{
    struct buf text = {0};
    struct persist_file other;

    persist_plan_print(&p, &text);
    buf_str(&text, "more");
    ck_assert_uint_eq(persist_plan_read(&other, text.at, text.len), text.len - 4);
    buf_free(&text);
    return other;
}

static void undo(void)
{
    struct persist_file other = handed_over();

    ck_assert_msg(persist_undo(&other, &why) == PERSIST_DONE, "%s", why.text);
    ck_assert_int_eq(other.folder, -1);
    ck_assert_msg(persist_undo(&other, &why) == PERSIST_DONE, "%s", why.text);
    persist_close(&other);
}

START_TEST(test_replace)
{
    static const mode_t modes[] = {0600, 0644, 0400, 0640};
    struct stat st;

    write_file("sub/f", "old", modes[_i]);
    bool given = geteuid() == 0 && chown("sub/f", 1, 2) == 0;
    prepare("sub/f", "new", true);
    check_file("sub/f", "old", modes[_i]);
    check_file("sub/.f.lbgen-new", "new", modes[_i]);
    ck_assert_int_eq(count("sub"), 2);
    finish();
    finish(); /* again: nothing more to do */
    check_file("sub/f", "new", modes[_i]);
    check_file("sub/f.lbgen-old", "old", modes[_i]);
    ck_assert_int_eq(count("sub"), 2);
    ck_assert_int_eq(stat("sub/f", &st), 0);
    ck_assert(!given || (st.st_uid == 1 && st.st_gid == 2));
    persist_settle(&p);
    persist_close(&p);
    /* Once more: the one before goes. */
    prepare("sub/f", "third", true);
    finish();
    persist_close(&p);
    check_file("sub/f", "third", modes[_i]);
    check_file("sub/f.lbgen-old", "new", modes[_i]);
    ck_assert_int_eq(count("sub"), 2);
}
END_TEST

/* lbgen's own state: nothing is kept for long. */
START_TEST(test_state)
{
    write_file("sub/f", "old", 0600);
    prepare("sub/f", "new", false);
    finish();
    check_file("sub/f", "new", 0600);
    ck_assert_int_eq(count("sub"), 2);
    undo();
    check_file("sub/f", "old", 0600);
    ck_assert_int_eq(count("sub"), 1);
    prepare("sub/f", "newer", false);
    finish();
    persist_settle(&p);
    persist_close(&p);
    check_file("sub/f", "newer", 0600);
    ck_assert_int_eq(count("sub"), 1);
}
END_TEST

START_TEST(test_new_file)
{
    char path[5000];

    umask(077);
    prepare("sub/f", "new", true);
    ck_assert_int_eq(access("sub/f", F_OK), -1);
    finish();
    check_file("sub/f", "new", 0600);
    ck_assert_int_eq(count("sub"), 1);
    undo();
    ck_assert_int_eq(count("sub"), 0);
    persist_close(&p);
    /* The present folder; an absolute path; no text at all. */
    prepare("f", "", true);
    finish();
    persist_close(&p);
    check_file("f", "", 0600);
    snprintf(path, sizeof path, "%s/sub/f", check_folder);
    prepare(path, "x", true);
    finish();
    persist_close(&p);
    check_file("sub/f", "x", 0600);
}
END_TEST

/* The folder is made, with this mode, and goes again with the file. */
START_TEST(test_folder)
{
    struct stat st;

    umask(077);
    prepare("made/f", "new", true);
    ck_assert_int_eq(stat("made", &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0755);
    persist_abandon(&p);
    ck_assert_int_eq(access("made", F_OK), -1);
    prepare("made/f", "new", true);
    finish();
    undo();
    ck_assert_int_eq(access("made", F_OK), -1);
    persist_close(&p);
    /* Not while somebody else's file is in it; and it is not made in a folder that is missing. */
    prepare("made/f", "new", true);
    write_file("made/other", "x", 0600);
    finish();
    undo();
    ck_assert_int_eq(count("made"), 1);
    persist_close(&p);
    ck_assert(!persist_prepare(&p, "none/made/f", "new", 3, true, &why));
    ck_assert_str_eq(why.text, "its folder can't be made: No such file or directory");
}
END_TEST

START_TEST(test_abandon)
{
    write_file("sub/f", "old", 0644);
    prepare("sub/f", "new", true);
    persist_abandon(&p);
    persist_abandon(&p);
    check_file("sub/f", "old", 0644);
    ck_assert_int_eq(count("sub"), 1);
    prepare("sub/f", "new", true);
    undo();
    check_file("sub/f", "old", 0644);
    ck_assert_int_eq(count("sub"), 1);
    persist_close(&p);
}
END_TEST

START_TEST(test_undo)
{
    write_file("sub/f", "old", 0640);
    prepare("sub/f", "new", true);
    finish();
    undo();
    check_file("sub/f", "old", 0640);
    ck_assert_int_eq(count("sub"), 1);
    /* What is undone is not finished. */
    ck_assert_int_eq(persist_finish(&p, &why), PERSIST_FAILED);
    check_file("sub/f", "old", 0640);
    persist_close(&p);
}
END_TEST

START_TEST(test_was)
{
    write_file("sub/f", "old", 0640);
    prepare("sub/f", "new", true);
    ck_assert(persist_was(&p, "old", 3));
    ck_assert(!persist_was(&p, "olf", 3));
    ck_assert(!persist_was(&p, "", 0));
    persist_abandon(&p);
    prepare("sub/g", "new", true);
    ck_assert(persist_was(&p, "", 0));
    ck_assert(!persist_was(&p, "old", 3));
    persist_abandon(&p);
}
END_TEST

static void replace_by(const char *text)
{
    write_file("sub/g", text, 0640);
    ck_assert_int_eq(rename("sub/g", "sub/f"), 0);
}

/* Changed by somebody between the two steps: edited, replaced, removed, made. */
START_TEST(test_changed_before_finish)
{
    write_file("sub/f", "old", 0640);
    prepare("sub/f", "new", true);
    if (_i == 0)
        write_file("sub/f", "odd", 0640);
    else if (_i == 1)
        replace_by("old");
    else if (_i == 2)
        ck_assert_int_eq(unlink("sub/f"), 0);
    const char *now = read_file("sub/f");
    now = now ? strdup(now) : NULL;
    ck_assert_int_eq(persist_finish(&p, &why), PERSIST_CHANGED);
    ck_assert_pstr_eq(read_file("sub/f"), now);
    undo();
    ck_assert_pstr_eq(read_file("sub/f"), now);
    ck_assert_int_eq(count("sub"), now ? 1 : 0);
    persist_close(&p);
    free((void *)(uintptr_t)now);
}
END_TEST

START_TEST(test_made_before_finish)
{
    prepare("sub/f", "new", true);
    write_file("sub/f", "", 0640);
    ck_assert_int_eq(persist_finish(&p, &why), PERSIST_CHANGED);
    check_file("sub/f", "", 0640);
    undo();
    check_file("sub/f", "", 0640);
    ck_assert_int_eq(count("sub"), 1);
    persist_close(&p);
}
END_TEST

START_TEST(test_paths)
{
    struct persist_file file = {.folder_path = "/etc/sysconfig", .name = "iptables"};
    struct persist_paths paths;

    persist_paths(&file, &paths);
    ck_assert_str_eq(paths.file, "/etc/sysconfig/iptables");
    ck_assert_str_eq(paths.old, "/etc/sysconfig/iptables.lbgen-old");
    strcpy(file.folder_path, "/");
    persist_paths(&file, &paths);
    ck_assert_str_eq(paths.file, "/iptables");
    ck_assert_str_eq(paths.old, "/iptables.lbgen-old");
}
END_TEST

/* Changed by somebody after the last step: his text stays, and the old one beside it. */
START_TEST(test_changed_before_undo)
{
    write_file("sub/f", "old", 0640);
    prepare("sub/f", "new", true);
    finish();
    if (_i == 0)
        write_file("sub/f", "odd", 0640);
    else if (_i == 1)
        replace_by("odd");
    else
        ck_assert_int_eq(unlink("sub/f"), 0);
    ck_assert_int_eq(persist_undo(&p, &why), PERSIST_CHANGED);
    ck_assert_str_eq(why.text, "was changed by somebody meanwhile and is left as it is");
    ck_assert_pstr_eq(read_file("sub/f"), _i == 2 ? NULL : "odd");
    check_file("sub/f.lbgen-old", "old", 0640);
    persist_close(&p);
}
END_TEST

/* Whoever removes the old file takes the way back. */
START_TEST(test_old_is_gone)
{
    write_file("sub/f", "old", 0640);
    prepare("sub/f", "new", true);
    finish();
    ck_assert_int_eq(unlink("sub/f.lbgen-old"), 0);
    ck_assert_int_eq(persist_undo(&p, &why), PERSIST_FAILED);
    ck_assert_str_eq(why.text, "can't be undone: the old file is gone");
    check_file("sub/f", "new", 0640);
    persist_close(&p);
}
END_TEST

START_TEST(test_restore_old)
{
    write_file("sub/f", "old", 0640);
    prepare("sub/f", "new", true);
    finish();
    persist_close(&p);
    struct persist_file other = handed_over();
    ck_assert_int_eq(persist_restore_old(&other, &why), PERSIST_DONE);
    check_file("sub/f", "old", 0640);
    ck_assert_int_eq(count("sub"), 1);
    ck_assert_int_eq(persist_restore_old(&other, &why), PERSIST_CHANGED);
    check_file("sub/f", "old", 0640);

    prepare("made/f", "new", true);
    finish();
    persist_close(&p);
    other = handed_over();
    ck_assert_int_eq(persist_restore_old(&other, &why), PERSIST_DONE);
    ck_assert_int_eq(access("made", F_OK), -1);
    ck_assert_int_eq(persist_restore_old(&other, &why), PERSIST_CHANGED);
}
END_TEST

/* Only bytes count, after a restore from a backup too; and both files must have them. */
START_TEST(test_restore_old_changed)
{
    write_file("sub/f", "old", 0640);
    prepare("sub/f", "new", true);
    finish();
    persist_close(&p);
    write_file("sub/f", "neW", 0640);
    ck_assert_int_eq(persist_restore_old(&p, &why), PERSIST_CHANGED);
    check_file("sub/f", "neW", 0640);
    write_file("sub/f", "new", 0640);
    write_file("sub/f.lbgen-old", "older", 0640);
    ck_assert_int_eq(persist_restore_old(&p, &why), PERSIST_CHANGED);
    ck_assert_int_eq(unlink("sub/f.lbgen-old"), 0);
    ck_assert_int_eq(persist_restore_old(&p, &why), PERSIST_CHANGED);
    ck_assert_int_eq(symlink("f", "sub/f.lbgen-old"), 0);
    ck_assert_int_eq(persist_restore_old(&p, &why), PERSIST_CHANGED);
    ck_assert_int_eq(unlink("sub/f.lbgen-old"), 0);
    check_file("sub/f", "new", 0640);
    write_file("sub/f.lbgen-old", "old", 0640);
    ck_assert_int_eq(persist_restore_old(&p, &why), PERSIST_DONE);
    check_file("sub/f", "old", 0640);
}
END_TEST

/* What a run that was cut off has left: its new file, and a second name of the present one. */
START_TEST(test_leftovers)
{
    write_file("sub/f", "old", 0640);
    write_file("sub/.f.lbgen-new", "half", 0600);
    ck_assert_int_eq(link("sub/f", _i ? "sub/f.lbgen-old" : "sub/.f.lbgen-keep"), 0);
    prepare("sub/f", "new", true);
    finish();
    persist_close(&p);
    check_file("sub/f", "new", 0640);
    check_file("sub/f.lbgen-old", "old", 0640);
    ck_assert_int_eq(count("sub"), 2);
}
END_TEST

/* persist_finish has ended between its two steps, and somebody has put a file of his own there since. */
START_TEST(test_changed_half_way)
{
    write_file("sub/f", "old", 0640);
    prepare("sub/f", "new", true);
    ck_assert_int_eq(link("sub/f", "sub/f.lbgen-old"), 0);
    replace_by("odd");
    undo();
    check_file("sub/f", "odd", 0640);
    check_file("sub/f.lbgen-old", "old", 0640);
    ck_assert_int_eq(count("sub"), 2);
    persist_close(&p);
}
END_TEST

/* What lies where the old one would be kept is no matter where it is not kept. */
START_TEST(test_folder_beside)
{
    write_file("sub/f", "old", 0640);
    ck_assert_int_eq(mkdir("sub/f.lbgen-old", 0755), 0);
    ck_assert(!persist_prepare(&p, "sub/f", "new", 3, true, &why));
    ck_assert_ptr_nonnull(strstr(why.text, "can't be kept"));
    persist_abandon(&p);
    prepare("sub/f", "new", false);
    finish();
    persist_settle(&p);
    persist_close(&p);
    check_file("sub/f", "new", 0640);
    ck_assert_int_eq(count("sub"), 2);
}
END_TEST

/* The same owner in another group. */
START_TEST(test_group)
{
    struct stat st;

    write_file("sub/f", "old", 0640);
    if (chown("sub/f", (uid_t)-1, getegid() + 1) != 0)
        return; /* only root may */
    prepare("sub/f", "new", true);
    finish();
    persist_close(&p);
    ck_assert_int_eq(stat("sub/f", &st), 0);
    ck_assert(st.st_uid == geteuid() && st.st_gid == getegid() + 1);
}
END_TEST

static Suite *persist_suite(void)
{
    Suite *s = suite_create("persist");
    TCase *t = new_case(s, "persist");

    check_folder_use(t);
    tcase_add_checked_fixture(t, make_sub, NULL);
    tcase_add_loop_test(t, test_replace, 0, 4);
    tcase_add_test(t, test_paths);
    tcase_add_test(t, test_state);
    tcase_add_test(t, test_new_file);
    tcase_add_test(t, test_folder);
    tcase_add_test(t, test_abandon);
    tcase_add_test(t, test_undo);
    tcase_add_test(t, test_was);
    tcase_add_loop_test(t, test_changed_before_finish, 0, 3);
    tcase_add_test(t, test_made_before_finish);
    tcase_add_loop_test(t, test_changed_before_undo, 0, 3);
    tcase_add_test(t, test_old_is_gone);
    tcase_add_test(t, test_restore_old);
    tcase_add_test(t, test_restore_old_changed);
    tcase_add_loop_test(t, test_leftovers, 0, 2);
    tcase_add_test(t, test_changed_half_way);
    tcase_add_test(t, test_folder_beside);
    tcase_add_test(t, test_group);
    return s;
}

int main(void)
{
    return run_suite(persist_suite());
}
