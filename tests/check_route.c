/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's answers are made here: what is asked of libmnl goes no further. */
#include "lbgen/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/time.h>

#include "check_util.h"

static int signals, error; /* before the answer; in its place */

ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *room, size_t size)
{
    struct timeval patience = {0};
    socklen_t len = sizeof patience;

    ck_assert_uint_ge(size, 4096);
    MUST(getsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience, &len) == 0);
    ck_assert_int_gt(patience.tv_sec, 0);
    errno = signals > 0 ? EINTR : error;
    if (signals-- > 0 || error)
        return -1;
    struct nlmsghdr *answer = mnl_nlmsg_put_header(room);
    answer->nlmsg_type = RTM_NEWROUTE;
    answer->nlmsg_pid = mnl_socket_get_portid(socket);
    mnl_nlmsg_put_extra_header(answer, sizeof(struct rtmsg));
    mnl_attr_put_u32(answer, RTA_OIF, 1); /* lo, in every network namespace */
    return answer->nlmsg_len;
}

static bool ask(struct interface *out)
{
    struct complaint why;
    struct prefix to;

    MUST(prefix_parse("192.0.2.1", 9, ADDRESS_ONLY, &to, &why));
    return route_device(&to, out);
}

START_TEST(test_device)
{
    struct interface out;

    signals = _i;
    error = 0;
    ck_assert(ask(&out));
    ck_assert_str_eq(out.name, "lo");
}
END_TEST

START_TEST(test_silence)
{
    struct interface out = {"eth0"};

    error = EAGAIN;
    ck_assert(!ask(&out));
    ck_assert_str_eq(out.name, "");
}
END_TEST

static Suite *route_suite(void)
{
    Suite *s = suite_create("route");
    TCase *t = new_case(s, "route");

    tcase_add_loop_test(t, test_device, 0, 3);
    tcase_add_test(t, test_silence);
    return s;
}

int main(void)
{
    return run_suite(route_suite());
}
