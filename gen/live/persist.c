/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/buf.h"
#include "lbgen/new_file.h"
#include "lbgen/persist.h"
#include "lbgen/persist_folder.h"

/* The names beside the file. */
struct names {
    char fresh[NAME_MAX + 1]; /* the new file, until it is renamed */
    char keep[NAME_MAX + 1];  /* the old one, on its way to `old`, or until persist_settle */
    char old[NAME_MAX + 1];
};

static struct names names_of(const struct persist_file *p)
{
    struct names n;

    snprintf(n.fresh, sizeof n.fresh, ".%.240s.lbgen-new", p->name);
    snprintf(n.keep, sizeof n.keep, ".%.240s.lbgen-keep", p->name);
    snprintf(n.old, sizeof n.old, "%.240s.lbgen-old", p->name);
    return n;
}

void persist_paths(const struct persist_file *p, struct persist_paths *out)
{
    const struct names n = names_of(p);
    const char *folder = strcmp(p->folder_path, "/") == 0 ? "" : p->folder_path;

    snprintf(out->file, sizeof out->file, "%s/%s", folder, p->name);
    snprintf(out->old, sizeof out->old, "%s/%s", folder, n.old);
}

static bool sync_folder(const struct persist_file *p, struct complaint *why)
{
    if (fsync(p->folder) != 0)
        return complain(why, 0, 0, "its folder can't be brought to the disk: %s", strerror(errno));
    return true;
}

/* --- prepare ------------------------------------------------------------------------------------------- */

/* What can't be renamed over, or would not be replaced by that. */
static bool refuse(const struct statx *st, bool old_is_a_link_of_it, struct complaint *why)
{
    unsigned links = st->stx_nlink - (old_is_a_link_of_it ? 1U : 0U);

    if (S_ISLNK(st->stx_mode))
        return !complain(why, 0, 0, "is a symbolic link and is not replaced; name the file that it leads to");
    if (!S_ISREG(st->stx_mode))
        return !complain(why, 0, 0, "is no regular file and is not replaced");
    if (links > 1)
        return !complain(why, 0, 0, "has %u names (hard links) and is not replaced", links);
    if (st->stx_attributes & STATX_ATTR_MOUNT_ROOT)
        return !complain(why, 0, 0, "is a mount of its own and can't be replaced");
    if (st->stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND))
        return !complain(why, 0, 0, "is immutable or append-only (chattr -i -a) and can't be replaced");
    return false;
}

/* Opens the file that is there now, *fd -1 where there is none, and takes note of it. */
static bool open_present(struct persist_file *p, const struct names *n, int *fd, struct complaint *why)
{
    struct statx st;
    struct stat old;

    *fd = -1;
    bool has_old = fstatat(p->folder, n->old, &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (has_old && !S_ISREG(old.st_mode) && p->keep_old)
        return complain(why, 0, 0, "can't be kept: %s beside it is no regular file", n->old);
    if (statx(p->folder, p->name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &st) != 0) {
        if (errno == ENOENT)
            return true;
        return complain(why, 0, 0, "can't be looked at: %s", strerror(errno));
    }
    if (refuse(&st, has_old && old.st_ino == st.stx_ino, why))
        return false;
    *fd = openat(p->folder, p->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd < 0)
        return complain(why, 0, 0, "can't be read: %s", strerror(errno));
    return file_version_of(*fd, &p->before, why);
}

static bool write_all(struct persist_file *p, int fd, int old, const char *text, size_t len,
                      struct complaint *why)
{
    struct stat st;
    int error = buf_flush_fd(&fd, text, len);

    if (error)
        return complain(why, 0, 0, "can't be written: %s", strerror(error));
    if (old >= 0 && !new_file_inherit(fd, old, true, why))
        return false;
    if (fsync(fd) != 0 || fstat(fd, &st) != 0)
        return complain(why, 0, 0, "can't be written: %s", strerror(errno));
    p->after = (struct file_version){
        .exists = true, .dev = st.st_dev, .ino = st.st_ino, .digest = digest_of_text(text, len)};
    return true;
}

/* Whether this file system lets a file have a second name for a moment, as persist_finish needs it. */
static bool try_link(const struct persist_file *p, const struct names *n, struct complaint *why)
{
    if (linkat(p->folder, n->fresh, p->folder, n->keep, 0) != 0)
        return complain(why, 0, 0, "can't be kept: a second name is refused: %s", strerror(errno));
    if (unlinkat(p->folder, n->keep, 0) != 0)
        return complain(why, 0, 0, "can't be written: %s", strerror(errno));
    return true;
}

static bool write_new(struct persist_file *p, const struct names *n, int old, const char *text, size_t len,
                      struct complaint *why)
{
    int fd = new_file_open(p->folder, n->fresh);

    if (fd < 0)
        return complain(why, 0, 0, "no new file can be made beside it: %s", strerror(errno));
    bool good = write_all(p, fd, old, text, len, why);
    if (close(fd) != 0 && good)
        good = complain(why, 0, 0, "can't be written: %s", strerror(errno));
    if (good && (old < 0 || try_link(p, n, why)))
        return true;
    unlinkat(p->folder, n->fresh, 0);
    return false;
}

bool persist_prepare(struct persist_file *p, const char *path, const char *text, size_t len, bool keep_old,
                     struct complaint *why)
{
    int old = -1;

    *p = (struct persist_file){.keep_old = keep_old, .folder = -1};
    if (!persist_folder_open(p, path, why))
        return false;
    const struct names n = names_of(p);
    /* What a power cut has left. */
    unlinkat(p->folder, n.fresh, 0);
    unlinkat(p->folder, n.keep, 0);
    bool good = open_present(p, &n, &old, why) && write_new(p, &n, old, text, len, why);
    if (old >= 0)
        close(old);
    if (!good)
        persist_folder_drop(p);
    return good;
}

bool persist_was(const struct persist_file *p, const char *text, size_t len)
{
    return p->before.exists ? digest_is_of(p->before.digest, text, len) : len == 0;
}

/* --- finish -------------------------------------------------------------------------------------------- */

static bool keep_present(const struct persist_file *p, const struct names *n, struct complaint *why)
{
    if (!p->before.exists || (p->keep_old && file_version_is_at(p->folder, n->old, &p->before)))
        return true;
    if (linkat(p->folder, p->name, p->folder, n->keep, 0) == 0 &&
        (!p->keep_old || renameat(p->folder, n->keep, p->folder, n->old) == 0))
        return true;
    return complain(why, 0, 0, "can't be kept: %s", strerror(errno));
}

/* One that has come into being meanwhile is somebody else's and is not written over. */
static bool rename_new(const struct persist_file *p, const struct names *n)
{
    if (p->before.exists)
        return renameat(p->folder, n->fresh, p->folder, p->name) == 0;
    if (renameat2(p->folder, n->fresh, p->folder, p->name, RENAME_NOREPLACE) == 0)
        return true;
    return errno == EINVAL && faccessat(p->folder, p->name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
           renameat(p->folder, n->fresh, p->folder, p->name) == 0;
}

static bool put_in_place(const struct persist_file *p, struct complaint *why)
{
    const struct names n = names_of(p);

    if (!keep_present(p, &n, why))
        return false;
    if (!rename_new(p, &n))
        return complain(why, 0, 0, "can't be replaced: %s", strerror(errno));
    return true;
}

static bool read_back(const struct persist_file *p, struct complaint *why)
{
    struct file_version now;

    if (!file_version_read(p->folder, p->name, &now, why))
        return false;
    if (!file_version_equal(&now, &p->after))
        return complain(why, 0, 0, "is not what was written when it is read back");
    return true;
}

enum persist_result persist_finish(struct persist_file *p, struct complaint *why)
{
    struct file_version now;
    struct complaint undo_why;

    if (!persist_folder_reopen(p)) {
        complain(why, 0, 0, "its folder can't be opened: %s", strerror(errno));
        return PERSIST_FAILED;
    }
    if (!file_version_read(p->folder, p->name, &now, why))
        return PERSIST_FAILED;
    bool in_place = file_version_same_file(&now, &p->after);
    if (!in_place && !file_version_equal(&now, &p->before)) {
        complain(why, 0, 0, "was changed by somebody meanwhile and is left as it is");
        return PERSIST_CHANGED;
    }
    if ((in_place || put_in_place(p, why)) && sync_folder(p, why) && read_back(p, why))
        return PERSIST_DONE;
    if (persist_undo(p, &undo_why) != PERSIST_DONE)
        complain(why, 0, 0, "%.100s; and the old one is not back: %.100s", strdupa(why->text), undo_why.text);
    return PERSIST_FAILED;
}

/* --- and back ------------------------------------------------------------------------------------------- */

static void drop_leftovers(const struct persist_file *p, const struct names *n)
{
    if (file_version_is_at(p->folder, n->fresh, &p->after))
        unlinkat(p->folder, n->fresh, 0);
    if (file_version_is_at(p->folder, n->keep, &p->before))
        unlinkat(p->folder, n->keep, 0);
    /* persist_finish ended between its two steps. */
    if (file_version_is_at(p->folder, n->old, &p->before) &&
        file_version_is_at(p->folder, p->name, &p->before))
        unlinkat(p->folder, n->old, 0);
}

/* The new file is in place: the old one comes back under its name, wherever it lies. */
static bool take_back(const struct persist_file *p, const struct names *n, struct complaint *why)
{
    const char *from = file_version_is_at(p->folder, n->old, &p->before)    ? n->old
                       : file_version_is_at(p->folder, n->keep, &p->before) ? n->keep
                                                                            : NULL;

    if (p->before.exists && !from)
        return complain(why, 0, 0, "can't be undone: the old file is gone");
    if (from && renameat(p->folder, from, p->folder, p->name) != 0)
        return complain(why, 0, 0, "can't be undone: %s", strerror(errno));
    if (!from && unlinkat(p->folder, p->name, 0) != 0)
        return complain(why, 0, 0, "can't be removed: %s", strerror(errno));
    return true;
}

/* Where it is not the new file that lies there: whether that is how it was before, or somebody has changed it
 * since persist_finish. As long as the new file lies beside it, there was no persist_finish. */
static bool never_replaced(const struct persist_file *p, const struct names *n)
{
    struct stat st;

    if (file_version_is_at(p->folder, n->fresh, &p->after) ||
        file_version_is_at(p->folder, p->name, &p->before))
        return true;
    return !p->before.exists && fstatat(p->folder, p->name, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

static enum persist_result undo_in_folder(const struct persist_file *p, struct complaint *why)
{
    const struct names n = names_of(p);
    bool changed = false;

    if (file_version_is_at(p->folder, p->name, &p->after)) {
        struct file_version now;

        if (!file_version_read(p->folder, p->name, &now, why))
            return PERSIST_FAILED;
        changed = !file_version_equal(&now, &p->after);
        if (!changed && !take_back(p, &n, why))
            return PERSIST_FAILED;
    } else {
        changed = !never_replaced(p, &n);
    }
    if (changed) {
        complain(why, 0, 0, "was changed by somebody meanwhile and is left as it is");
        return PERSIST_CHANGED;
    }
    drop_leftovers(p, &n);
    return sync_folder(p, why) ? PERSIST_DONE : PERSIST_FAILED;
}

enum persist_result persist_undo(struct persist_file *p, struct complaint *why)
{
    if (!p->after.exists)
        return PERSIST_DONE;
    if (!persist_folder_reopen(p)) {
        if (errno == ENOENT && !p->before.exists)
            return PERSIST_DONE;
        complain(why, 0, 0, "its folder can't be opened: %s", strerror(errno));
        return PERSIST_FAILED;
    }
    enum persist_result result = undo_in_folder(p, why);
    if (result == PERSIST_DONE) {
        p->after.exists = false; /* undone for good, whatever others do with the file from now on */
        persist_folder_drop(p);
    }
    return result;
}

void persist_settle(struct persist_file *p)
{
    const struct names n = names_of(p);

    if (persist_folder_reopen(p) && file_version_is_at(p->folder, n.keep, &p->before))
        unlinkat(p->folder, n.keep, 0);
}

void persist_abandon(struct persist_file *p)
{
    const struct names n = names_of(p);

    if (!persist_folder_reopen(p))
        return;
    drop_leftovers(p, &n);
    persist_folder_drop(p);
}

void persist_close(struct persist_file *p)
{
    if (p->folder >= 0)
        close(p->folder);
    p->folder = -1;
}

static enum persist_result restore_in_folder(struct persist_file *p, struct complaint *why)
{
    const struct names n = names_of(p);
    struct file_version now, old = {0};

    if (!persist_folder_is_safe(p->folder, why) || !file_version_read(p->folder, p->name, &now, why))
        return PERSIST_FAILED;
    if (!now.exists || !digest_equal(now.digest, p->after.digest)) {
        complain(why, 0, 0, "was changed by somebody meanwhile");
        return PERSIST_CHANGED;
    }
    if (p->before.exists && (!file_version_read(p->folder, n.old, &old, why) || !old.exists ||
                             !digest_equal(old.digest, p->before.digest))) {
        complain(why, 0, 0, "is not what it was any more in %s", n.old);
        return PERSIST_CHANGED;
    }
    int failed =
        p->before.exists ? renameat(p->folder, n.old, p->folder, p->name) : unlinkat(p->folder, p->name, 0);
    if (failed) {
        complain(why, 0, 0, "can't be put back: %s", strerror(errno));
        return PERSIST_FAILED;
    }
    return sync_folder(p, why) ? PERSIST_DONE : PERSIST_FAILED;
}

enum persist_result persist_restore_old(struct persist_file *p, struct complaint *why)
{
    if (!persist_folder_reopen(p)) {
        complain(why, 0, 0, "its folder can't be opened: %s", strerror(errno));
        return errno == ENOENT ? PERSIST_CHANGED : PERSIST_FAILED;
    }
    enum persist_result result = restore_in_folder(p, why);
    persist_folder_drop(p);
    return result;
}
