/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/nft.h"

static unsigned wanted_families(const struct format_job *job)
{
    return (job->wants[IPV4] ? FAMILY_BIT_4 : 0U) | (job->wants[IPV6] ? FAMILY_BIT_6 : 0U);
}

static void check_rules(const struct format_job *job, struct diag *diag)
{
    for (size_t i = 0; i < job->config->rules.n; i++) {
        const struct host_rule *r = &job->config->rules.at[i];

        if (r->families & wanted_families(job))
            diag_at(diag, SEVERITY_ERROR, ini_value_place(&r->value, 0), strlen(r->text),
                    "a rule of iptables can't be said in nft's form: put it into a table of your own, or use "
                    "the form of iptables-save");
    }
}

static void check_policies(const struct format_job *job, struct diag *diag)
{
    for (size_t i = 0; i < job->config->policies.n; i++) {
        const struct host_policy *p = &job->config->policies.at[i];

        if (!p->drop || !(p->families & wanted_families(job)))
            continue;
        if (p->table != TABLE_FILTER)
            diag_at(diag, SEVERITY_ERROR, p->at, strlen("policy"),
                    "a policy of table %s can't be said in nft's form: lbgen's table there has no such chain",
                    table_names[p->table]);
        else
            diag_at(diag, SEVERITY_WARNING, p->at, strlen("policy"),
                    "%s drops all that lbgen itself does not accept: in nft's form no rule of another table "
                    "can let it in",
                    hook_names[p->chain]);
    }
}

static void check_interfaces(const struct service *s, enum service_key key, struct interface_list list,
                             struct diag *diag)
{
    size_t len;

    for (uint32_t i = 0; i < list.n; i++)
        if (strchr(list.at[i].name, '\\')) {
            srcpos at = service_key_place(s, key, &len);

            diag_at(diag, SEVERITY_ERROR, at, len,
                    "interface '%s' can't be said in nft's form: there a backslash makes the next byte plain",
                    list.at[i].name);
        }
}

/* Policies without the rules that make exceptions from them would cut the host off. */
bool nft_leaves_out_rules(const struct format_job *job)
{
    return !job->goes_live && format_host_rules(job) > 0;
}

void nft_check(const struct format_job *job, struct diag *diag)
{
    const struct config *config = job->config;

    if (job->remove)
        return;
    if (nft_leaves_out_rules(job)) {
        format_leave_out_rules(
            job,
            "rules of iptables can't be said in nft's form; put what the host needs beside "
            "its services into a table of your own",
            diag);
    } else {
        check_rules(job, diag);
        check_policies(job, diag);
    }
    for (size_t i = 0; i < config->special.n; i++) {
        const struct service *s = &config->services.at[config->special.at[i]];

        check_interfaces(s, KEY_INTERFACE, service_more(s)->interfaces, diag);
        check_interfaces(s, KEY_MASQUERADE_OUT, service_more(s)->masquerade_out, diag);
    }
}
