/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libiptc/libiptc.h>

#include "lbgen/legacy_raw.h"
#include "lbgen/spawn.h"
#include "lbgen/xalloc.h"

enum { TABLE_NAME_ROOM = 64 };

enum { TRIES = 5 }; /* the table may grow between the question for its size and that for its entries */

static int open_socket(int af)
{
    return socket(af, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
}

/* struct ip6t_getinfo and ip6t_get_entries are the same as the ones of IPv4. */
static bool read_once(const struct legacy_tc *tc, int fd, const char *table, struct legacy_raw *out)
{
    struct ipt_getinfo info = {.name = ""};
    socklen_t len = sizeof info;

    strncpy(info.name, table, sizeof info.name - 1);
    if (getsockopt(fd, tc->level, tc->get_info, &info, &len) != 0)
        return false;
    size_t size = sizeof(struct ipt_get_entries) + info.size;
    struct ipt_get_entries *entries = xcalloc(1, size);

    xprefault(entries, size);
    memcpy(entries->name, info.name, sizeof entries->name);
    entries->size = info.size;
    len = (socklen_t)size;
    if (getsockopt(fd, tc->level, tc->get_entries, entries, &len) != 0) {
        int error = errno;

        free(entries);
        errno = error;
        return false;
    }
    legacy_raw_free(out);
    *out = (struct legacy_raw){.block = entries,
                               .entries = (const char *)entries->entrytable,
                               .size = info.size,
                               .valid_hooks = info.valid_hooks};
    memcpy(out->hook_entry, info.hook_entry, sizeof out->hook_entry);
    memcpy(out->underflow, info.underflow, sizeof out->underflow);
    return true;
}

bool legacy_raw_read(const struct legacy_tc *tc, const char *table, struct legacy_raw *out,
                     struct complaint *why)
{
    int fd = open_socket(tc->af);
    bool done = false;

    for (int i = 0; fd >= 0 && !done && i < TRIES; i++)
        if (!(done = read_once(tc, fd, table, out)) && errno != EAGAIN)
            break;
    int error = errno;
    if (fd >= 0)
        close(fd);
    return done || complain(why, 0, 0, "table %s can't be read: %s", table, strerror(error));
}

bool legacy_table_names(const struct legacy_tc *tc, bool exists[TABLES], struct complaint *why)
{
    const char *path = tc->names_file;
    FILE *file = fopen(path, "re");
    char line[TABLE_NAME_ROOM];
    enum table table;

    memset(exists, 0, TABLES * sizeof *exists);
    if (!file)
        return errno == ENOENT || complain(why, 0, 0, "%s can't be read: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file))
        if (table_find(line, strcspn(line, "\n"), &table))
            exists[table] = true;
    bool good = !ferror(file);
    fclose(file);
    return good || complain(why, 0, 0, "%s can't be read", path);
}

/* The last entry of an empty table is an error entry; the others are the policies of its built-in chains. */
static bool is_used(const struct legacy_tc *tc, const struct legacy_raw *raw)
{
    unsigned entries = 0;

    for (size_t at = 0; at < raw->size;) {
        const char *entry = raw->entries + at;
        uint16_t target_at, next;

        memcpy(&target_at, entry + tc->target_offset_at, sizeof target_at);
        memcpy(&next, entry + tc->next_offset_at, sizeof next);
        const struct xt_standard_target *target = (const void *)(entry + target_at);
        if (target->target.u.user.name[0] == '\0' && target->verdict == -NF_DROP - 1)
            return true;
        entries++;
        if (next == 0)
            break;
        at += next;
    }
    return entries > (unsigned)__builtin_popcount(raw->valid_hooks) + 1;
}

bool legacy_tables_used(const struct legacy_tc *tc, bool *used, struct complaint *why)
{
    bool exists[TABLES], good = legacy_table_names(tc, exists, why);

    *used = false;
    for (int t = 0; good && t < TABLES && !*used; t++) {
        struct legacy_raw raw = {0};

        if (!exists[t])
            continue;
        good = legacy_raw_read(tc, table_names[t], &raw, why);
        *used = good && is_used(tc, &raw);
        legacy_raw_free(&raw);
    }
    return good;
}

/* 0, or the errno of a harmless question that only those who may change tables are answered. */
static int ask_kernel(void)
{
    struct xt_get_revision question = {.name = "comment", .revision = 0};
    socklen_t len = sizeof question;
    int fd = open_socket(AF_INET);
    int error =
        fd >= 0 && getsockopt(fd, IPPROTO_IP, IPT_SO_GET_REVISION_MATCH, &question, &len) == 0 ? 0 : errno;

    if (fd >= 0)
        close(fd);
    return error == EPROTONOSUPPORT || error == ENOENT ? 0 : error; /* no such match: an answer */
}

bool may_change_tables(struct complaint *why)
{
    int error = ask_kernel();

    return (error != EPERM && error != EACCES) ||
           complain(why, 0, 0,
                    "the kernel's tables can't be read or changed: this needs root, or CAP_NET_ADMIN and "
                    "CAP_NET_RAW");
}

/* The kernel loads the tables' modules itself, but not the one that they hang on. */
static void load_modules(void)
{
    static const char *const modules[] = {"ip_tables", "ip6_tables"};
    struct complaint ignored;

    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        struct spawn s = {.argv = {"modprobe", "-q", modules[i]}, .seconds = 30};

        spawn_run(&s, &ignored);
        spawn_free(&s);
    }
}

bool legacy_is_there(struct complaint *why)
{
    int error = ask_kernel();

    if (error == ENOPROTOOPT) {
        load_modules();
        error = ask_kernel();
    }
    if (error == ENOPROTOOPT)
        return complain(
            why, 0, 0,
            "this kernel has no ip_tables (legacy): load the module ip_tables, or give --backend nft");
    return error == 0 || complain(why, 0, 0, "the kernel's tables can't be reached: %s", strerror(error));
}

void legacy_raw_free(struct legacy_raw *raw)
{
    free(raw->block);
    *raw = (struct legacy_raw){0};
}
