/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --trace: one packet's way through the input's rules, or through an iptables-save file. */
#include <string.h>

#include "lbgen/job.h"
#include "lbgen/progress.h"
#include "lbgen/trace_report.h"
#include "lbgen/traced_set.h"
#include "lbgen/verbs.h"

static int follow(const struct rule_set *rules, struct trace_report *report)
{
    const struct trace *t = &report->trace;

    trace_packet(rules, report->packet, &report->trace);
    if (t->unknown)
        return job_fail(EXIT_DIFFERENT, "nothing is known of this packet: %s", t->unknown);
    return t->mark_known && t->verdict_known && t->service_known ? EXIT_GOOD : EXIT_DIFFERENT;
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
    if (!traced_set_of_file(set, input, options->against, family))
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
    struct trace_report result = {.packet = &packet};
    struct report report = {.options = options, .kind = &trace_report_kind, .inputs = {&input}};
    int status;

    progress_begin();
    if (options->n_inputs)
        input_read(&input, options);
    bool good = read_packet(&input, options, &packet) && diag_errors(&input.diag) == 0;
    progress_stage("walking");
    good = good && make_set(&set, &input, options, (enum family)packet.src.family);
    progress_end();
    input_print_findings(&input, options);
    if (good) {
        report.result = &result;
        status = follow(&set.rules, &result);
    } else {
        status = input.system_failed ? EXIT_SYSTEM : EXIT_BAD_INPUT;
    }
    status = report_print(&report, status);
    trace_free(&result.trace);
    traced_set_free(&set);
    input_free(&input);
    return status;
}
