/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lbgen/audit.h"
#include "lbgen/input.h"
#include "lbgen/lint.h"
#include "lbgen/lint_mark_users.h"
#include "lbgen/own_chain.h"
#include "lbgen/port_names.h"
#include "lbgen/progress.h"
#include "lbgen/template.h"

#define SYSTEM_TEMPLATES "/etc/lbgen/templates"

/* Whoever has no input yet learns how to come by one. */
static void report_unreadable(struct input *input, const struct options *options, const char *path,
                              const char *why)
{
    diag_file(&input->diag, SEVERITY_ERROR, *path ? path : "''", "%s", why);
    if (options->n_inputs == 1 && *path && strcmp(path, "-") != 0 && access(path, F_OK) != 0 &&
        errno == ENOENT)
        diag_note(&input->diag, SRC_NONE, "lbgen --init -o %s writes a first one", path);
}

static void read_files(struct input *input, const struct options *options)
{
    for (int i = 0; i < options->n_inputs; i++) {
        struct complaint why;
        int source = sources_read(&input->sources, options->inputs[i], &why);

        if (source < 0)
            report_unreadable(input, options, options->inputs[i], why.text);
        else
            config_read(&input->config, &input->sources, source, NULL, &input->diag);
    }
}

/* A folder that was named must be there, even if no template is looked for in it. */
static bool folder_is_there(const char *folder, struct diag *diag)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    else
        diag_file(diag, SEVERITY_ERROR, folder, "can't be opened: %s", strerror(errno));
    return fd >= 0;
}

static void begin(struct input *input, const struct options *options)
{
    input->diag.warnings_are_errors = options->warnings_are_errors;
    config_init(&input->config);
    progress_stage("reading");
}

void input_apply_templates(struct input *input, const struct options *options)
{
    struct template_places places = {.system = options->no_system_templates ? NULL : SYSTEM_TEMPLATES};

    if (options->templates && folder_is_there(options->templates, &input->diag))
        places.folder = options->templates;
    templates_apply(&input->config, &places, &input->sources, &input->diag);
}

/* Everything behind the files: templates, and what is wrong with what they say. */
static void finish(struct input *input, const struct options *options)
{
    input_apply_templates(input, options);
    progress_stage("checking");
    lint_services(&input->config, &input->diag);
    lint_sections(&input->config, input->sources.n ? input->sources.at[0].name : NULL, &input->diag);
    lint_marks(&input->config, &input->diag);
    if (options->warn_of_marks)
        lint_mark_users(&input->config, &input->diag);
    lint_chains(&input->config, &input->diag);
    progress_stage("looking for overlaps");
    lint_overlap(&input->config, &input->diag);
    progress_stage("checking [rules]");
    input->system_failed = !host_rules_form(&input->config, &input->host, &input->diag);
    if (!input->system_failed)
        audit_policies(&input->config, input->host.meant, &input->diag);
}

void input_read(struct input *input, const struct options *options)
{
    *input = (struct input){0};
    begin(input, options);
    read_files(input, options);
    finish(input, options);
}

void input_read_source(struct input *input, const struct options *options, int source)
{
    begin(input, options);
    config_read(&input->config, &input->sources, source, NULL, &input->diag);
    finish(input, options);
}

static struct caret_look terminal_look(int fd, enum color color)
{
    const char *no_color = getenv("NO_COLOR");
    bool terminal = isatty(fd);
    struct winsize size;

    return (struct caret_look){.colour = color == COLOR_ALWAYS ||
                                         (color == COLOR_AUTO && terminal && !(no_color && *no_color)),
                               .columns = terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0};
}

void input_print_findings(struct input *input, const struct options *options)
{
    int fd = STDERR_FILENO;
    struct buf out = {.flush = buf_flush_fd, .ctx = &fd};

    diag_print(&input->diag, &input->sources, &out, terminal_look(fd, options->color));
    buf_finish(&out); /* findings that can't be shown have no better place to be told */
    buf_free(&out);
}

struct diag input_set_findings_aside(struct input *input)
{
    struct diag printed = input->diag;

    input->diag = (struct diag){.warnings_are_errors = printed.warnings_are_errors};
    return printed;
}

size_t input_print_new_findings(struct input *input, struct diag *printed, const struct options *options)
{
    struct diag new = input->diag;

    input_print_findings(input, options);
    for (size_t i = 0; i < new.n; i++)
        if (!new.at[i].belongs)
            diag_add_from(printed, &new, i);
    input->diag = *printed;
    size_t errors = diag_errors(&new);
    diag_free(&new);
    return errors;
}

void input_free(struct input *input)
{
    host_rules_free(&input->host);
    config_free(&input->config);
    diag_free(&input->diag);
    sources_free(&input->sources);
    port_names_free();
}
