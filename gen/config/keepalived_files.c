/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lbgen/buf.h"
#include "lbgen/keepalived_files.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

int ka_files_read(struct ka_files *files, const char *path, struct complaint *why)
{
    struct stat s = {0};
    bool is_file = strcmp(path, "-") != 0;

    if (is_file && stat(path, &s) != 0) {
        complain(why, 0, 0, "can't be opened: %s", strerror(errno));
        return -1;
    }
    for (size_t i = 0; is_file && i < files->n; i++)
        if (files->at[i].device == s.st_dev && files->at[i].inode == s.st_ino)
            return files->at[i].source;
    int source = sources_read(files->sources, path, why);
    if (source >= 0 && is_file)
        *VEC_ADD(files) = (struct ka_file){.device = s.st_dev, .inode = s.st_ino, .source = source};
    return source;
}

/* The pattern behind the folder of the file that it stands in, whose own bytes are no wildcards. */
static void put_folder(struct buf *out, const char *name, const char *pattern)
{
    const char *slash = strrchr(name, '/');

    for (const char *p = name; slash && *pattern != '/' && p <= slash; p++) {
        if (strchr("*?[]{}\\", *p))
            buf_char(out, '\\');
        buf_char(out, *p);
    }
    buf_str(out, pattern);
}

static void take_match(struct ka_matches *out, const char *path)
{
    size_t len = strlen(path);

    if (len && path[len - 1] != '/') /* GLOB_MARK */
        *VEC_ADD(out) = xmemdup0(path, len);
}

void ka_files_match(const struct ka_files *files, int source, const char *pattern, struct ka_matches *out)
{
    struct buf whole = {0};
    glob_t found;

    *out = (struct ka_matches){.wildcard = strpbrk(pattern, "*?[") != NULL};
    put_folder(&whole, files->sources->at[source].name, pattern);
    if (glob(buf_text(&whole), GLOB_MARK | GLOB_BRACE, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            take_match(out, found.gl_pathv[i]);
        globfree(&found);
    }
    buf_free(&whole);
}

void ka_matches_free(struct ka_matches *matches)
{
    for (size_t i = 0; i < matches->n; i++)
        free(matches->at[i]);
    free(matches->at);
    *matches = (struct ka_matches){0};
}

void ka_files_free(struct ka_files *files)
{
    free(files->at);
    *files = (struct ka_files){0};
}
