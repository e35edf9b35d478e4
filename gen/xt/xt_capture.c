/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lbgen/xt_capture.h"
#include "lbgen/xt_child.h"

static struct {
    FILE *stream;
    char *text;
    size_t len;
} output;

static int noise = -1; /* a file in memory, that descriptor 2 leads to; without one nothing is heard */

/* Out of the way of the three that are replaced. */
static int above_two(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);

    close(fd);
    return moved;
}

bool xt_capture_start(void)
{
    int nowhere = above_two(open("/dev/null", O_RDWR | O_CLOEXEC));

    noise = above_two(memfd_create("noise", MFD_CLOEXEC));
    output.stream = open_memstream(&output.text, &output.len);
    if (!output.stream)
        return false;
    dup2(nowhere, 0);
    dup2(nowhere, 1);
    dup2(noise < 0 ? nowhere : noise, 2);
    close(nowhere);
    stdout = output.stream;
    return true;
}

void xt_capture_reset(void)
{
    rewind(output.stream);
    if (lseek(noise, 0, SEEK_CUR) > 0 && !ftruncate(noise, 0))
        lseek(noise, 0, SEEK_SET);
}

/* A stream in memory fails for one reason. */
const char *xt_captured_output(size_t *len)
{
    if (fflush(output.stream) || ferror(output.stream))
        _exit(XT_EXIT_NO_MEMORY);
    *len = output.len;
    return output.text;
}

const char *xt_captured_noise(void)
{
    static char text[1024];
    ssize_t len = pread(noise, text, sizeof text - 1, 0);

    text[len > 0 ? len : 0] = '\0';
    return text;
}
