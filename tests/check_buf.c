/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "check_util.h"

/* Takes what comes; fails from call number `fail_at` on with `error`. */
struct drain {
    struct buf got;
    int calls, fail_at, error;
};

static int take(void *ctx, const char *data, size_t len)
{
    struct drain *d = ctx;

    d->calls++;
    MUST(len > 0);
    if (d->fail_at && d->calls >= d->fail_at)
        return d->error +
               (d->calls > d->fail_at ? 1000 : 0); /* later errors differ: the first one must stick */
    buf_add(&d->got, data, len);
    return 0;
}

/* The same by-chance writes into a keeping and a streaming buffer. */
START_TEST(test_streaming)
{
    struct chance c = {.state = 0xb0f + (unsigned)_i};
    struct drain d = {0};
    struct buf keep = {0}, stream = {.flush = take, .ctx = &d};
    static char piece[200000];

    for (int i = 0; i < 3000; i++) {
        size_t n = chance_one_in(&c, 200) ? chance_below(&c, sizeof piece) : chance_below(&c, 50);
        uint32_t value = chance_bits(&c);

        memset(piece, 'a' + i % 26, n);
        buf_add(&keep, piece, n);
        buf_add(&stream, piece, n);
        buf_char(&keep, '\0');
        buf_char(&stream, '\0');
        buf_dec(&keep, value);
        buf_dec(&stream, value);
        buf_printf(&keep, "%s %u\n", "text", value);
        buf_printf(&stream, "%s %u\n", "text", value);
    }
    ck_assert_int_eq(buf_finish(&stream), 0);
    ck_assert_int_eq(buf_finish(&keep), 0);
    ck_assert_uint_eq(d.got.len, keep.len);
    ck_assert(memcmp(d.got.at, keep.at, keep.len) == 0);
    ck_assert_int_lt(d.calls, 2000);          /* in large pieces */
    ck_assert_int_eq(buf_finish(&stream), 0); /* nothing twice */
    ck_assert_uint_eq(d.got.len, keep.len);
    buf_free(&keep);
    buf_free(&stream);
    buf_free(&d.got);
}
END_TEST

/* The first error sticks, and nothing is sent behind it. */
START_TEST(test_sticky_error)
{
    struct drain d = {.fail_at = 1 + _i, .error = ENOSPC};
    struct buf b = {.flush = take, .ctx = &d};

    for (int i = 0; i < 200000; i++)
        buf_str(&b, "0123456789");
    ck_assert_int_eq(buf_finish(&b), ENOSPC);
    ck_assert_int_eq(buf_finish(&b), ENOSPC);
    ck_assert_int_eq(d.calls, 1 + _i);
    buf_free(&b);
    buf_free(&d.got);
}
END_TEST

START_TEST(test_numbers)
{
    struct chance c = {.state = 0x4e4};
    char expected[64];
    struct buf b = {0};

    for (int i = 0; i < 20000; i++) {
        uint32_t value = i < 20    ? (uint32_t)i
                         : i == 20 ? UINT32_MAX
                                   : chance_bits(&c) >> chance_below(&c, 32);

        b.len = 0;
        buf_dec(&b, value);
        buf_char(&b, ' ');
        buf_hex(&b, value);
        snprintf(expected, sizeof expected, "%" PRIu32 " 0x%" PRIx32, value, value);
        MUST(strcmp(buf_text(&b), expected) == 0);
    }
    buf_free(&b);
}
END_TEST

/* buf_text: a NUL that does not count. */
START_TEST(test_text)
{
    struct buf b = {0};

    ck_assert_str_eq(buf_text(&b), "");
    ck_assert_uint_eq(b.len, 0);
    buf_add(&b, NULL, 0);
    buf_str(&b, "");
    buf_printf(&b, "%s", "");
    ck_assert_uint_eq(b.len, 0);
    for (int i = 0; i < 1000; i++) {
        buf_str(&b, "x");
        MUST(strlen(buf_text(&b)) == b.len && b.len == (size_t)i + 1);
    }
    buf_free(&b);
    ck_assert_str_eq(buf_text(&b), ""); /* usable again */
    buf_free(&b);
    buf_free(&b);
}
END_TEST

/* To a pipe that takes little at a time, whole; to what can't be written to, the errno value. */
START_TEST(test_fd)
{
    int pipe_ends[2], none = -1, got = 0;
    char sink[4096];

    ck_assert_int_eq(pipe(pipe_ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct buf b = {.flush = buf_flush_fd, .ctx = &pipe_ends[1]};

        close(pipe_ends[0]);
        for (int i = 0; i < 100000; i++)
            buf_str(&b, "0123456789");
        _exit(buf_finish(&b));
    }
    close(pipe_ends[1]);
    for (ssize_t n; (n = read(pipe_ends[0], sink, sizeof sink)) > 0;)
        for (ssize_t i = 0; i < n; i++)
            MUST(sink[i] == '0' + got++ % 10);
    ck_assert_int_eq(got, 1000000);
    ck_assert_int_eq(buf_flush_fd(&none, "x", 1), EBADF);
    ck_assert_int_eq(buf_flush_fd(&none, "", 0), 0);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full >= 0) {
        ck_assert_int_eq(buf_flush_fd(&full, "x", 1), ENOSPC);
        close(full);
    }
    close(pipe_ends[0]);
}
END_TEST

static Suite *buf_suite(void)
{
    Suite *s = suite_create("buf");
    TCase *t = new_case(s, "buf");

    tcase_add_loop_test(t, test_streaming, 0, 3);
    tcase_add_loop_test(t, test_sticky_error, 0, 3);
    tcase_add_test(t, test_numbers);
    tcase_add_test(t, test_text);
    tcase_add_test(t, test_fd);
    return s;
}

int main(void)
{
    return run_suite(buf_suite());
}
