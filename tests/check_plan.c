/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/plan.h"

#include "check_change.h"

/* A plan of the edits from the old tables to the new ones, and two files. */
static void make_plan(struct plan *plan, const struct live_backend *backend)
{
    *plan = (struct plan){.backend = backend, .undo.form = backend->form};
    for (int f = 0; f < FAMILIES; f++) {
        struct image now = {0};

        read_image(f == IPV4 ? old4 : old6, &now);
        for (int t = 0; t < TABLES; t++) {
            struct edit edit;
            struct complaint why;

            ck_assert(find_new(NULL, (enum family)f, (enum table)t, &now.of[t], &edit, &why));
            if (!edit_is_empty(&edit))
                undo_add(&plan->undo, (enum family)f, &now.of[t], &edit);
            edit_free(&edit);
        }
        image_free(&now);
    }
    for (int i = 0; i < 2; i++) {
        struct persist_file *file = &plan->files[plan->n_files++];

        snprintf(file->folder_path, sizeof file->folder_path, "/etc/folder%d", i);
        snprintf(file->name, sizeof file->name, "a file");
        file->before.exists = i == 0;
        file->after = (struct file_version){true, 1, 2, {3, 4}};
        file->folder = -1;
    }
}

static void same_plan(const struct plan *a, const struct plan *b)
{
    struct buf x = {0}, y = {0};

    plan_print(a, &x);
    plan_print(b, &y);
    ck_assert_str_eq(buf_text(&x), buf_text(&y));
    buf_free(&x);
    buf_free(&y);
}

static void setup(void)
{
    fake_world_make(old4, old6);
}

static const struct live_backend *const backends[] = {&fake_lines, &fake_entries, &live_legacy, &live_nft};

START_TEST(test_there_and_back)
{
    struct plan plan, read;
    struct buf text = {0};

    make_plan(&plan, backends[_i]);
    plan_print(&plan, &text);
    char *exact = exact_copy(text.at, text.len);
    ck_assert(plan_read(&read, exact, text.len));
    free(exact);
    ck_assert_ptr_eq(read.backend, backends[_i]);
    ck_assert_int_eq(read.undo.form, backends[_i]->form);
    ck_assert_uint_eq(read.n_files, 2);
    ck_assert_str_eq(read.files[1].folder_path, "/etc/folder1");
    ck_assert_int_eq(read.files[1].folder, -1);
    same_plan(&plan, &read);
    plan_free(&plan);
    plan_free(&read);
    ck_assert_ptr_null(read.backend);
    buf_free(&text);
}
END_TEST

static bool is_read(const char *text, size_t len)
{
    char *exact = exact_copy(text, len);
    struct plan read;
    bool good = plan_read(&read, exact, len);

    MUST(good || (!read.backend && read.n_files == 0 && undo_is_empty(&read.undo)));
    if (good)
        plan_free(&read);
    free(exact);
    return good;
}

/* Cut behind the undo, or behind a file, it is a plan of fewer files; anywhere else it is none. */
START_TEST(test_cut)
{
    struct plan plan;
    struct buf text = {0};
    int good = 0;

    make_plan(&plan, &fake_lines);
    plan_print(&plan, &text);
    for (size_t len = 0; len <= text.len; len++)
        good += is_read(text.at, len);
    ck_assert_int_eq(good, 3);
    plan_free(&plan);
    buf_free(&text);
}
END_TEST

START_TEST(test_damaged)
{
    struct chance c = {20261125};
    struct plan plan;
    struct buf text = {0};

    make_plan(&plan, &fake_entries);
    plan_print(&plan, &text);
    for (int i = 0; i < 2000; i++) {
        size_t at = chance_below(&c, (uint32_t)text.len);
        char was = text.at[at];

        text.at[at] = (char)(chance_one_in(&c, 2) ? '0' + chance_below(&c, 10) : chance_bits(&c) & 255);
        is_read(text.at, text.len);
        text.at[at] = was;
    }
    plan_free(&plan);
    buf_free(&text);
}
END_TEST

static const struct {
    const char *text;
    bool good;
} texts[] = {
    {"backend legacy\nundo entry\nend\n", true},
    {"backend nft\nundo line\nend\n", true},
    {"backend fake-lines\nundo line\nend\n", true},
    {"", false},
    {"backend legacy", false},
    {"backend legacy\n", false},
    {"backend legac\nundo line\nend\n", false},
    {"backend other\nundo line\nend\n", false},
    {"backend  nft\nundo line\nend\n", false},
    {"undo line\nend\n", false},
    {"backend nft\nundo line\nend\nwhat\n", false},
    {"backend nft\nundo line\nend\n\n", false},
};

START_TEST(test_text)
{
    ck_assert_int_eq(is_read(texts[_i].text, strlen(texts[_i].text)), texts[_i].good);
}
END_TEST

/* No more files than there is room for. */
START_TEST(test_many_files)
{
    struct plan plan;
    struct buf text = {0};

    make_plan(&plan, &fake_lines);
    for (; plan.n_files < PLAN_FILES_MAX; plan.n_files++)
        plan.files[plan.n_files] = plan.files[0];
    plan_print(&plan, &text);
    ck_assert(is_read(text.at, text.len));
    plan.files[0].name[0] = 'b';
    for (int i = 0; i < 2; i++)
        plan_print(&plan, &text);
    ck_assert(!is_read(text.at, text.len));
    text.len = 0;
    plan_print(&plan, &text);
    buf_str(&text, "persist /etc x\nkeep-old 0 made-folder 0\nbefore 0 0 0 0 0\nafter 1 0 0 0 0\n");
    ck_assert(!is_read(text.at, text.len));
    plan_free(&plan);
    buf_free(&text);
}
END_TEST

/* Nothing to undo needs no lock and no tables. */
START_TEST(test_nothing_to_undo)
{
    struct plan plan = {.backend = &fake_lines};
    struct complaint why;
    bool unlocked = true;

    fake_trouble_for(FAKE_COMMAND, FAKE_OPEN, 1, FAKE_EVER, FAKE_FAILS);
    ck_assert_int_eq(plan_undo_rules(&plan, 0, &unlocked, &why), PLAN_DONE);
    ck_assert(!unlocked);
    ck_assert_uint_eq(fake_world->calls[FAKE_COMMAND][FAKE_OPEN], 0);
    ck_assert_int_eq(plan_undo_files(&plan, &why), PLAN_DONE);
    ck_assert_int_eq(plan_finish_files(&plan, &why), PLAN_DONE);
    plan_free(&plan);
}
END_TEST

/* More kinds of tables than there is room for are left out; those that are there stay. */
START_TEST(test_many_backends)
{
    struct plan plan;

    for (int i = 0; i < 20; i++)
        plan_add_backend(&fake_entries);
    make_plan(&plan, &live_legacy);
    struct buf text = {0};
    plan_print(&plan, &text);
    ck_assert(is_read(text.at, text.len));
    plan_free(&plan);
    buf_free(&text);
}
END_TEST

/* Of two files that can't come back the last one is named, with its whole path. */
START_TEST(test_files_stay)
{
    struct plan plan;
    struct complaint why;

    make_plan(&plan, &fake_lines);
    for (int i = 0; i < 2; i++) {
        snprintf(plan.files[i].folder_path, sizeof plan.files[i].folder_path, "/");
        snprintf(plan.files[i].name, sizeof plan.files[i].name, ".lbgen-nowhere%d", i);
        plan.files[i].before.exists = true;
    }
    ck_assert_int_eq(plan_undo_files(&plan, &why), PLAN_FAILED);
    ck_assert_msg(strncmp(why.text, "/.lbgen-nowhere1 ", 17) == 0, "%s", why.text);
    plan_free(&plan);
}
END_TEST

static Suite *plan_suite(void)
{
    Suite *s = suite_create("plan");
    TCase *t = new_case(s, "plan");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, test_there_and_back, 0, N_OF(backends));
    tcase_add_test(t, test_cut);
    tcase_add_test(t, test_damaged);
    tcase_add_loop_test(t, test_text, 0, N_OF(texts));
    tcase_add_test(t, test_many_files);
    tcase_add_test(t, test_nothing_to_undo);
    tcase_add_test(t, test_files_stay);
    tcase_add_test(t, test_many_backends);
    return s;
}

int main(void)
{
    return run_suite(plan_suite());
}
