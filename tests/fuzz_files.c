/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/keepalived_files.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

#include "fuzz_files.h"

enum { FILES_MAX = 5 };

static struct {
    char *text;
    size_t len;
} files_there[FILES_MAX];
static size_t n_files_there;

int __wrap_ka_files_read(struct ka_files *files, const char *path, struct complaint *why);
void __wrap_ka_files_match(const struct ka_files *files, int source, const char *pattern,
                           struct ka_matches *out);

void files_begin(const char *text, size_t len)
{
    const char *end = text + len;

    for (n_files_there = 0; n_files_there < FILES_MAX; n_files_there++) {
        const char *mark = memmem(text, (size_t)(end - text), "\n%%\n", 4);
        const size_t n =
            n_files_there + 1 < FILES_MAX && mark ? (size_t)(mark - text) + 1 : (size_t)(end - text);

        files_there[n_files_there].text = xmemdup0(text, n);
        files_there[n_files_there].len = n;
        text += n;
        if (text == end) {
            n_files_there++;
            return;
        }
        text += 3;
    }
}

void files_end(void)
{
    while (n_files_there)
        free(files_there[--n_files_there].text);
}

struct source_text files_first(void)
{
    return (struct source_text){.at = files_there[0].text, .len = files_there[0].len};
}

static size_t files_find(const char *path)
{
    return strcmp(path, "keepalived.conf") == 0 ? 0
           : strlen(path) == 1                  ? (size_t)(path[0] - 'a') + 1
                                                : FILES_MAX;
}

int __wrap_ka_files_read(struct ka_files *files, const char *path, struct complaint *why)
{
    const size_t i = files_find(path);

    if (i >= n_files_there) {
        complain(why, 0, 0, "can't be opened: it is not there");
        return -1;
    }
    for (size_t k = 0; k < files->n; k++)
        if (files->at[k].inode == i + 1)
            return files->at[k].source;
    const int source = sources_add_text(files->sources, path, files_there[i].text, files_there[i].len);
    *VEC_ADD(files) = (struct ka_file){.inode = i + 1, .source = source};
    return source;
}

void __wrap_ka_files_match(const struct ka_files *files, int source, const char *pattern,
                           struct ka_matches *out)
{
    static const char *const names[FILES_MAX] = {"keepalived.conf", "a", "b", "c", "d"};

    (void)files;
    (void)source;
    *out = (struct ka_matches){.wildcard = strpbrk(pattern, "*?[") != NULL};
    for (size_t i = 0; i < n_files_there; i++)
        if (fnmatch(pattern, names[i], 0) == 0)
            *VEC_ADD(out) = xmemdup0(names[i], strlen(names[i]));
}
