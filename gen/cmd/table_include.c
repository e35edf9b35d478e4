/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who loads the boot file of lbgen's own table. */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lbgen/table_job.h"

/* Whether a line of the text includes the path, by its name or by a pattern. */
static bool includes(const char *text, const char *path)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        char line[512], *begin, *end;

        snprintf(line, sizeof line, "%.*s", (int)(len < sizeof line ? len : sizeof line - 1), text);
        begin = line + strspn(line, " \t");
        if (strncmp(begin, "include", 7) == 0 && (begin = strpbrk(begin, "\"'")) != NULL &&
            (end = strrchr(begin, *begin)) != begin) {
            *end = '\0';
            if (fnmatch(begin + 1, path, FNM_PATHNAME) == 0)
                return true;
        }
        text += len + (text[len] == '\n');
    }
    return false;
}

/* Its text; NULL where there is none to be read. Administrators may have a link in its place. */
static const char *read_place(struct table_job *t, const char *path)
{
    struct sources *sources = &t->job->input.sources;
    struct complaint ignored;
    int source = access(path, F_OK) == 0 ? sources_read(sources, path, &ignored) : -1;

    return source < 0 ? NULL : sources->at[source].text;
}

void table_report_include(struct table_job *t)
{
    static const char *const places[] = {"/etc/nftables.conf", "/etc/sysconfig/nftables.conf"};
    const char *there = NULL;

    if (!t->boot_path || (!t->boot_exists && !t->boot_changes) || !t->wanted.exists)
        return;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *text = read_place(t, places[i]);

        if (text && includes(text, t->boot_path)) {
            job_say("%s: %s %s, which %s includes", t->job->what, t->boot_path,
                    t->boot_changes ? "written" : "unchanged", places[i]);
            return;
        }
        there = text && !there ? places[i] : there;
    }
    fprintf(stderr,
            "lbgen: warning: nothing loads %s at boot; add this line at the end of %s: include \"%s\"\n",
            t->boot_path, there ? there : places[0], t->boot_path);
}
