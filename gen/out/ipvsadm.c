/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `ipvsadm --restore` reads, as `ipvsadm --save --numeric` prints it: virtual servers by mark and
 * family, real servers by address. Its reader takes no comments. */
#include <stdlib.h>

#include "lbgen/format.h"
#include "lbgen/lint_virtual.h"
#include "lbgen/virtual_server.h"

static const char *const methods[] = {
    [FORWARDING_NAT] = "-m", [FORWARDING_DR] = "-g", [FORWARDING_TUN] = "-i"};

static void write_name(struct buf *out, const char *command, const struct virtual_server *v)
{
    buf_str(out, command);
    buf_str(out, " -f ");
    buf_dec(out, v->mark);
    if (v->family == IPV6)
        buf_str(out, " -6");
}

static void write_flags(struct buf *out, const struct virtual_server *v)
{
    const char *before = " -b ";

    for (int i = 0; i < VIRTUAL_FLAGS; i++)
        if (v->flags >> i & 1) {
            buf_str(out, before);
            buf_str(out, scheduler_flag_name(v->scheduler, i));
            before = ",";
        }
}

static void write_service(struct buf *out, const struct virtual_server *v)
{
    write_name(out, "-A", v);
    buf_str(out, " -s ");
    buf_str(out, v->scheduler);
    if (v->persistence) {
        buf_str(out, " -p ");
        buf_dec(out, v->persistence);
    }
    if (v->mask != family_ops[v->family].bits) {
        buf_str(out, " -M ");
        virtual_mask_print(out, v);
    }
    if (v->one_packet)
        buf_str(out, " -o");
    write_flags(out, v);
    buf_char(out, '\n');
}

static void write_server(struct buf *out, const struct virtual_server *v, const struct virtual_real *r)
{
    const bool six = r->address.family == IPV6;

    write_name(out, "-a", v);
    buf_str(out, six ? " -r [" : " -r ");
    address_print(out, (enum family)r->address.family, r->address.first);
    buf_str(out, six ? "]:0 " : ":0 ");
    buf_str(out, methods[r->forwarding]);
    buf_str(out, " -w ");
    buf_dec(out, r->weight);
    buf_str(out, r->forwarding == FORWARDING_TUN ? " --tun-type ipip\n" : "\n");
}

static int by_address(const void *a, const void *b)
{
    const struct virtual_real *x = a, *y = b;

    if (x->address.family != y->address.family)
        return x->address.family < y->address.family ? -1 : 1;
    return address_compare(x->address.first, y->address.first);
}

static void write_ipvsadm(const struct format_job *job, struct buf *out)
{
    struct virtual_servers all;
    struct virtual_server v;

    virtual_servers_begin(&all, job->config, job->wants);
    while (virtual_servers_next(&all, &v)) {
        if (v.n_servers == 0)
            continue;
        qsort(all.servers.at, v.n_servers, sizeof *all.servers.at, by_address);
        write_service(out, &v);
        for (size_t i = 0; i < v.n_servers; i++)
            write_server(out, &v, &v.servers[i]);
    }
    virtual_servers_end(&all);
}

/* --- findings --- */

/* Told once, at the first place: every service of an input may have the key. */
static void report_key(const struct config *config, enum service_key key, struct diag *diag)
{
    const struct service *first = NULL;
    size_t n = 0, len;

    for (size_t i = 0; i < config->special.n; i++) {
        const struct service *s = &config->services.at[config->special.at[i]];

        if (!service_has(s, key) || (key == KEY_CHECK && service_more(s)->check == CHECK_NONE))
            continue;
        first = first ? first : s;
        n++;
    }
    if (n == 0)
        return;
    srcpos at = service_key_place(first, key, &len);
    diag_at(diag, SEVERITY_WARNING, at, len, "ipvsadm can't be told of '%s' (services with this key: %zu)",
            service_key_name(key), n);
}

static void report_without_servers(const struct format_job *job, struct diag *diag)
{
    const struct service *first = NULL;
    struct virtual_servers all;
    struct virtual_server v;
    enum family family = IPV4;
    size_t n = 0;

    virtual_servers_begin(&all, job->config, job->wants);
    while (virtual_servers_next(&all, &v)) {
        if (v.n_servers)
            continue;
        if (n++ == 0) {
            first = v.services[0];
            family = v.family;
        }
    }
    virtual_servers_end(&all);
    if (n)
        diag_at(diag, SEVERITY_WARNING, first->at, first->header_len,
                "fwmark %u has no real servers in %s and is left out (such virtual servers: %zu)",
                first->mark.value, family_ops[family].name, n);
}

static void lint_ipvsadm(const struct format_job *job, struct diag *diag)
{
    static const enum service_key unsaid[] = {KEY_SORRY_SERVER, KEY_CHECK, KEY_KEEPALIVED};

    lint_virtual(job->config, job->wants, diag);
    for (size_t i = 0; i < sizeof unsaid / sizeof *unsaid; i++)
        report_key(job->config, unsaid[i], diag);
    report_without_servers(job, diag);
}

const struct format ipvsadm_format = {.name = "ipvsadm", .check = lint_ipvsadm, .write = write_ipvsadm};
