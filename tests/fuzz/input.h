/* SPDX-License-Identifier: GPL-2.0-or-later */
/* services.ini read as input.h does, but for what [rules] become: libxtables runs in processes of its own,
 * which no target sees into. Such rules are read, and then there are none. */
#ifndef LBGEN_TESTS_FUZZ_INPUT_H
#define LBGEN_TESTS_FUZZ_INPUT_H

#include "lbgen/audit.h"
#include "lbgen/input.h"
#include "lbgen/lint.h"
#include "lbgen/lint_mark_users.h"
#include "lbgen/own_chain.h"
#include "lbgen/template.h"

#include "fuzz.h"

/* Rules that an input may ask for where they are walked through, compared, or printed again. */
enum { RULES_FEW = 200, RULES_MANY = 5000 };

/* What is behind config_read. */
static inline void finish_services(struct input *input)
{
    templates_apply(&input->config, &(struct template_places){0}, &input->sources, &input->diag);
    lint_services(&input->config, &input->diag);
    lint_sections(&input->config, "services.ini", &input->diag);
    lint_marks(&input->config, &input->diag);
    lint_mark_users(&input->config, &input->diag);
    lint_chains(&input->config, &input->diag);
    lint_overlap(&input->config, &input->diag);
    audit_policies(&input->config, input->host.meant, &input->diag);
}

/* The text must stay and be closed by a NUL. The names of ports are read once, and kept. */
static inline void read_services(struct input *input, const char *text, size_t len)
{
    *input = (struct input){0};
    config_init(&input->config);
    config_read(&input->config, &input->sources, sources_add_text(&input->sources, "services.ini", text, len),
                NULL, &input->diag);
    finish_services(input);
}

static inline void free_services(struct input *input)
{
    host_rules_free(&input->host);
    config_free(&input->config);
    diag_free(&input->diag);
    sources_free(&input->sources);
}

static inline size_t at_least_one(size_t n)
{
    return n ? n : 1;
}

/* About how many rules the input makes, without making them. */
static inline size_t count_rules(const struct config *config)
{
    const struct vrrp *v = &config->vrrp;
    size_t n = at_least_one(v->interfaces.n) * at_least_one(v->sources.n);

    for (size_t i = 0; i < config->services.n; i++) {
        const struct service *s = &config->services.at[i];
        const struct service_more *m = service_more(s);
        const size_t chunks = 1 + s->ports.n / 7;
        const size_t marks = at_least_one(s->n_protocols) * s->vips.n * at_least_one(m->sources.n) *
                             at_least_one(m->interfaces.n) * chunks;

        n +=
            marks * (m->accept ? 2 + at_least_one(m->n_real_servers) : 1) + m->exclude_macs.n +
            (size_t)m->masquerade.n * at_least_one(m->masquerade_out.n) * (1 + m->masquerade_ports.n / 7) * 2;
    }
    return n;
}

#endif
