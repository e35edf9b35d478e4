/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/digest.h"

#include <sys/mman.h>
#include <unistd.h>

#include "check_util.h"

enum { PIECE = 64 * 1024 };

static const size_t sizes[] = {0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 5};

static char text[4 * PIECE];

static int file_of(size_t len)
{
    int fd = memfd_create("text", MFD_CLOEXEC);

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7 + i / PIECE);
    MUST(fd >= 0 && write(fd, text, len) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

/* A file's is that of its text; one byte more or another one, and it is not. */
START_TEST(test_same)
{
    size_t len = sizes[_i];
    int fd = file_of(len);
    struct digest of_file;

    ck_assert(digest_of_file(fd, len, &of_file));
    ck_assert(digest_equal(of_file, digest_of_text(text, len)));
    ck_assert(!digest_equal(of_file, digest_of_text(text, len + 1)));
    if (len) {
        text[len - 1] ^= 1;
        ck_assert(!digest_equal(of_file, digest_of_text(text, len)));
    }
    close(fd);
}
END_TEST

/* A file that is longer than it was is not read to its end, which may never come. */
START_TEST(test_longer)
{
    int fd = file_of(sizeof text);
    struct digest of_file;

    ck_assert(digest_of_file(fd, PIECE - 1, &of_file));
    ck_assert_int_eq((int)lseek(fd, 0, SEEK_CUR), PIECE);
    ck_assert(!digest_equal(of_file, digest_of_text(text, PIECE - 1)));
    close(fd);
    ck_assert(!digest_of_file(-1, 0, &of_file));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("digest");
    TCase *t = new_case(suite, "digest");

    tcase_add_loop_test(t, test_same, 0, N_OF(sizes));
    tcase_add_test(t, test_longer);
    return run_suite(suite);
}
