/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --trace: one packet's way through the input's rules, or through an iptables-save file. */
#include <string.h>
#include <unistd.h>

#include "lbgen/job.h"
#include "lbgen/progress.h"
#include "lbgen/trace.h"
#include "lbgen/traced_set.h"
#include "lbgen/verbs.h"

static void print_mark(struct buf *out, struct foggy mark)
{
    if (mark.fog)
        buf_str(out, "unknown");
    else
        buf_hex(out, mark.value);
}

/* "mangle PREROUTING 3, web, fwmark 0x0 to 0x50:" and the rule below it. */
static void print_step(struct buf *out, const struct trace_step *s)
{
    buf_printf(out, "%s %s", table_names[s->table], s->chain);
    if (!s->rule) {
        buf_printf(out, "%s, policy DROP\n", s->sure ? "" : ", may come here");
        return;
    }
    buf_printf(out, " %zu", s->number);
    if (s->tag)
        buf_printf(out, ", %s", s->tag);
    if (s->before.value != s->after.value || s->before.fog != s->after.fog) {
        buf_str(out, ", fwmark ");
        print_mark(out, s->before);
        buf_str(out, " to ");
        print_mark(out, s->after);
    }
    buf_str(out, s->sure ? ":\n    " : ", may match:\n    ");
    buf_add(out, s->rule->text, s->rule->text_len);
    buf_char(out, '\n');
}

static void print_answer(struct buf *out, const struct trace *t)
{
    buf_str(out, "fwmark=");
    print_mark(out, (struct foggy){.value = t->mark, .fog = t->mark_known ? 0 : 1});
    buf_printf(out, " verdict=%s service=%s\n",
               !t->verdict_known ? "unknown"
               : t->accepted     ? "ACCEPT"
                                 : "DROP",
               !t->service_known ? "unknown"
               : t->service      ? t->service
                                 : "none");
}

static int show(const struct rule_set *rules, const struct packet *packet)
{
    struct trace trace;
    struct buf out = {0};
    int fd = STDOUT_FILENO;

    trace_packet(rules, packet, &trace);
    for (size_t i = 0; i < trace.steps.n; i++)
        print_step(&out, &trace.steps.at[i]);
    print_answer(&out, &trace);
    bool known = trace.mark_known && trace.verdict_known && trace.service_known;
    bool written = buf_flush_fd(&fd, out.at, out.len) == 0;
    if (trace.unknown)
        job_fail(EXIT_DIFFERENT, "nothing is known of this packet: %s", trace.unknown);
    buf_free(&out);
    trace_free(&trace);
    if (!written)
        return job_fail(EXIT_SYSTEM, "standard output can't be written");
    return known ? EXIT_GOOD : EXIT_DIFFERENT;
}

/* The packet is a text like any other: what is wrong with it is shown in place. */
static bool read_packet(struct input *input, const struct options *options, struct packet *packet)
{
    size_t len = strlen(options->trace);
    struct complaint why;

    if (!packet_parse(options->trace, len, packet, &why)) {
        int source = sources_add_text(&input->sources, "--trace", options->trace, len);

        diag_at(&input->diag, SEVERITY_ERROR, input->sources.at[source].base + (srcpos)why.at, why.len, "%s",
                why.text);
        return false;
    }
    if (options->family_given && options->family != packet->src.family)
        diag_file(&input->diag, SEVERITY_ERROR, "--trace", "the packet is one of %s, and -%d was given",
                  family_ops[packet->src.family].name, family_ops[options->family].number);
    return diag_errors(&input->diag) == 0;
}

/* Of the input; or of a file, in which the input names services where the rules do not. */
static bool make_set(struct traced_set *set, struct input *input, const struct options *options,
                     enum family family)
{
    if (!options->against) {
        traced_set_of_input(set, input, family, NULL);
        return true;
    }
    if (!traced_set_of_file(set, input, options->against))
        return false;
    if (options->n_inputs)
        traced_set_name_services(set, input, family);
    return true;
}

int trace_verb(const struct options *options)
{
    struct traced_set set = {0};
    struct packet packet;
    struct input input = {0};
    int status;

    progress_begin();
    if (options->n_inputs)
        input_read(&input, options);
    bool good = read_packet(&input, options, &packet) && diag_errors(&input.diag) == 0;
    progress_stage("walking");
    good = good && make_set(&set, &input, options, (enum family)packet.src.family);
    progress_end();
    input_print_findings(&input, options);
    if (good)
        status = show(&set.rules, &packet);
    else
        status = input.system_failed ? EXIT_SYSTEM : EXIT_BAD_INPUT;
    traced_set_free(&set);
    input_free(&input);
    return status;
}
