/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lbgen/boot_files.h"

static const char *const red_hat[FAMILIES] = {
    [IPV4] = "/etc/sysconfig/iptables", [IPV6] = "/etc/sysconfig/ip6tables"};
static const char *const debian[FAMILIES] = {
    [IPV4] = "/etc/iptables/rules.v4", [IPV6] = "/etc/iptables/rules.v6"};

static bool is_folder(const char *root, const char *path)
{
    char full[PATH_MAX];
    struct stat st;
    int len = snprintf(full, sizeof full, "%s%s", root, path);

    return len < (int)sizeof full && stat(full, &st) == 0 && S_ISDIR(st.st_mode);
}

bool boot_files_find(struct boot_files *files, const struct boot_files_options *options, const char *root)
{
    bool as_debian = is_folder(root, "/etc/iptables") && !is_folder(root, "/etc/sysconfig");
    const char *const *usual = as_debian ? debian : red_hat;

    memset(files, 0, sizeof *files);
    for (int f = 0; f < FAMILIES && !options->no_persist; f++) {
        const char *asked = options->persist[f];
        int len = snprintf(files->path[f], PATH_MAX, "%s%s", asked ? "" : root, asked ? asked : usual[f]);

        if (len >= PATH_MAX)
            return false;
    }
    return true;
}
