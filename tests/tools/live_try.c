/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_try BACKEND 4|6 WANTED [COMMAND]: makes lbgen's part of the kernel's tables what the iptables-save
 * file WANTED says, and prints the edit as a diff. Policies of DROP in WANTED are set, others are left.
 * COMMAND is run between reading and committing, as somebody else's doing. Status 0: done and read back, 1:
 * something changed meanwhile, 3: it failed, 9: nothing to do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/edit_print.h"
#include "lbgen/live.h"
#include "lbgen/save_image.h"

static struct complaint why;

static int leave(int status)
{
    fprintf(stderr, "live_try: %s\n", why.text);
    return status;
}

static bool read_file(const char *path, struct buf *text)
{
    FILE *file = fopen(path, "r");
    size_t n;

    if (!file)
        return complain(&why, 0, 0, "%s can't be read", path);
    while ((n = fread(buf_room(text, 65536), 1, 65536, file)) > 0)
        text->len += n;
    fclose(file);
    return true;
}

static bool read_wanted(const char *path, struct buf *text, struct image *out)
{
    struct save_file file = {0};
    bool good = read_file(path, text) && save_file_read(&file, text->at, text->len, &why);

    if (good)
        save_image_read(&file, out);
    for (int t = 0; t < TABLES; t++)
        for (size_t i = 0; i < out->of[t].n; i++)
            if (out->of[t].at[i].policy == POLICY_ACCEPT)
                out->of[t].at[i].policy = POLICY_NONE;
    save_file_free(&file);
    return good;
}

/* Prints and prepares what there is to do in each table; -1: it failed. */
static int prepare_all(const struct live_backend *backend, struct live *live, enum family family,
                       const struct image *now, const struct image *wanted, struct edit edits[TABLES])
{
    struct buf diff = {0};
    int n = 0;

    edit_print_names("kernel", "wanted", &diff);
    for (int t = 0; t < TABLES && n >= 0; t++) {
        if (!delta_find(&now->of[t], &wanted->of[t], (enum table)t, false, &edits[t], &why))
            n = -1;
        else if (!edit_is_empty(&edits[t])) {
            edit_print(&edits[t], rule_text_of_line, NULL, &diff);
            n = backend->prepare(live, family, &edits[t], &why) ? n + 1 : -1;
        }
    }
    if (n > 0)
        fputs(buf_text(&diff), stdout);
    buf_free(&diff);
    return n;
}

static int commit_all(const struct live_backend *backend, struct live *live, enum family family,
                      const struct edit edits[TABLES])
{
    enum live_result result = backend->unchanged(live, family, &why);

    for (int t = 0; t < TABLES && result == LIVE_DONE; t++)
        if (!edit_is_empty(&edits[t]))
            result = backend->commit(live, family, (enum table)t, &why);
    if (result == LIVE_DONE)
        result = backend->read_back(live, family, &why);
    return result == LIVE_DONE ? 0 : leave(result == LIVE_CHANGED ? 1 : 3);
}

static int try(const struct live_backend *backend, struct live *live, enum family family,
               const struct image *wanted, const char *command)
{
    struct image now = {0};
    struct edit edits[TABLES] = {0};
    int status = 3, n = -1;

    if (backend->read(live, family, &now, &why))
        n = prepare_all(backend, live, family, &now, wanted, edits);
    /* COMMAND is the test's. NOLINTNEXTLINE(cert-env33-c) */
    if (command && system(command) != 0)
        complain(&why, 0, 0, "the command failed");
    else if (n == 0)
        status = 9;
    else if (n > 0)
        status = commit_all(backend, live, family, edits);
    if (n < 0)
        leave(3);
    for (int t = 0; t < TABLES; t++)
        edit_free(&edits[t]);
    image_free(&now);
    return status;
}

int main(int argc, char **argv)
{
    const struct live_backend *backend = argc > 1 && strcmp(argv[1], "nft") == 0 ? &live_nft : NULL;
    struct image wanted = {0};
    struct buf text = {0};
    struct live *live;
    int status;

    if (argc < 4 || !backend) {
        fputs("usage: live_try nft 4|6 WANTED [COMMAND]\n", stderr);
        return 2;
    }
    if (!read_wanted(argv[3], &text, &wanted) || !(live = backend->open(&why)))
        return leave(3);
    status = try(backend, live, argv[2][0] == '6' ? IPV6 : IPV4, &wanted, argc > 4 ? argv[4] : NULL);
    backend->close(live);
    image_free(&wanted);
    buf_free(&text);
    return status;
}
