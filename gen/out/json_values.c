/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/json_values.h"

static json_t *hex(uint32_t bits)
{
    struct buf text = {0};

    buf_hex(&text, bits);
    return json_taken(&text);
}

json_t *json_bits(uint32_t bits)
{
    json_t *value = json_object();

    json_set(value, "value", json_number(bits));
    json_set(value, "hex", hex(bits));
    return value;
}

json_t *json_mark(struct mark mark)
{
    json_t *value = json_bits(mark.value);

    json_set(value, "mask", json_number(mark.mask));
    json_set(value, "mask-hex", hex(mark.mask));
    return value;
}

json_t *json_prefix(const struct prefix *prefix)
{
    struct buf text = {0};

    if (prefix_is_host(prefix))
        address_print(&text, (enum family)prefix->family, prefix->first);
    else
        prefix_print(&text, prefix);
    return json_taken(&text);
}

json_t *json_prefixes(struct prefix_list list)
{
    json_t *value = json_array();

    for (uint32_t i = 0; i < list.n; i++)
        json_add(value, json_prefix(&list.at[i]));
    return value;
}

json_t *json_ports(const struct port_range *at, uint32_t n)
{
    json_t *value = json_array();

    for (uint32_t i = 0; i < n; i++) {
        json_t *range = json_object();

        json_set(range, "first", json_number(at[i].low));
        json_set(range, "last", json_number(at[i].high));
        json_add(value, range);
    }
    return value;
}

/* A lone `+` is any interface and has an empty name (device.h). */
json_t *json_interfaces(struct interface_list list)
{
    json_t *value = json_array();

    for (uint32_t i = 0; i < list.n; i++)
        json_add(value, json_words(list.at[i].name[0] ? list.at[i].name : "+"));
    return value;
}

json_t *json_mac(const struct mac *mac)
{
    struct buf text = {0};

    mac_print(&text, mac);
    return json_taken(&text);
}

json_t *json_macs(struct mac_list list)
{
    json_t *value = json_array();

    for (uint32_t i = 0; i < list.n; i++)
        json_add(value, json_mac(&list.at[i]));
    return value;
}

const char *json_family(enum family family)
{
    return family == IPV4 ? "ipv4" : "ipv6";
}

json_t *json_families(unsigned families)
{
    json_t *value = json_array();

    for (int f = 0; f < FAMILIES; f++)
        if (families >> f & 1)
            json_add(value, json_words(json_family((enum family)f)));
    return value;
}
