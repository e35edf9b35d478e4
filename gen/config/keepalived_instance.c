/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/keepalived_part.h"

static void add_address(struct ka_maker *maker, const struct ka_line *line, struct ka_instance *instance,
                        bool tells_family)
{
    struct keepalived *k = maker->k;
    struct ka_peer address = {.place = ka_place_of(line, NULL)};

    if (!ka_take_address(maker, line, 0, &address.address)) {
        k->addresses_open = true;
        return;
    }
    if (tells_family && !instance->families)
        instance->families = 1U << address.address.family;
    k->addresses =
        arena_append(&k->mem, k->addresses, k->n_addresses++, &k->cap_addresses, &address, 1, sizeof address);
}

static void take_addresses(struct ka_maker *maker, const struct ka_line *block, struct ka_instance *instance,
                           bool excluded)
{
    for (const struct ka_line *l = block->first; l; l = l->next)
        add_address(maker, l, instance, !excluded);
}

static void take_peers(struct ka_maker *maker, const struct ka_line *block, struct ka_instance *instance)
{
    instance->unicast = true;
    for (const struct ka_line *l = block->first; l; l = l->next) {
        struct ka_peer peer = {.place = ka_place_of(l, NULL)};

        if (!ka_take_address(maker, l, 0, &peer.address))
            continue;
        instance->families = 1U << peer.address.family;
        instance->peers = arena_append(&maker->k->mem, instance->peers, instance->n_peers++,
                                       &instance->cap_peers, &peer, 1, sizeof peer);
    }
}

static void take_source(struct ka_maker *maker, const struct ka_line *line, struct ka_instance *instance)
{
    struct prefix address;

    if (!ka_take_address(maker, line, 1, &address))
        return;
    instance->families = 1U << address.family;
    if (ka_line_is(line, "unicast_src_ip"))
        instance->to = address;
}

/* Adverts go to the peers' own addresses, or to the group of all routers that speak VRRP. */
static void settle_destination(struct ka_instance *instance, bool other_group)
{
    static const struct prefix groups[FAMILIES] = {
        [IPV4] = {.first = {.high = 0xe0000012ULL << 32}, .family = IPV4, .len = 32},
        [IPV6] = {.first = {.high = 0xff02ULL << 48, .low = 0x12}, .family = IPV6, .len = 128}};
    enum family family = instance->families == FAMILY_BIT_6 ? IPV6 : IPV4;

    if (!instance->unicast)
        instance->to = groups[family];
    if ((!instance->unicast && other_group) || instance->to.family != family)
        instance->to = (struct prefix){.family = (uint8_t)family};
}

static void take_interface(struct ka_maker *maker, const struct ka_line *line, struct ka_instance *instance)
{
    const struct ka_word *word = ka_line_word(line, 1);

    instance->interface_place = ka_place_of(line, word);
    if (word && !word->unknown)
        instance->interface = word->text;
    else
        ka_leave_open(maker, line, word, "an interface");
}

static void take_authentication(struct ka_maker *maker, const struct ka_line *block,
                                struct ka_instance *instance)
{
    for (const struct ka_line *l = block->first; l; l = l->next) {
        const struct ka_word *word = ka_line_word(l, 1);

        if (!ka_line_is(l, "auth_type"))
            continue;
        instance->ah_place = ka_place_of(l, word);
        if (word && !word->unknown)
            instance->ah = strcmp(word->text, "AH") == 0 ? KA_YES : KA_NO;
        else
            instance->ah = KA_OPEN;
        if (instance->ah == KA_OPEN)
            ka_leave_open(maker, l, word, "PASS or AH");
    }
}

/* Only version 2, which is IPv4's alone, has authentication. */
static void settle_ah(struct ka_instance *instance, uint32_t version)
{
    if (instance->families == FAMILY_BIT_6 || version == 3)
        instance->ah = KA_NO;
    else if (instance->ah == KA_YES && (instance->families != FAMILY_BIT_4 || version != 2))
        instance->ah = KA_OPEN;
}

void ka_take_instance(struct ka_maker *maker, const struct ka_line *line)
{
    struct keepalived *k = maker->k;
    const struct ka_word *name = ka_line_word(line, 1);
    struct ka_instance instance = {.name = name && !name->unknown ? name->text : "?",
                                   .place = ka_place_of(line, name)};
    uint32_t version = maker->version;
    bool ipv6 = false, base = false, other_group = maker->other_group;

    for (const struct ka_line *l = line->first; l; l = l->next) {
        if (ka_line_is(l, "interface"))
            take_interface(maker, l, &instance);
        else if (ka_line_is(l, "use_vmac") || ka_line_is(l, "use_ipvlan"))
            instance.own_interface = true;
        else if (ka_line_is(l, "unicast_peer"))
            take_peers(maker, l, &instance);
        else if (ka_line_is(l, "unicast_src_ip") || ka_line_is(l, "mcast_src_ip"))
            take_source(maker, l, &instance);
        else if (ka_line_is(l, "virtual_ipaddress") || ka_line_is(l, "virtual_ipaddress_excluded"))
            take_addresses(maker, l, &instance, !ka_line_is(l, "virtual_ipaddress"));
        else if (ka_line_is(l, "authentication"))
            take_authentication(maker, l, &instance);
        else if (ka_line_is(l, "version") && !ka_take_number(maker, l, 1, &version))
            version = 0;
        ipv6 |= ka_line_is(l, "native_ipv6");
        base |= ka_line_is(l, "vmac_xmit_base");
        other_group |= ka_line_is(l, "mcast_dst_ip");
    }
    instance.own_interface &= !base;
    if (ipv6)
        instance.families = FAMILY_BIT_6;
    settle_ah(&instance, version);
    settle_destination(&instance, other_group);
    k->instances = arena_append(&k->mem, k->instances, k->n_instances++, &k->cap_instances, &instance, 1,
                                sizeof instance);
}
