/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ipvs_kernel.so, for LD_PRELOAD: stands in for a kernel with IPVS, beneath ipvsadm and Keepalived.
 *
 * It takes the netlink messages that these make of what they were told, before libnl sends them, and answers
 * those that ask for the table. The table is the text file $IPVS_TABLE, a line for each thing that was added:
 *
 *     service AF MARK SCHEDULER FLAGS TIMEOUT NETMASK
 *     server AF MARK ADDRESS-FAMILY ADDRESS PORT METHOD WEIGHT TUNNEL-TYPE
 *
 * with numbers as in linux/ip_vs.h, the netmask and the address in hex, and the port in the host's order.
 * As the kernel does, it refuses a service or server that is there already, a server without its service, an
 * unknown scheduler, an IPv6 netmask outside 1..128, and a server of the other family that is not tunnelled.
 * What is to be changed or taken out stays as it was. It balances nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAMILY_NUMBER = 77, NLE_FAILURE = 1, NLE_EXIST = 6, NLE_INVAL = 7, NLE_OBJ_NOTFOUND = 12 };

/* libnl's: what is called there, and what is called here instead. */
struct nl_sock;
struct nl_msg;
typedef int (*message_fn)(struct nl_msg *msg, void *arg);

struct nl_msg *nlmsg_alloc(void);
void nlmsg_free(struct nl_msg *msg);
struct nlmsghdr *nlmsg_hdr(struct nl_msg *msg);
void *genlmsg_put(struct nl_msg *msg, uint32_t port, uint32_t seq, int family, int hdrlen, int flags,
                  uint8_t cmd, uint8_t version);
int nla_put(struct nl_msg *msg, int type, int len, const void *data);
struct nlattr *nla_nest_start(struct nl_msg *msg, int type);
int nla_nest_end(struct nl_msg *msg, struct nlattr *nest);

int genl_connect(struct nl_sock *sock);
int genl_ctrl_resolve(struct nl_sock *sock, const char *name);
int nl_socket_modify_cb(struct nl_sock *sock, int type, int kind, message_fn fn, void *arg);
int nl_socket_modify_err_cb(struct nl_sock *sock, int kind, void *fn, void *arg);
int nl_send_auto_complete(struct nl_sock *sock, struct nl_msg *msg);
int nl_send_auto(struct nl_sock *sock, struct nl_msg *msg);
int nl_recvmsgs_default(struct nl_sock *sock);

struct service {
    unsigned af, mark, flags, timeout, netmask;
    char scheduler[IP_VS_SCHEDNAME_MAXLEN];
};

struct server {
    unsigned af, mark, address_family, port, method, weight, tunnel;
    unsigned char address[16];
};

static struct {
    bool loaded;
    struct service services[1000];
    struct server servers[5000];
    size_t n_services, n_servers;
} table;

/* By libnl's enum nl_cb_type. */
enum { ON_ANSWER = 0, ON_ACKNOWLEDGEMENT = 4, CALLBACKS = 16 };
static struct {
    message_fn fn;
    void *arg;
} callbacks[CALLBACKS];
static int answer; /* to the last message: 0, or libnl's negative number */

static FILE *open_table(const char *mode)
{
    const char *path = getenv("IPVS_TABLE");
    FILE *file = path ? fopen(path, mode) : NULL;

    if (!file && (!path || errno != ENOENT)) {
        fputs("ipvs_kernel: no IPVS_TABLE\n", stderr);
        exit(99);
    }
    return file;
}

static void save_service(FILE *file, const struct service *s)
{
    fprintf(file, "service %u %u %s %u %u %x\n", s->af, s->mark, s->scheduler, s->flags, s->timeout,
            s->netmask);
}

static void save_server(FILE *file, const struct server *d)
{
    fprintf(file, "server %u %u %u ", d->af, d->mark, d->address_family);
    for (int i = 0; i < 16; i++)
        fprintf(file, "%02x", d->address[i]);
    fprintf(file, " %u %u %u %u\n", d->port, d->method, d->weight, d->tunnel);
}

static void load_line(const char *line)
{
    struct service *s = &table.services[table.n_services];
    struct server *d = &table.servers[table.n_servers];
    char hex[33];

    if (sscanf(line, "service %u %u %15s %u %u %x", &s->af, &s->mark, s->scheduler, &s->flags, &s->timeout,
               &s->netmask) == 6) {
        table.n_services++;
    } else if (sscanf(line, "server %u %u %u %32s %u %u %u %u", &d->af, &d->mark, &d->address_family, hex,
                      &d->port, &d->method, &d->weight, &d->tunnel) == 8) {
        for (int i = 0; i < 16; i++)
            sscanf(hex + 2 * i, "%2hhx", &d->address[i]);
        table.n_servers++;
    }
}

static void load(void)
{
    FILE *file = table.loaded ? NULL : open_table("r");
    char line[200];

    table.loaded = true;
    while (file && fgets(line, sizeof line, file))
        load_line(line);
    if (file)
        fclose(file);
}

/* --- what is asked --- */

struct attributes {
    const void *at[32];
    size_t len[32];
};

static struct attributes attributes_of(const void *data, size_t n)
{
    struct attributes found = {0};
    const size_t head = sizeof(struct nlattr);

    for (size_t i = 0; n - i >= head && i < n;) {
        const struct nlattr *a = (const void *)((const char *)data + i);
        unsigned type = a->nla_type & 0x3fffU; /* without the bits for nests and byte order */

        if (a->nla_len < head || a->nla_len > n - i)
            break;
        if (type < 32) {
            found.at[type] = (const char *)data + i + head;
            found.len[type] = a->nla_len - head;
        }
        i += (a->nla_len + 3U) & ~3U;
    }
    return found;
}

static unsigned number(const struct attributes *a, int type)
{
    uint32_t wide = 0;
    uint16_t narrow = 0;
    uint8_t byte = 0;

    switch (a->len[type]) {
    case 4: memcpy(&wide, a->at[type], 4); return wide;
    case 2: memcpy(&narrow, a->at[type], 2); return narrow;
    case 1: memcpy(&byte, a->at[type], 1); return byte;
    default: return 0;
    }
}

static struct service read_service(const struct attributes *a)
{
    struct service s = {.af = number(a, IPVS_SVC_ATTR_AF),
                        .mark = number(a, IPVS_SVC_ATTR_FWMARK),
                        .timeout = number(a, IPVS_SVC_ATTR_TIMEOUT),
                        .netmask = number(a, IPVS_SVC_ATTR_NETMASK)};
    struct ip_vs_flags flags = {0};

    if (a->len[IPVS_SVC_ATTR_FLAGS] == sizeof flags)
        memcpy(&flags, a->at[IPVS_SVC_ATTR_FLAGS], sizeof flags);
    s.flags = flags.flags & flags.mask;
    if (a->at[IPVS_SVC_ATTR_SCHED_NAME])
        snprintf(s.scheduler, sizeof s.scheduler, "%.*s", (int)a->len[IPVS_SVC_ATTR_SCHED_NAME],
                 (const char *)a->at[IPVS_SVC_ATTR_SCHED_NAME]);
    return s;
}

static struct server read_server(const struct attributes *a, const struct service *s)
{
    struct server d = {.af = s->af,
                       .mark = s->mark,
                       .address_family = number(a, IPVS_DEST_ATTR_ADDR_FAMILY),
                       .port = ntohs((uint16_t)number(a, IPVS_DEST_ATTR_PORT)),
                       .method = number(a, IPVS_DEST_ATTR_FWD_METHOD),
                       .weight = number(a, IPVS_DEST_ATTR_WEIGHT),
                       .tunnel = number(a, IPVS_DEST_ATTR_TUN_TYPE)};

    if (a->len[IPVS_DEST_ATTR_ADDR] <= sizeof d.address && a->at[IPVS_DEST_ATTR_ADDR])
        memcpy(d.address, a->at[IPVS_DEST_ATTR_ADDR], d.address_family == AF_INET ? 4 : sizeof d.address);
    return d;
}

/* --- what is done --- */

static bool service_there(const struct service *s)
{
    for (size_t i = 0; i < table.n_services; i++)
        if (table.services[i].af == s->af && table.services[i].mark == s->mark)
            return true;
    return false;
}

static int add_service(const struct service *s)
{
    static const char *const schedulers[] = {"rr", "wrr", "lc", "wlc", "fo", "ovf",  "lblc",
                                             "dh", "sh",  "mh", "sed", "nq", "twos", "lblcr"};
    bool known = false;

    for (size_t i = 0; i < sizeof schedulers / sizeof *schedulers; i++)
        known |= strcmp(schedulers[i], s->scheduler) == 0;
    if (!known)
        return -NLE_OBJ_NOTFOUND;
    if (s->mark == 0 || (s->af != AF_INET && s->af != AF_INET6) ||
        (s->af == AF_INET6 && (s->netmask < 1 || s->netmask > 128)))
        return -NLE_INVAL;
    if (service_there(s))
        return -NLE_EXIST;
    if (table.n_services == sizeof table.services / sizeof *table.services)
        return -NLE_FAILURE;
    table.services[table.n_services++] = *s;
    FILE *file = open_table("a");
    save_service(file, s);
    return fclose(file) == 0 ? 0 : -NLE_FAILURE;
}

static int add_server(const struct service *s, const struct server *d)
{
    if (!service_there(s))
        return -NLE_OBJ_NOTFOUND;
    if (d->weight > 65535 || (d->address_family != d->af && d->method != IP_VS_CONN_F_TUNNEL))
        return -NLE_INVAL;
    for (size_t i = 0; i < table.n_servers; i++) {
        const struct server *other = &table.servers[i];

        if (other->af == d->af && other->mark == d->mark && other->port == d->port &&
            other->address_family == d->address_family && memcmp(other->address, d->address, 16) == 0)
            return -NLE_EXIST;
    }
    if (table.n_servers == sizeof table.servers / sizeof *table.servers)
        return -NLE_FAILURE;
    table.servers[table.n_servers++] = *d;
    FILE *file = open_table("a");
    save_server(file, d);
    return fclose(file) == 0 ? 0 : -NLE_FAILURE;
}

static int flush_table(void)
{
    FILE *file = open_table("w");

    table.n_services = table.n_servers = 0;
    return fclose(file) == 0 ? 0 : -NLE_FAILURE;
}

/* --- answers --- */

static void put_u32(struct nl_msg *msg, int type, uint32_t value)
{
    nla_put(msg, type, sizeof value, &value);
}

static void put_u16(struct nl_msg *msg, int type, unsigned value)
{
    uint16_t narrow = (uint16_t)value;

    nla_put(msg, type, sizeof narrow, &narrow);
}

static struct nl_msg *begin_answer(uint8_t cmd)
{
    struct nl_msg *msg = nlmsg_alloc();

    genlmsg_put(msg, 0, 0, FAMILY_NUMBER, 0, 0, cmd, IPVS_GENL_VERSION);
    return msg;
}

static void give_answer(struct nl_msg *msg)
{
    callbacks[ON_ANSWER].fn(msg, callbacks[ON_ANSWER].arg);
    nlmsg_free(msg);
}

static void tell_info(void)
{
    struct nl_msg *msg = begin_answer(IPVS_CMD_SET_INFO);

    put_u32(msg, IPVS_INFO_ATTR_VERSION, 0x10201);
    put_u32(msg, IPVS_INFO_ATTR_CONN_TAB_SIZE, 4096);
    give_answer(msg);
}

static void tell_services(void)
{
    for (size_t i = 0; i < table.n_services; i++) {
        const struct service *s = &table.services[i];
        struct ip_vs_flags flags = {.flags = s->flags, .mask = ~0U};
        struct nl_msg *msg = begin_answer(IPVS_CMD_NEW_SERVICE);
        struct nlattr *nest = nla_nest_start(msg, IPVS_CMD_ATTR_SERVICE);

        put_u16(msg, IPVS_SVC_ATTR_AF, s->af);
        put_u32(msg, IPVS_SVC_ATTR_FWMARK, s->mark);
        nla_put(msg, IPVS_SVC_ATTR_SCHED_NAME, (int)strlen(s->scheduler) + 1, s->scheduler);
        nla_put(msg, IPVS_SVC_ATTR_FLAGS, sizeof flags, &flags);
        put_u32(msg, IPVS_SVC_ATTR_TIMEOUT, s->timeout);
        put_u32(msg, IPVS_SVC_ATTR_NETMASK, s->netmask);
        nla_nest_end(msg, nest);
        give_answer(msg);
    }
}

static void tell_servers(const struct service *of)
{
    static const int counts[] = {IPVS_DEST_ATTR_U_THRESH, IPVS_DEST_ATTR_L_THRESH,
                                 IPVS_DEST_ATTR_ACTIVE_CONNS, IPVS_DEST_ATTR_INACT_CONNS,
                                 IPVS_DEST_ATTR_PERSIST_CONNS};

    for (size_t i = 0; i < table.n_servers; i++) {
        const struct server *d = &table.servers[i];
        uint8_t tunnel = (uint8_t)d->tunnel;

        if (d->af != of->af || d->mark != of->mark)
            continue;
        struct nl_msg *msg = begin_answer(IPVS_CMD_NEW_DEST);
        struct nlattr *nest = nla_nest_start(msg, IPVS_CMD_ATTR_DEST);
        put_u16(msg, IPVS_DEST_ATTR_ADDR_FAMILY, d->address_family);
        nla_put(msg, IPVS_DEST_ATTR_ADDR, sizeof d->address, d->address);
        put_u16(msg, IPVS_DEST_ATTR_PORT, htons((uint16_t)d->port));
        put_u32(msg, IPVS_DEST_ATTR_FWD_METHOD, d->method);
        put_u32(msg, IPVS_DEST_ATTR_WEIGHT, d->weight);
        nla_put(msg, IPVS_DEST_ATTR_TUN_TYPE, 1, &tunnel);
        put_u16(msg, IPVS_DEST_ATTR_TUN_PORT, 0);
        put_u16(msg, IPVS_DEST_ATTR_TUN_FLAGS, 0);
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            put_u32(msg, counts[c], 0);
        nla_nest_end(msg, nest);
        give_answer(msg);
    }
}

static int serve(const struct nlmsghdr *header)
{
    const struct genlmsghdr *command = (const void *)((const char *)header + NLMSG_HDRLEN);
    const size_t fixed = NLMSG_HDRLEN + GENL_HDRLEN;
    struct attributes all = attributes_of((const char *)header + fixed, header->nlmsg_len - fixed);
    struct attributes parts = attributes_of(all.at[IPVS_CMD_ATTR_SERVICE], all.len[IPVS_CMD_ATTR_SERVICE]);
    struct service s = read_service(&parts);
    struct server d;

    load();
    switch (command->cmd) {
    case IPVS_CMD_GET_INFO: tell_info(); return 0;
    case IPVS_CMD_GET_SERVICE: tell_services(); return 0;
    case IPVS_CMD_GET_DEST: tell_servers(&s); return 0;
    case IPVS_CMD_FLUSH: return flush_table();
    case IPVS_CMD_NEW_SERVICE: return add_service(&s);
    case IPVS_CMD_NEW_DEST:
        parts = attributes_of(all.at[IPVS_CMD_ATTR_DEST], all.len[IPVS_CMD_ATTR_DEST]);
        d = read_server(&parts, &s);
        return add_server(&s, &d);
    default: return 0;
    }
}

/* --- instead of libnl's --- */

int genl_connect(struct nl_sock *sock)
{
    return sock ? 0 : -NLE_FAILURE;
}

int genl_ctrl_resolve(struct nl_sock *sock, const char *name)
{
    return sock && strcmp(name, IPVS_GENL_NAME) == 0 ? FAMILY_NUMBER : -NLE_OBJ_NOTFOUND;
}

int nl_socket_modify_cb(struct nl_sock *sock, int type, int kind, message_fn fn, void *arg)
{
    (void)sock, (void)kind;
    if (type < 0 || type >= CALLBACKS)
        return -NLE_INVAL;
    callbacks[type].fn = fn;
    callbacks[type].arg = arg;
    return 0;
}

int nl_socket_modify_err_cb(struct nl_sock *sock, int kind, void *fn, void *arg)
{
    (void)sock, (void)kind, (void)fn, (void)arg;
    return 0;
}

int nl_send_auto_complete(struct nl_sock *sock, struct nl_msg *msg)
{
    (void)sock;
    answer = serve(nlmsg_hdr(msg));
    return 1;
}

int nl_send_auto(struct nl_sock *sock, struct nl_msg *msg)
{
    return nl_send_auto_complete(sock, msg);
}

int nl_recvmsgs_default(struct nl_sock *sock)
{
    (void)sock;
    if (callbacks[ON_ACKNOWLEDGEMENT].fn)
        callbacks[ON_ACKNOWLEDGEMENT].fn(NULL, callbacks[ON_ACKNOWLEDGEMENT].arg);
    return answer;
}
