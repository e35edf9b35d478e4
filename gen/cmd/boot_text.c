/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "lbgen/boot_text.h"
#include "lbgen/merge_job.h"
#include "lbgen/wanted.h"

static bool equal(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->at, b->at, a->len) == 0);
}

/* The line that says who has made the file is not for one that has nothing of lbgen's. */
static void drop_first_line(struct buf *text)
{
    const char *end = memchr(text->at, '\n', text->len);
    size_t head = end ? (size_t)(end - text->at) + 1 : 0;

    memmove(text->at, text->at + head, text->len - head);
    text->len -= head;
}

/* The file without lbgen's lines needs a policy of it at most; then only the head is lbgen's. */
static void merge(struct boot_text *boot, struct input *input, enum family family, const char *path,
                  bool wanted, struct buf *generated)
{
    struct merge_job job = {.text = *generated};

    *generated = (struct buf){0};
    merge_job_prepare(&job, input, family, path);
    if (diag_errors(&input->diag) == 0) {
        merge_job_print(&job, &boot->text);
        if (!wanted)
            drop_first_line(&boot->text);
    }
    merge_job_free(&job);
}

static bool has_own_lines(const struct buf *text)
{
    const char *found = text->len ? memmem(text->at, text->len, "lbgen", 5) : NULL;

    return found != NULL;
}

void boot_text_make(struct boot_text *boot, struct input *input, enum family family, const char *path,
                    bool wanted)
{
    struct stat there;
    struct buf generated = {0};
    struct complaint why;

    boot->exists = lstat(path, &there) == 0;
    if (boot->exists) {
        int source = S_ISREG(there.st_mode)
                         ? sources_read(&input->sources, path, &why)
                         : (complain(&why, 0, 0, "is no regular file and is not replaced"), -1);

        if (source < 0) {
            diag_file(&input->diag, SEVERITY_ERROR, path, "%s", why.text);
            return;
        }
        buf_add(&boot->old, input->sources.at[source].text, input->sources.at[source].len);
    }
    if (!wanted && !has_own_lines(&boot->old))
        return;
    wanted_text(&input->config, &input->host.of[family], family, &generated);
    if (!boot->exists) {
        boot->text = generated;
        boot->changes = true;
        return;
    }
    if (equal(&generated, &boot->old)) {
        buf_free(&generated);
        return;
    }
    merge(boot, input, family, path, wanted, &generated);
    boot->changes = !equal(&boot->old, &boot->text);
}

void boot_text_free(struct boot_text *boot)
{
    buf_free(&boot->old);
    buf_free(&boot->text);
}
