/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <netinet/in.h>
#include <linux/netfilter/x_tables.h>

#include "lbgen/vec.h"
#include "lbgen/xt_kernel.h"

static const struct xt_family *family;

static struct {
    struct lack {
        int option;
        char name[XT_EXTENSION_MAXNAMELEN];
    } * at;
    size_t n, cap;
} lacking;

void xt_kernel_of(const struct xt_family *f)
{
    family = f;
}

static void remember(const char *name, int option)
{
    struct lack *lack = VEC_ADD(&lacking);

    *lack = (struct lack){.option = option};
    memcpy(lack->name, name, strnlen(name, sizeof lack->name - 1));
}

int xt_kernel_has(const char *name, uint8_t revision, int option)
{
    struct xt_get_revision question = {.revision = revision};
    socklen_t size = sizeof question;
    int fd = socket(family->af, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

    if (fd < 0)
        return 1;
    memcpy(question.name, name, strnlen(name, sizeof question.name - 1));
    int refused = getsockopt(fd, family->ipproto, option, &question, &size) < 0 ? errno : 0;
    close(fd);
    if (refused != ENOENT && refused != EPROTONOSUPPORT)
        return 1;
    remember(name, option);
    return 0;
}

bool xt_kernel_lacks(const char *name, int option)
{
    for (size_t i = 0; i < lacking.n; i++)
        if (lacking.at[i].option == option && strcmp(lacking.at[i].name, name) == 0)
            return true;
    return false;
}
