/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/firewall_cmd.h"
#include "lbgen/format.h"
#include "lbgen/nft.h"

const struct format *const formats[] = {
    &nft_format, &firewalld_format, &keepalived_format, &ipvsadm_format, &json_format, &dot_format, NULL,
};

const struct format *format_find(const char *name)
{
    for (const struct format *const *f = formats; *f; f++)
        if (strcmp((*f)->name, name) == 0)
            return *f;
    return NULL;
}

static unsigned wanted_families(const struct format_job *job)
{
    return (job->wants[IPV4] ? FAMILY_BIT_4 : 0U) | (job->wants[IPV6] ? FAMILY_BIT_6 : 0U);
}

size_t format_host_rules(const struct format_job *job)
{
    size_t n = 0;

    for (size_t i = 0; i < job->config->rules.n; i++)
        n += (job->config->rules.at[i].families & wanted_families(job)) != 0;
    return n;
}

size_t format_policies(const struct format_job *job)
{
    size_t n = 0;

    for (size_t i = 0; i < job->config->policies.n; i++)
        n += (job->config->policies.at[i].families & wanted_families(job)) != 0;
    return n;
}

void format_leave_out_rules(const struct format_job *job, const char *what, struct diag *diag)
{
    const size_t rules = format_host_rules(job), policies = format_policies(job);
    const struct config *config = job->config;

    for (size_t i = 0; i < config->policies.n && !rules; i++)
        if (config->policies.at[i].families & wanted_families(job)) {
            diag_at(diag, SEVERITY_WARNING, config->policies.at[i].at, strlen("policy"),
                    "[rules] is left out (policies: %zu): %s", policies, what);
            return;
        }
    for (size_t i = 0; i < config->rules.n; i++)
        if (config->rules.at[i].families & wanted_families(job)) {
            const struct ini_value *value = &config->rules.at[i].value;

            diag_at(diag, SEVERITY_WARNING, ini_value_place(value, 0), value->len,
                    "[rules] is left out (rules: %zu, policies: %zu): %s", rules, policies, what);
            return;
        }
}
