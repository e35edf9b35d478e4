/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "check_folder.h"

static int file_of(const char *text, size_t len)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    MUST(fd >= 0);
    MUST(write(fd, text, len) == (ssize_t)len);
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

/* A file has the digest of its text, around the size of a piece too. */
START_TEST(test_file_is_text)
{
    static const size_t sizes[] = {0, 1, 7, 8, 65535, 65536, 65537, 131071, 131072, 131073, 200000};
    struct chance c = {1};
    char *text = malloc(200000);

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < 200000; i++)
        text[i] = (char)chance_below(&c, 256);
    for (int i = 0; i < N_OF(sizes); i++) {
        struct digest got, want = digest_of_text(text, sizes[i]);
        int fd = file_of(text, sizes[i]);

        MUST(digest_of_file(fd, sizes[i], &got));
        MUST(got.size == sizes[i] && want.size == sizes[i] && digest_equal(got, want));
        close(fd);
    }
    free(text);
}
END_TEST

/* One bit, one byte more or less, two pieces that change places. */
START_TEST(test_differs)
{
    char *text = calloc(1, 200000);

    ck_assert_ptr_nonnull(text);
    struct digest old = digest_of_text(text, 200000);
    for (size_t i = 0; i < 200000; i += 999) {
        text[i] ^= 1;
        MUST(!digest_equal(old, digest_of_text(text, 200000)));
        text[i] ^= 1;
    }
    MUST(!digest_equal(old, digest_of_text(text, 199999)));
    text[0] = 'a';
    old = digest_of_text(text, 131072);
    text[0] = '\0';
    text[65536] = 'a';
    MUST(!digest_equal(old, digest_of_text(text, 131072)));
    free(text);
}
END_TEST

/* A file that is longer than it should be is not read to its end. */
START_TEST(test_longer)
{
    struct digest got;
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert(digest_of_file(fd, 1000, &got));
    ck_assert_uint_gt(got.size, 1000);
    close(fd);
}
END_TEST

START_TEST(test_unreadable)
{
    struct digest got;
    int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    ck_assert(!digest_of_file(fd, 1000, &got));
    ck_assert_int_eq(errno, EISDIR);
    close(fd);
    ck_assert(!digest_of_file(fd, 1000, &got));
}
END_TEST

static Suite *digest_suite(void)
{
    Suite *s = suite_create("digest");
    TCase *t = new_case(s, "digest");

    check_folder_use(t);
    tcase_add_test(t, test_file_is_text);
    tcase_add_test(t, test_differs);
    tcase_add_test(t, test_longer);
    tcase_add_test(t, test_unreadable);
    return s;
}

int main(void)
{
    return run_suite(digest_suite());
}
