/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/boot_unit.h"

/* Who loads the whole of which file. netfilter-persistent does nothing without its plugin. */
static const struct loader {
    const char *file, *unit, *enable;
    const char *plugin; /* the end of its name */
} loaders[] = {
    {"/etc/sysconfig/iptables", "iptables.service", "systemctl enable iptables", NULL},
    {"/etc/sysconfig/ip6tables", "ip6tables.service", "systemctl enable ip6tables", NULL},
    {"/etc/iptables/rules.v4", "netfilter-persistent.service", "systemctl enable netfilter-persistent",
     "-ip4tables"},
    {"/etc/iptables/rules.v6", "netfilter-persistent.service", "systemctl enable netfilter-persistent",
     "-ip6tables"},
};
/* Loads lbgen's part of each: the answer where nobody loads the whole. */
static const char own_unit[] = "lbgen.service", enable_own[] = "systemctl enable lbgen.service";

/* The first one that has the unit's file decides. */
static const char *const unit_folders[] = {"/etc/systemd/system", "/run/systemd/system",
                                           "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
                                           "/lib/systemd/system"};
static const char plugin_folder[] = "/usr/share/netfilter-persistent/plugins.d";

enum { N_FOLDERS = sizeof unit_folders / sizeof *unit_folders, N_LOADERS = sizeof loaders / sizeof *loaders };

static bool path_of(char path[PATH_MAX], const char *root, const char *folder, const char *name)
{
    return snprintf(path, PATH_MAX, "%s%s/%s", root, folder, name) < PATH_MAX;
}

static bool ends_in(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);

    return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

/* A link to a unit of another name is that unit's alias (Debian's iptables.service is netfilter-persistent);
 * one to /dev/null, or an empty file, masks the unit. */
static bool is_unit_file(const char *path, const char *unit, const struct stat *st)
{
    char target[PATH_MAX];

    if (!S_ISLNK(st->st_mode))
        return S_ISREG(st->st_mode) && st->st_size > 0;
    ssize_t len = readlink(path, target, sizeof target - 1);
    if (len < 0)
        return false;
    target[len] = '\0';
    const char *slash = strrchr(target, '/');
    return strcmp(slash ? slash + 1 : target, unit) == 0;
}

static bool exists(const char *root, const char *unit)
{
    char path[PATH_MAX];
    struct stat st;

    for (int i = 0; i < N_FOLDERS; i++)
        if (path_of(path, root, unit_folders[i], unit) && lstat(path, &st) == 0)
            return is_unit_file(path, unit, &st);
    return false;
}

/* Whether a folder like multi-user.target.wants here has the unit. */
static bool wanted_here(const char *folder, const char *unit)
{
    char path[PATH_MAX];
    struct stat st;
    DIR *d = opendir(folder);
    bool found = false;

    if (!d)
        return false;
    for (struct dirent *e; !found && (e = readdir(d));)
        found = (ends_in(e->d_name, ".wants") || ends_in(e->d_name, ".requires")) &&
                snprintf(path, sizeof path, "%s/%s/%s", folder, e->d_name, unit) < (int)sizeof path &&
                lstat(path, &st) == 0;
    closedir(d);
    return found;
}

static bool wanted(const char *root, const char *unit)
{
    char path[PATH_MAX];

    for (int i = 0; i < N_FOLDERS; i++)
        if (path_of(path, root, unit_folders[i], "") && wanted_here(path, unit))
            return true;
    return false;
}

static bool has_plugin(const char *root, const char *end)
{
    char path[PATH_MAX];
    DIR *d = path_of(path, root, plugin_folder, "") ? opendir(path) : NULL;
    bool found = false;

    if (!d)
        return false;
    for (struct dirent *e; !found && (e = readdir(d));)
        found = ends_in(e->d_name, end);
    closedir(d);
    return found;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;

    return strcmp(a, b) == 0 ||
           (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

static const struct loader *loader_of(const char *root, const char *path)
{
    char known[PATH_MAX];

    for (int i = 0; i < N_LOADERS; i++)
        if (snprintf(known, sizeof known, "%s%s", root, loaders[i].file) < (int)sizeof known &&
            is_same_file(path, known))
            return &loaders[i];
    return NULL;
}

struct boot_unit boot_unit_find(const char *root, const char *path)
{
    const struct loader *loader = loader_of(root, path);

    if (!loader)
        return (struct boot_unit){0};
    bool usable = exists(root, loader->unit) && (!loader->plugin || has_plugin(root, loader->plugin));
    if (usable && wanted(root, loader->unit))
        return (struct boot_unit){.name = loader->unit};
    if (exists(root, own_unit) && wanted(root, own_unit))
        return (struct boot_unit){.name = own_unit, .part = true};
    return (struct boot_unit){.enable = usable ? loader->enable : enable_own};
}
