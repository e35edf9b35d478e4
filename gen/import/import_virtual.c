/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/import_virtual.h"

enum { PERSISTENCE_MAX = 31 * 24 * 3600 /* services.ini's */, WEIGHT_MAX = 65535 };

static const char *const forwarding_names[] = {"nat", "dr", "tun"};

static const struct {
    const char *word;
    unsigned bit;
} flags[] = {{"sh-fallback", SCHED_SH_FALLBACK},
             {"sh-port", SCHED_SH_PORT},
             {"mh-fallback", SCHED_MH_FALLBACK},
             {"mh-port", SCHED_MH_PORT},
             {"flag-1", SCHED_FLAG_1},
             {"flag-2", SCHED_FLAG_2},
             {"flag-3", SCHED_FLAG_3}};

enum { FLAGS = sizeof flags / sizeof *flags };

struct import_virtual import_virtual_new(srcpos at)
{
    return (struct import_virtual){
        .at = at, .vip.family = FAMILIES, .protocol = PROTO_TCP, .sorry.at = SRC_NONE};
}

void import_virtual_add_real(struct draft *d, struct import_virtual *v, const struct import_real *real)
{
    v->reals.at = arena_append(&d->mem, v->reals.at, v->reals.n++, &v->reals.cap, real, 1, sizeof *real);
}

bool import_virtual_set_mask(struct import_virtual *v, const char *text, struct complaint *why)
{
    uint8_t ignored;

    if (!netmask_parse(text, strlen(text), &ignored, why))
        return false;
    v->mask = text;
    return true;
}

/* Whether services.ini has this scheduler. */
static bool scheduler_known(const char *name)
{
    static const char *const known[] = {"rr",    "wrr", "lc", "wlc", "fo",  "ovf", "lblc",
                                        "lblcr", "dh",  "sh", "mh",  "sed", "nq",  "twos"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], name) == 0)
            return true;
    return false;
}

unsigned import_flag(const char *word)
{
    for (int i = 0; i < FLAGS; i++)
        if (strcmp(flags[i].word, word) == 0)
            return flags[i].bit;
    return 0;
}

const char *import_port_known(uint16_t port)
{
    /* Not /etc/services: the output is the same on every host. */
    static const struct {
        uint16_t port;
        const char *name;
    } names[] = {{21, "ftp"},    {22, "ssh"},    {25, "smtp"},        {53, "dns"},      {80, "http"},
                 {110, "pop3"},  {123, "ntp"},   {143, "imap"},       {389, "ldap"},    {443, "https"},
                 {636, "ldaps"}, {993, "imaps"}, {995, "pop3s"},      {1812, "radius"}, {3306, "mysql"},
                 {3389, "rdp"},  {5060, "sip"},  {5432, "postgresql"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].port == port)
            return names[i].name;
    return NULL;
}

/* A short name for what has this port: "http", "tcp-8080". */
static const char *port_name(struct draft *d, enum proto proto, uint16_t port)
{
    const char *known = import_port_known(port);
    struct buf b = {0};

    if (known)
        return known;
    buf_str(&b, proto_ops[proto].name);
    if (port)
        buf_printf(&b, "-%u", port);
    const char *name = arena_text(&d->mem, b.at, b.len);
    buf_free(&b);
    return name;
}

/* The one that most real servers have. */
static enum forwarding common_forwarding(const struct import_virtual *v)
{
    uint32_t count[3] = {0};
    int best = FORWARDING_NAT;

    for (uint32_t i = 0; i < v->reals.n; i++)
        count[v->reals.at[i].forwarding]++;
    for (int f = 0; f < 3; f++)
        if (count[f] > count[best])
            best = f;
    return (enum forwarding)best;
}

static void put_address(struct buf *out, const struct prefix *p)
{
    address_print(out, (enum family)p->family, p->first);
}

static void put_reals(struct draft *d, struct draft_service *s, const struct import_virtual *v)
{
    enum forwarding common = common_forwarding(v);
    struct buf b = {0};

    if (v->reals.n)
        draft_set(d, s, KEY_FORWARDING, "%s", forwarding_names[common]);
    for (uint32_t i = 0; i < v->reals.n; i++) {
        const struct import_real *r = &v->reals.at[i];

        b.len = 0;
        put_address(&b, &r->address);
        if (r->weight > WEIGHT_MAX)
            draft_leave(d, &s->remarks, r->at, "weight %u of a real server: weights go to %d", r->weight,
                        WEIGHT_MAX);
        else if (r->weight != 1)
            buf_printf(&b, " weight %u", r->weight);
        if (r->forwarding != common)
            buf_printf(&b, " forwarding %s", forwarding_names[r->forwarding]);
        draft_set(d, s, KEY_REAL_SERVER, "%s", buf_text(&b));
        if (r->port && v->port && r->port != v->port)
            draft_leave(d, &s->remarks, r->at,
                        "port %u of this real server; real servers have the service's port, which is %u",
                        r->port, v->port);
    }
    buf_free(&b);
}

static void put_sorry(struct draft *d, struct draft_service *s, const struct import_virtual *v)
{
    struct buf b = {0};

    if (v->sorry.at == SRC_NONE)
        return;
    put_address(&b, &v->sorry.address);
    draft_set(d, s, KEY_SORRY_SERVER, "%s", buf_text(&b));
    if (v->sorry.port && v->port && v->sorry.port != v->port)
        draft_leave(d, &s->remarks, v->sorry.at,
                    "port %u of the sorry server; it has the service's port, which is %u", v->sorry.port,
                    v->port);
    buf_free(&b);
}

static void put_scheduling(struct draft *d, struct draft_service *s, const struct import_virtual *v)
{
    if (v->scheduler && scheduler_known(v->scheduler))
        draft_set(d, s, KEY_SCHEDULER, "%s", v->scheduler);
    else if (v->scheduler)
        draft_leave(d, &s->remarks, v->at, "scheduler '%s', which is not known here", v->scheduler);
    for (int i = 0; i < FLAGS; i++)
        if (v->flags & flags[i].bit)
            draft_set(d, s, KEY_SCHEDULER_FLAGS, "%s", flags[i].word);
    if (v->persistent && v->persistence > PERSISTENCE_MAX)
        draft_leave(d, &s->remarks, v->at, "persistence of %u seconds, which is over 31 days",
                    v->persistence);
    else if (v->persistent)
        draft_set(d, s, KEY_PERSISTENCE, "%u", v->persistence);
    if (v->mask)
        draft_set(d, s, KEY_PERSISTENCE_MASK, "%s", v->mask);
    if (v->one_packet)
        draft_set(d, s, KEY_ONE_PACKET, "yes");
    if (v->check)
        draft_set(d, s, KEY_CHECK, "%s", v->check);
}

/* The port that all real servers have; 0: none, or several. */
static uint16_t port_of_reals(const struct import_virtual *v)
{
    for (uint32_t i = 1; i < v->reals.n; i++)
        if (v->reals.at[i].port != v->reals.at[0].port)
            return 0;
    return v->reals.n ? v->reals.at[0].port : 0;
}

static void put_ports(struct draft *d, struct draft_service *s, const struct import_virtual *v)
{
    uint16_t port = port_of_reals(v);

    if (v->port)
        draft_set(d, s, KEY_PORTS, "%u", v->port);
    else if (!v->mark)
        draft_set(d, s, KEY_PORTS, "any");
    else if (port)
        draft_propose(d, s, KEY_PORTS, "%u", port);
    else
        draft_propose(d, s, KEY_PORTS, "PORT");
}

static void put_claim(struct draft *d, struct draft_service *s, const struct import_virtual *v)
{
    struct buf b = {0};

    if (v->vip.family != FAMILIES) {
        put_address(&b, &v->vip);
        draft_set(d, s, KEY_VIP, "%s", buf_text(&b));
    } else {
        draft_propose(d, s, KEY_VIP, "%s", v->vip_proposal ? v->vip_proposal : "ADDRESS");
    }
    if (v->mark && (v->vip.family == FAMILIES || !v->port))
        draft_remark(d, &s->remarks, "%s does not know which packets get fwmark %u: fill in %s", d->from,
                     v->mark, v->vip.family == FAMILIES ? "vip and ports" : "ports");
    if (v->protocol != PROTO_TCP)
        draft_set(d, s, KEY_PROTOCOL, "%s", proto_ops[v->protocol].name);
    put_ports(d, s, v);
    buf_free(&b);
}

struct draft_service *import_virtual_draft(struct draft *d, const struct import_virtual *v)
{
    const char *name = v->name;

    if (!name && !v->mark)
        name = port_name(d, (enum proto)v->protocol, v->port);
    struct draft_service *s = draft_service(d, name);

    s->mark = (struct mark){v->mark, MARK_MASK_ALL};
    s->wish = v->port;
    put_claim(d, s, v);
    put_scheduling(d, s, v);
    put_reals(d, s, v);
    put_sorry(d, s, v);
    return s;
}
