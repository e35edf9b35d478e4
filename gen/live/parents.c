/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lbgen/parents.h"

enum { GENERATIONS = 32, NAME_ROOM = 64 };

static int parent_of(int pid)
{
    char path[NAME_ROOM], line[512];
    const char *behind;
    int parent = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    /* "PID (NAME) STATE PARENT ...": the name may have anything in it. */
    if (fgets(line, sizeof line, file) && (behind = strrchr(line, ')')))
        /* The kernel's own number fits. NOLINTNEXTLINE(cert-err34-c) */
        parent = sscanf(behind + 1, " %*c %d", &parent) == 1 ? parent : 0;
    fclose(file);
    return parent;
}

static bool is_in_our_namespace(int pid)
{
    char path[NAME_ROOM];
    struct stat ours, theirs;

    snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
    return stat("/proc/self/ns/net", &ours) == 0 && stat(path, &theirs) == 0 &&
           ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

/* One variable, up to its NUL, cut where it has no room. False at the end. */
static bool next_variable(FILE *file, char *text, size_t room)
{
    size_t n = 0;
    int c;

    while ((c = getc(file)) != EOF && c != '\0')
        if (n + 1 < room)
            text[n++] = (char)c;
    text[n] = '\0';
    return n > 0 || c == '\0';
}

static bool find_variable(int pid, char value[SSH_CONNECTION_MAX])
{
    static const char name[] = "SSH_CONNECTION=";
    char path[NAME_ROOM], text[sizeof name - 1 + SSH_CONNECTION_MAX];
    bool found = false;

    snprintf(path, sizeof path, "/proc/%d/environ", pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (!found && next_variable(file, text, sizeof text))
        found = strncmp(text, name, sizeof name - 1) == 0;
    fclose(file);
    if (found)
        memcpy(value, text + sizeof name - 1, SSH_CONNECTION_MAX);
    return found;
}

bool parents_ssh_connection(char value[SSH_CONNECTION_MAX])
{
    int pid = getppid();

    for (int i = 0; i < GENERATIONS && pid > 1; i++, pid = parent_of(pid))
        if (is_in_our_namespace(pid) && find_variable(pid, value))
            return true;
    return false;
}
