/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/firewall_cmd_check.h"
#include "lbgen/firewall_cmd_plan.h"

enum { ZONE_MAX = 17 /* firewall/functions.py: max_zone_name_len */ };

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static bool consists_of(const char *text, const char *bytes)
{
    return text[strspn(text, bytes)] == '\0';
}

static void check_zone(const char *zone, struct diag *diag)
{
    size_t len = zone ? strlen(zone) : 1;

    if (len == 0 || len > ZONE_MAX || (zone && !consists_of(zone, LETTERS_AND_DIGITS "_-")))
        diag_file(diag, SEVERITY_ERROR, NULL,
                  "--firewalld-zone: the name of a zone has 1 to %d letters, digits, _ and -", ZONE_MAX);
}

static void check_vrrp(const struct config *config, struct diag *diag)
{
    const struct vrrp *vrrp = &config->vrrp;

    if (vrrp->accept && vrrp->interfaces.n)
        diag_at(
            diag, SEVERITY_WARNING, vrrp->interface_at, strlen("interface"),
            "firewalld accepts by zone, not by interface: VRRP is accepted on every interface of the zone; "
            "--firewalld-zone names another zone than the default one");
}

static bool names_are_plain(struct interface_list list)
{
    for (uint32_t i = 0; i < list.n; i++)
        if (!consists_of(list.at[i].name, LETTERS_AND_DIGITS "._-@+"))
            return false;
    return true;
}

static void refuse(struct diag *diag, const struct service *s, enum service_key key, const char *text)
{
    size_t len;
    srcpos at = service_key_place(s, key, &len);

    diag_at(diag, SEVERITY_ERROR, at, len, "service '%.*s': %s", s->name_len, s->name, text);
}

static void check_accept(const struct service *s, struct diag *diag)
{
    if (service_has(s, KEY_INTERFACE))
        refuse(diag, s, KEY_INTERFACE,
               "firewalld accepts by zone, not by interface: 'accept = yes' and 'interface' can't be said "
               "together; leave 'interface' out, and name its zone with --firewalld-zone");
    if (service_has_protocol(s, PROTO_UDPLITE) && s->ports.n && !ports_is_any(s->ports.at[0]))
        refuse(diag, s, KEY_ACCEPT,
               "firewalld can't accept ports of udplite; only 'ports = any' can be said");
}

static void check_service(const struct service *s, uint32_t rank, struct diag *diag)
{
    static const char plain[] =
        "firewalld takes names of interfaces made of letters, digits and . _ - @ alone";
    const struct service_more *m = service_more(s);

    if (!names_are_plain(m->interfaces))
        refuse(diag, s, KEY_INTERFACE, plain);
    if (!names_are_plain(m->masquerade_out))
        refuse(diag, s, KEY_MASQUERADE_OUT, plain);
    if (m->accept)
        check_accept(s, diag);
    if (rank == CMD_RANK_MAX + 1)
        refuse(diag, s, KEY_OVERRIDE,
               "firewalld has priorities for 32767 overriding services, and this is one more");
}

void cmd_check(const struct format_job *job, struct diag *diag)
{
    const struct config *config = job->config;
    struct cmd_plan plan;

    check_zone(job->firewalld_zone, diag);
    check_vrrp(config, diag);
    format_leave_out_rules(job,
                           "firewalld accepts and drops by its zones; give it what the host needs beside its "
                           "services with firewall-cmd",
                           diag);
    cmd_plan_make(&plan, config);
    for (size_t i = 0; i < config->special.n; i++) {
        uint32_t number = config->special.at[i];

        check_service(&config->services.at[number], plan.rank[number], diag);
    }
    cmd_plan_free(&plan);
}
