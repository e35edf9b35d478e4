/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lbgen/boot_files.h"
#include "lbgen/new_file.h"

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

/* Of two paths, whether they are the same name in the same folder. */
static bool same_place(const char *a, const char *b)
{
    const char *paths[] = {a, b};
    char folder[2][PATH_MAX], full[2][PATH_MAX], name[2][NAME_MAX + 1];
    struct complaint ignored;

    for (int i = 0; i < 2; i++)
        if (!new_file_split(paths[i], folder[i], name[i], &ignored) || !realpath(folder[i], full[i]))
            return strcmp(a, b) == 0;
    return strcmp(name[0], name[1]) == 0 && strcmp(full[0], full[1]) == 0;
}

bool boot_files_clash(const struct boot_files *files)
{
    return files->path[IPV4][0] && files->path[IPV6][0] && same_place(files->path[IPV4], files->path[IPV6]);
}
