/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/import_virtual.h"
#include "lbgen/init_text.h"

enum { LINE = 76, COMMENT_COLUMN = 35 };

static const char head[] = "; What lbgen makes packet-filter rules of. A line that begins with ; is a\n"
                           "; comment: take the ; away to use a key that stands behind it.\n"
                           ";\n"
                           "; IPVS finds a virtual server by the firewall mark (fwmark) of a packet, but\n"
                           "; sets none. So a service is a pair that has to agree: a section here, whose\n"
                           "; rules set the mark, and in keepalived.conf the virtual server with this mark:\n"
                           ";\n"
                           ";     virtual_server fwmark %u {\n"
                           ";         lb_algo wlc\n"
                           ";         lb_kind NAT\n"
                           ";         persistence_timeout 300\n"
                           ";         real_server 10.0.0.11 0 {    # 0: the port stays what it is\n"
                           ";         }\n"
                           ";     }\n";

static const char next_steps[] =
    ";\n"
    "; With this file, here services.ini:\n"
    ";\n"
    ";   lbgen --check services.ini              is it good, do its [expect] hold?\n"
    ";   lbgen services.ini                      the IPv4 rules; lbgen -6: IPv6\n"
    ";   lbgen --check --keepalived /etc/keepalived/keepalived.conf services.ini\n"
    ";                                           do both files agree?\n"
    ";   lbgen --commit --dry-run services.ini   what would change in the kernel\n"
    ";   lbgen --commit --confirm services.ini   live now, and undone in 60 seconds\n"
    ";                                           unless you confirm it\n"
    ";\n"
    "; All keys: man lbgen.ini.\n";

static const char vrrp_head[] =
    "\n; Keepalived's own packets (VRRP), by which the directors settle who holds the\n"
    "; VIPs: whether they are accepted, and from where.\n"
    "[vrrp]\n";

static const char service_head[] = "\n; Packets to these addresses and ports get the mark.\n";

static const char rules_tail[] =
    "\n; What else the host needs, in iptables' syntax. With INPUT DROP, write also\n"
    "; accept = yes into the services above.\n"
    "; [rules filter]\n"
    "; policy = INPUT DROP\n"
    "; rule = -A INPUT -i lo -j ACCEPT\n"
    "; rule = -A INPUT -p tcp --dport 22 -j ACCEPT\n";

/* A line with a remark behind it. */
static void put_line(struct buf *out, size_t begin, const char *remark)
{
    if (remark) {
        do
            buf_char(out, ' ');
        while (out->len - begin < COMMENT_COLUMN);
        buf_printf(out, "; %s", remark);
    }
    buf_char(out, '\n');
}

static void put(struct buf *out, const char *line, const char *remark)
{
    size_t begin = out->len;

    buf_str(out, line);
    put_line(out, begin, remark);
}

/* --- [vrrp] --- */

static bool vrrp_has(const struct draft *d, const char *key)
{
    for (uint32_t i = 0; d && i < d->vrrp.n; i++)
        if (strncmp(d->vrrp.at[i], key, strlen(key)) == 0)
            return true;
    return false;
}

static void put_vrrp(const struct init *init, struct buf *out)
{
    static const struct {
        const char *key, *line, *remark;
    } more[] = {{"interface", "; interface = eth0", "only what comes in here"},
                {"source", "; source = 192.0.2.3, fe80::/10", "only from the other director"},
                {"authentication", "; authentication = ah", "Keepalived's auth_type AH"},
                {"sync", "; sync = yes", "lvs_sync_daemon's packets too"}};
    const struct draft *d = init->draft;

    buf_str(out, vrrp_head);
    for (uint32_t i = 0; d && i < d->vrrp_remarks.n; i++)
        buf_printf(out, "; %s\n", d->vrrp_remarks.at[i]);
    if (!vrrp_has(d, "accept"))
        buf_str(out, "accept = yes\n");
    for (uint32_t i = 0; d && i < d->vrrp.n; i++)
        buf_printf(out, "%s\n", d->vrrp.at[i]);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (!vrrp_has(d, more[i].key))
            put(out, more[i].line, more[i].remark);
}

/* --- [service] --- */

/* What a new section with these ports is called: "web", "ftp", "app". */
static const char *service_name(const struct init *init)
{
    const struct service *s = init->service;
    const char *known;

    if (init->template_name)
        return init->template_name;
    for (uint32_t i = 0; i < s->ports.n; i++)
        if (s->ports.at[i].low == 80 && s->ports.at[i].high == 80)
            return "web";
    known = s->ports.n ? import_port_known(s->ports.at[0].low) : NULL;
    return known ? known : "app";
}

/* One more item of a list, in a further line where this one would get long. *begin: where the line begins. */
static void put_item(struct buf *out, const char *key, const char *item, size_t *begin)
{
    bool first = out->len == *begin;

    if (!first && out->len - *begin + strlen(item) + 2 > LINE) {
        buf_char(out, '\n');
        *begin = out->len;
        first = true;
    }
    buf_printf(out, "%s%s%s", first ? key : "", first ? " = " : ", ", item);
}

static void put_vips(const struct service *s, struct buf *out)
{
    size_t begin = out->len;

    for (uint32_t i = 0; i < s->vips.n; i++) {
        const struct prefix *p = &s->vips.at[i];
        struct buf item = {0};

        if (prefix_is_host(p))
            address_print(&item, (enum family)p->family, p->first);
        else
            prefix_print(&item, p);
        put_item(out, "vip", buf_text(&item), &begin);
        buf_free(&item);
    }
    buf_char(out, '\n');
}

static void put_ports(const struct service *s, struct buf *out)
{
    size_t begin = out->len;

    for (uint32_t i = 0; i < s->ports.n; i++) {
        const struct port_range *r = &s->ports.at[i];
        struct buf item = {0};

        if (ports_is_any(*r))
            buf_str(&item, "any");
        else if (r->low == r->high)
            buf_printf(&item, "%u", r->low);
        else
            buf_printf(&item, "%u:%u", r->low, r->high);
        put_item(out, "ports", buf_text(&item), &begin);
        buf_free(&item);
    }
    buf_char(out, '\n');
}

static void put_vip_lines(const struct init *init, struct buf *out)
{
    if (init->vips == INIT_EXAMPLE)
        buf_str(out, "; Example addresses: put your own here, IPv4 and IPv6.\n");
    if (init->vips == INIT_KEEPALIVED)
        buf_printf(out,
                   "; A guess: all virtual_ipaddress of\n"
                   "; %s.\n"
                   "; Take out what is no address of this service.\n",
                   init->keepalived);
    if (init->vips == INIT_KEEPALIVED && init->draft->more_addresses)
        buf_str(out, "; There are more of them there than these.\n");
    put_vips(init->service, out);
}

static void put_port_lines(const struct init *init, struct buf *out)
{
    size_t begin = out->len;

    if (init->template_name) {
        buf_printf(out, "template = %s", init->template_name);
        put_line(out, begin, "protocol, ports and more");
        return;
    }
    if (init->ports == INIT_KEEPALIVED)
        buf_str(out, "; The port is a guess: that of the real servers.\n");
    put(out, "protocol = tcp", "tcp udp sctp; esp ah have no ports");
    if (init->ports == INIT_EXAMPLE)
        buf_str(out, "; Examples: put ports, ranges like 8000:8010, names of /etc/services, or any.\n");
    put_ports(init->service, out);
}

static void put_mark_line(const struct init *init, struct buf *out)
{
    static const char *const remarks[] = {[INIT_EXAMPLE] = "a proposal: any that nobody else uses",
                                          [INIT_GIVEN] = NULL,
                                          [INIT_KEEPALIVED] = "as virtual_server fwmark has it"};
    size_t begin = out->len;

    buf_str(out, "fwmark = ");
    mark_print(out, init->service->mark);
    put_line(out, begin, remarks[init->mark]);
}

static bool server_has(const struct init *init, enum service_key key)
{
    for (uint32_t i = 0; init->server && i < init->server->n_values; i++)
        if (init->server->values[i].key == key && !init->server->values[i].proposal)
            return true;
    return false;
}

/* What Keepalived's file says of the virtual server, in the order of the keys. */
static void put_server(const struct init *init, struct buf *out)
{
    const struct draft_service *server = init->server;

    buf_printf(out, "; As %s has it:\n", init->keepalived);
    for (int key = KEY_FWMARK + 1; key < SERVICE_KEYS; key++)
        for (uint32_t i = 0; i < server->n_values; i++)
            if (server->values[i].key == key && !server->values[i].proposal)
                buf_printf(out, "%s = %s\n", service_key_name((enum service_key)key), server->values[i].text);
}

static void put_more_keys(const struct init *init, struct buf *out)
{
    static const struct {
        enum service_key key;
        const char *line, *remark;
    } more[] = {{KEY_INTERFACE, "; interface = eth0", "only what comes in here"},
                {KEY_SOURCE, "; source = 198.51.100.0/24", "only these clients"},
                {KEY_ACCEPT, "; accept = yes", "let it in where INPUT is DROP"},
                {KEY_SCHEDULER, "; scheduler = wlc", "this and the next: see --format"},
                {KEY_FORWARDING, "; forwarding = nat", "nat dr tun"},
                {KEY_PERSISTENCE, "; persistence = 300", "seconds at one real server"},
                {KEY_REAL_SERVER, "; real-server = 10.0.0.11 weight 2", "one line each"}};

    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (!server_has(init, more[i].key))
            put(out, more[i].line, more[i].remark);
}

static void put_service(const struct init *init, struct buf *out)
{
    buf_str(out, service_head);
    buf_printf(out, "[service %s]\n", service_name(init));
    put_vip_lines(init, out);
    put_port_lines(init, out);
    put_mark_line(init, out);
    if (init->server)
        put_server(init, out);
    put_more_keys(init, out);
}

/* Virtual servers that this file has no section for. */
static void put_others(const struct init *init, struct buf *out)
{
    size_t n = init->draft ? init->draft->services.n : 0;
    size_t others = n - (n && init->server ? 1 : 0);

    if (others)
        buf_printf(out,
                   "\n; Keepalived's file has %zu virtual server%s beside this. The next line writes a\n"
                   "; section for each, with its real servers:\n"
                   ";     lbgen --import %s\n",
                   others, others == 1 ? "" : "s", init->keepalived);
}

/* --- [expect] --- */

static uint16_t first_port(const struct service *s)
{
    return s->ports.n && !ports_is_any(s->ports.at[0]) ? s->ports.at[0].low : 80;
}

static void put_end(struct buf *out, const struct prefix *p, struct address a, bool has_port, uint16_t port)
{
    bool brackets = has_port && p->family == IPV6;

    buf_str(out, brackets ? "[" : "");
    address_print(out, (enum family)p->family, a);
    buf_str(out, brackets ? "]" : "");
    if (has_port)
        buf_printf(out, ":%u", port);
}

/* A client of the documentation's networks asks for the first thing that the service has. */
static void put_expect(const struct init *init, struct buf *out)
{
    static const struct address clients[FAMILIES] = {
        [IPV4] = {.high = 0xcb007109ULL << 32}, [IPV6] = {.high = 0x20010db8ffff0000ULL, .low = 9}};
    const struct service *s = init->service;
    const struct prefix *vip = &s->vips.at[0];
    const struct proto_ops *proto = &proto_ops[s->protocols[0]];

    if (service_more(s)->interfaces.n || service_more(s)->sources.n)
        return; /* the host's own template asks for more than can be told here */
    buf_str(out, "\n; A test of this very file, which lbgen --check runs.\n");
    buf_printf(out, "[expect %s]\npacket = %s ", service_name(init), proto->name);
    put_end(out, vip, clients[vip->family], proto->has_ports, 40000);
    buf_char(out, ' ');
    put_end(out, vip, vip->first, proto->has_ports, first_port(s));
    buf_printf(out, "\nfwmark = %u\n", s->mark.value);
}

void init_write(const struct init *init, struct buf *out)
{
    buf_printf(out, head, init->service->mark.value);
    buf_str(out, next_steps);
    put_vrrp(init, out);
    put_service(init, out);
    put_others(init, out);
    put_expect(init, out);
    buf_str(out, rules_tail);
}
