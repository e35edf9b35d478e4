/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --init: a first services.ini, of a few options and of what Keepalived's file says. What no option gives and
 * no file tells is an example. Options are values like those of an input, and read by the same hands. */
#include <string.h>
#include <unistd.h>

#include "lbgen/init_text.h"
#include "lbgen/input.h"
#include "lbgen/progress.h"
#include "lbgen/service_keys.h"
#include "lbgen/vec.h"
#include "lbgen/verbs.h"
#include "lbgen/write_out.h"

#define KEEPALIVED_CONF "/etc/keepalived/keepalived.conf"

struct first_run {
    const struct options *options;
    struct input input; /* its one service is what is known of the new one */
    const char *file;   /* Keepalived's */
    struct draft draft;
    struct init init;
    struct buf text;
};

static struct service *the_service(struct first_run *run)
{
    return &run->input.config.services.at[0];
}

/* The text becomes the key's value, or more of it; what is wrong with it is shown in place, as of `name`. */
static void take(struct first_run *run, enum service_key key, const char *name, const char *text)
{
    struct input *input = &run->input;
    int source = sources_add_text(&input->sources, name, text, strlen(text));
    struct ini_run all = {.at = input->sources.at[source].base};
    struct ini_value ini = {.text = text, .len = strlen(text), .runs = &all, .n_runs = 1};
    struct value value = {
        .mem = &input->config.mem, .diag = &input->diag, .key = name, .key_at = all.at, .ini = &ini};

    service_key_set(the_service(run), key, &value);
}

static void take_options(struct first_run *run)
{
    const struct init_options *o = &run->options->init;

    for (size_t i = 0; i < o->n_vips; i++)
        take(run, KEY_VIP, "--vip", o->vips[i]);
    if (o->ports)
        take(run, KEY_PORTS, "--ports", o->ports);
    if (o->fwmark)
        take(run, KEY_FWMARK, "--fwmark", o->fwmark);
    if (o->template_name)
        take(run, KEY_TEMPLATE, "--init", o->template_name);
    if (diag_errors(&run->input.diag) == 0)
        input_apply_templates(&run->input, run->options);
    run->init.vips = o->n_vips ? INIT_GIVEN : INIT_EXAMPLE;
    run->init.ports = o->ports || o->template_name ? INIT_GIVEN : INIT_EXAMPLE;
    run->init.mark = o->fwmark ? INIT_GIVEN : INIT_EXAMPLE;
    run->init.template_name = o->ports ? NULL : o->template_name;
}

/* --- Keepalived's file --- */

static bool has_form(struct first_run *run, int source, struct diag *diag)
{
    run->draft = (struct draft){
        .from = "keepalived.conf", .sources = &run->input.sources, .source = source, .family = FAMILIES};
    import_ops[IMPORT_KEEPALIVED].read(&run->draft, diag);
    return diag_errors(diag) == 0;
}

/* One that was named has to be good. */
static bool read_named(struct first_run *run)
{
    struct diag *diag = &run->input.diag;
    struct complaint why;
    int source = sources_read(&run->input.sources, run->file, &why);

    if (source < 0)
        diag_file(diag, SEVERITY_ERROR, run->file, "%s", why.text);
    return source >= 0 && has_form(run, source, diag);
}

/* One that is just there is of use where it can be read, and else no reason to stop. */
static bool read_found(struct first_run *run)
{
    struct diag *diag = &run->input.diag, found = {0};
    struct complaint why;

    if (access(run->file, F_OK) != 0)
        return false;
    int source = sources_read(&run->input.sources, run->file, &why);
    bool good = source >= 0 && has_form(run, source, &found);
    if (source < 0)
        diag_file(diag, SEVERITY_NOTE, run->file, "%s; nothing of it is used here", why.text);
    else if (!good)
        diag_file(diag, SEVERITY_NOTE, run->file,
                  "has errors, which --keepalived=FILE shows; nothing of it is used here");
    diag_free(&found);
    return good;
}

/* Whether it is about neither VRRP nor virtual servers. */
static bool says_nothing(const struct draft *draft)
{
    return draft->services.n == 0 && draft->vrrp.n == 1 && strcmp(draft->vrrp.at[0], "accept = no") == 0;
}

/* Returns false when there is something wrong, reported. */
static bool read_keepalived(struct first_run *run)
{
    const char *named = run->options->keepalived;

    run->file = named ? named : KEEPALIVED_CONF;
    if (named ? !read_named(run) : !read_found(run))
        return !named;
    if (says_nothing(&run->draft))
        return true;
    run->init.draft = &run->draft;
    /* A comment takes no newline. */
    run->init.keepalived = draft_value_good(run->file, strlen(run->file)) && strcmp(run->file, "-") != 0
                               ? run->file
                               : "keepalived.conf";
    return true;
}

/* The virtual server of the mark that was asked for, else the first one that has a mark. */
static const struct draft_service *find_server(const struct first_run *run)
{
    uint32_t mark = run->input.config.services.at[0].mark.value;

    for (size_t i = 0; i < run->draft.services.n; i++) {
        const struct draft_service *server = run->draft.services.at[i];

        if (server->mark.value && (!mark || server->mark.value == mark))
            return server;
    }
    return NULL;
}

/* NULL as well where the proposal is a word in capitals that stands for a value. */
static const char *proposal_of(const struct draft_service *server, enum service_key key)
{
    for (uint32_t i = 0; server && i < server->n_values; i++)
        if (server->values[i].key == key && server->values[i].proposal && server->values[i].text[0] < 'A')
            return server->values[i].text;
    return NULL;
}

static void take_addresses(struct first_run *run, const struct draft_service *server)
{
    const char *file = run->file, *of_server = proposal_of(server, KEY_VIP);

    if (of_server)
        take(run, KEY_VIP, file, of_server);
    for (int f = 0; f < FAMILIES && !of_server; f++)
        if (run->draft.addresses[f])
            take(run, KEY_VIP, file, run->draft.addresses[f]);
    if (the_service(run)->vips.n)
        run->init.vips = INIT_KEEPALIVED;
}

static void take_from_keepalived(struct first_run *run)
{
    const struct draft_service *server = find_server(run);
    const char *ports = proposal_of(server, KEY_PORTS);

    run->init.server = server;
    if (server && run->init.mark == INIT_EXAMPLE) {
        the_service(run)->mark = server->mark;
        run->init.mark = INIT_KEEPALIVED;
    }
    if (run->init.vips == INIT_EXAMPLE)
        take_addresses(run, server);
    if (ports && run->init.ports == INIT_EXAMPLE) {
        take(run, KEY_PORTS, run->file, ports);
        run->init.ports = INIT_KEEPALIVED;
    }
    if (run->draft.services.n > (server ? 1 : 0))
        diag_file(&run->input.diag, SEVERITY_NOTE, run->file,
                  "has %zu virtual server%s: lbgen --import makes services of all, with their real servers",
                  run->draft.services.n, run->draft.services.n == 1 ? "" : "s");
}

/* --- the rest --- */

/* Of the families that its real servers have. */
static void take_example_vips(struct first_run *run)
{
    static const char *const examples[FAMILIES] = {[IPV4] = "192.0.2.10", [IPV6] = "2001:db8::10"};
    const struct draft_service *server = run->init.server;
    bool wants[FAMILIES] = {false};

    for (uint32_t i = 0; server && i < server->n_values; i++)
        if (server->values[i].key == KEY_REAL_SERVER)
            wants[strchr(server->values[i].text, ':') ? IPV6 : IPV4] = true;
    for (int f = 0; f < FAMILIES; f++)
        if (wants[f] || wants[IPV4] == wants[IPV6])
            take(run, KEY_VIP, "", examples[f]);
}

static void take_examples(struct first_run *run)
{
    struct service *s = the_service(run);

    if (run->init.vips == INIT_EXAMPLE)
        take_example_vips(run);
    if (run->init.ports == INIT_EXAMPLE)
        take(run, KEY_PORTS, "", run->init.server ? "80" : "80, 443");
    if (run->init.mark == INIT_EXAMPLE)
        s->mark = (struct mark){s->ports.n && s->ports.at[0].low ? s->ports.at[0].low : 1, MARK_MASK_ALL};
}

static void write_text(void *ctx, struct buf *out)
{
    const struct first_run *run = ctx;

    buf_add(out, run->text.at, run->text.len);
}

/* What is printed is an input, and is read as one. */
static bool read_back(struct first_run *run)
{
    const char *name = run->options->output ? run->options->output : "<services.ini>";
    struct input input = {0};
    int source = sources_add_text(&input.sources, name, buf_text(&run->text), run->text.len);

    input_read_source(&input, run->options, source);
    input_print_findings(&input, run->options);
    bool good = diag_errors(&input.diag) == 0;
    input_free(&input);
    return good;
}

static bool make_text(struct first_run *run)
{
    take_options(run);
    if (diag_errors(&run->input.diag) || !read_keepalived(run))
        return false;
    if (run->init.draft)
        take_from_keepalived(run);
    take_examples(run);
    run->init.service = the_service(run);
    if (diag_errors(&run->input.diag) == 0)
        init_write(&run->init, &run->text);
    return diag_errors(&run->input.diag) == 0;
}

int init_input(const struct options *options)
{
    struct first_run run = {.options = options,
                            .input.diag.warnings_are_errors = options->warnings_are_errors};

    config_init(&run.input.config);
    *VEC_ADD(&run.input.config.services) = (struct service){.name = "init", .name_len = 4};
    progress_begin();
    progress_stage("reading");
    bool good = make_text(&run);
    progress_end();
    input_print_findings(&run.input, options);
    int status = EXIT_BAD_INPUT;
    if (good && read_back(&run))
        status = write_out_fresh(options->output, write_text, &run);
    buf_free(&run.text);
    draft_free(&run.draft);
    input_free(&run.input);
    return status;
}
