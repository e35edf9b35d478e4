/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netdb.h>
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/proto.h"
#include "lbgen/protocol_number.h"
#include "lbgen/xalloc.h"

enum { LONGEST = 31, REMEMBERED = 16, NO_PROTOCOL = -1 };

static bool is(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && memcmp(name, text, len) == 0;
}

static bool find_known(const char *name, size_t len, uint8_t *out)
{
    static const struct {
        const char *name;
        uint8_t number;
    } more[] = {{"icmp", IP_PROTO_ICMP}, {"ipv6-icmp", IP_PROTO_ICMPV6}, {"icmpv6", IP_PROTO_ICMPV6},
                {"vrrp", IP_PROTO_VRRP}, {"carp", IP_PROTO_VRRP},        {"all", 0}};

    for (int p = 0; p < PROTOS; p++)
        if (is(proto_ops[p].name, name, len)) {
            *out = proto_ops[p].number;
            return true;
        }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (is(more[i].name, name, len)) {
            *out = more[i].number;
            return true;
        }
    return false;
}

/* What /etc/protocols says, asked once for each of the last names: every call reads the file. */
static int ask_file(const char *name, size_t len)
{
    static struct {
        char name[LONGEST + 1];
        int number;
    } seen[REMEMBERED];
    static unsigned next;
    const struct protoent *entry;

    if (len == 0 || len > LONGEST)
        return NO_PROTOCOL;
    for (int i = 0; i < REMEMBERED; i++)
        if (is(seen[i].name, name, len))
            return seen[i].number;
    unsigned place = next++ % REMEMBERED;
    memcpy(seen[place].name, name, len);
    seen[place].name[len] = '\0';
    entry = getprotobyname(seen[place].name);
    return seen[place].number =
               entry && entry->p_proto >= 0 && entry->p_proto < 256 ? entry->p_proto : NO_PROTOCOL;
}

bool protocol_number(const char *name, size_t len, uint8_t *out)
{
    uint32_t number;
    int found;

    if (decimal_parse(name, len, &number) && number < 256) {
        *out = (uint8_t)number;
        return true;
    }
    if (find_known(name, len, out))
        return true;
    found = ask_file(name, len);
    if (found == NO_PROTOCOL)
        return false;
    *out = (uint8_t)found;
    return true;
}

const char *protocol_file_name(uint8_t number)
{
    static struct {
        bool asked;
        char *name;
    } seen[UINT8_MAX + 1];

    if (!seen[number].asked) {
        const struct protoent *entry = getprotobynumber(number);

        if (entry)
            seen[number].name = xmemdup0(entry->p_name, strlen(entry->p_name));
        seen[number].asked = true;
    }
    return seen[number].name;
}
