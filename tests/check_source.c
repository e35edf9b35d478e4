/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/source.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_folder.h"

/* --- places
 * ---------------------------------------------------------------------------------------------------------
 */

/* Every position of every text against a walk byte by byte. */
START_TEST(test_places)
{
    static const char *const texts[] = {
        "", "a", "\n", "\n\n", "a\n", "a\nb", "a\r\nb\r\n", "\r\n", "one\n\ntwo\nthree", "\r", "x\r"};
    struct sources s = {0};
    srcpos base = 0;

    for (int t = 0; t < N_OF(texts); t++)
        ck_assert_int_eq(sources_add_text(&s, "t", texts[t], strlen(texts[t])), t);
    for (int t = 0; t < N_OF(texts); t++) {
        size_t line = 1, column = 1, len = strlen(texts[t]);
        const char *start = texts[t];

        MUST(s.at[t].base == base);
        for (size_t i = 0; i <= len; i++, column++) {
            struct source_place p = sources_place(&s, base + (srcpos)i);
            size_t line_len = strcspn(start, "\n");

            line_len -= line_len && start[line_len - 1] == '\r';
            if (p.source != &s.at[t] || p.line != line || p.column != column || p.line_text != start ||
                p.line_len != line_len)
                ck_abort_msg("text %d, byte %zu: %zu:%zu, line of %zu bytes", t, i, p.line, p.column,
                             p.line_len);
            if (texts[t][i] == '\n')
                line++, column = 0, start = texts[t] + i + 1;
        }
        base += (srcpos)len + 1;
    }
    sources_free(&s);
    sources_free(&s);
}
END_TEST

/* --- files
 * ----------------------------------------------------------------------------------------------------------
 */

static void write_file(const char *name, const char *text, size_t len)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((int)write(fd, text, len), (int)len);
    close(fd);
}

static void check_refused(const char *path, const char *says)
{
    struct sources s = {0};
    struct complaint why = {.at = 9, .len = 9};

    ck_assert_int_eq(sources_read(&s, path, &why), -1);
    ck_assert_msg(strstr(why.text, says) != NULL, "%s: %s", path, why.text);
    ck_assert(why.at == 0 && why.len == 0);
    ck_assert_uint_eq(s.n, 0);
    sources_free(&s);
}

static void check_read(const char *path, const char *name, const char *text, size_t len)
{
    struct sources s = {0};
    struct complaint why;

    ck_assert_int_eq(sources_read(&s, path, &why), 0);
    ck_assert_str_eq(s.at[0].name, name);
    ck_assert_uint_eq(s.at[0].len, len);
    ck_assert(memcmp(s.at[0].text, text, len) == 0);
    ck_assert_int_eq(s.at[0].text[len], '\0');
    sources_free(&s);
}

START_TEST(test_file)
{
    write_file("file", TEXT("a\0b\n"));
    check_read("file", "file", TEXT("a\0b\n"));
    check_read("./file", "./file", TEXT("a\0b\n"));
    ck_assert_int_eq(symlink("file", "link"), 0);
    check_read("link", "link", TEXT("a\0b\n"));
    write_file("file", "", 0);
    check_read("file", "file", TEXT(""));
    check_read("/dev/null", "/dev/null", TEXT(""));
}
END_TEST

/* Larger than any buffer, with many lines: whole. */
START_TEST(test_large_file)
{
    size_t len = 3000001;
    char *text = malloc(len);

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < len; i++)
        text[i] = i % 77 ? (char)('a' + i % 26) : '\n';
    write_file("file", text, len);
    check_read("file", "file", text, len);
    free(text);
}
END_TEST

START_TEST(test_refused)
{
    ck_assert_int_eq(mkdir("sub", 0700), 0);
    check_refused("missing", "can't be opened: No such file");
    check_refused("", "can't be opened");
    check_refused("sub", "is a folder");
    check_refused(".", "is a folder");
    check_refused("/dev/zero", "a line does not end");
    ck_assert_int_eq(symlink("link", "link"), 0);
    check_refused("link", "can't be opened");
    check_refused("sub/../missing", "can't be opened");
}
END_TEST

/* A file without memory behind it, but of 4 GiB. */
START_TEST(test_sparse)
{
    write_file("file", "", 0);
    if (truncate("file", (off_t)4 << 30) == 0)
        check_refused("file", "is too large");
    ck_assert_int_eq(truncate("file", 3 << 20), 0); /* one line of 3 MiB of NULs */
    check_refused("file", "a line does not end");
}
END_TEST

/* A FIFO whose writer comes late, pauses, and ends. */
START_TEST(test_fifo)
{
    ck_assert_int_eq(mkfifo("file", 0600), 0);
    pid_t writer = fork();

    if (writer == 0) {
        usleep(100000);
        int fd = open("file", O_WRONLY);

        for (int i = 0; i < 3; i++) {
            if (write(fd, "text\n", 5) != 5)
                _exit(1);
            usleep(50000);
        }
        _exit(0);
    }
    check_read("file", "file", TEXT("text\ntext\ntext\n"));
    int status = 1;
    ck_assert_int_eq(waitpid(writer, &status, 0), writer);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* An endless stream of one line is refused while it still comes. */
START_TEST(test_endless_fifo)
{
    ck_assert_int_eq(mkfifo("file", 0600), 0);
    pid_t writer = fork();

    if (writer == 0) {
        char piece[4096];
        int fd = open("file", O_WRONLY);

        memset(piece, 'x', sizeof piece);
        signal(SIGPIPE, SIG_DFL);
        while (write(fd, piece, sizeof piece) > 0)
            ;
        _exit(0);
    }
    check_refused("file", "a line does not end");
    ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
}
END_TEST

START_TEST(test_stdin)
{
    write_file("file", TEXT("from stdin\n"));
    int fd = open("file", O_RDONLY);

    ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    check_read("-", "<stdin>", TEXT("from stdin\n"));
}
END_TEST

/* Positions of several files follow each other; a refused one leaves nothing. */
START_TEST(test_several)
{
    struct sources s = {0};
    struct complaint why;

    write_file("file", TEXT("abc"));
    ck_assert_int_eq(sources_read(&s, "file", &why), 0);
    ck_assert_int_eq(sources_read(&s, "missing", &why), -1);
    ck_assert_int_eq(sources_read(&s, "file", &why), 1);
    ck_assert_int_eq(sources_add_text(&s, "text", "x", 1), 2);
    ck_assert_uint_eq(s.at[1].base, 4);
    ck_assert_uint_eq(s.at[2].base, 8);
    ck_assert_ptr_eq(sources_place(&s, 3).source, &s.at[0]);
    ck_assert_ptr_eq(sources_place(&s, 4).source, &s.at[1]);
    ck_assert_ptr_eq(sources_place(&s, 9).source, &s.at[2]);
    sources_free(&s);
}
END_TEST

static Suite *source_suite(void)
{
    Suite *s = suite_create("source");
    TCase *t = new_case(s, "places"), *files = new_case(s, "files");

    tcase_add_test(t, test_places);
    check_folder_use(files);
    tcase_add_test(files, test_file);
    tcase_add_test(files, test_large_file);
    tcase_add_test(files, test_refused);
    tcase_add_test(files, test_sparse);
    tcase_add_test(files, test_fifo);
    tcase_add_test(files, test_endless_fifo);
    tcase_add_test(files, test_stdin);
    tcase_add_test(files, test_several);
    return s;
}

int main(void)
{
    return run_suite(source_suite());
}
