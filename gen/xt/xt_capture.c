/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lbgen/xt_capture.h"
#include "lbgen/xt_child.h"

static struct collected {
    FILE *stream;
    char *text;
    size_t len;
} output, noise;

static bool collect(struct collected *c)
{
    c->stream = open_memstream(&c->text, &c->len);
    return c->stream;
}

bool xt_capture_start(void)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (!collect(&output) || !collect(&noise))
        return false;
    for (int fd = 0; nowhere >= 0 && fd < 3; fd++)
        dup2(nowhere, fd);
    if (nowhere > 2)
        close(nowhere);
    stdout = output.stream;
    stderr = noise.stream;
    return true;
}

void xt_capture_reset(void)
{
    rewind(output.stream);
    rewind(noise.stream);
}

/* A stream in memory fails for one reason. */
static const char *text_of(struct collected *c)
{
    if (fflush(c->stream) || ferror(c->stream))
        _exit(XT_EXIT_NO_MEMORY);
    return c->text;
}

const char *xt_captured_output(size_t *len)
{
    text_of(&output);
    *len = output.len;
    return output.text;
}

const char *xt_captured_noise(void)
{
    text_of(&noise);
    noise.text[noise.len] = '\0';
    return noise.text;
}
