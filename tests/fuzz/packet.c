/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets in words: what is understood is printed in words that mean the same packet. */
#include "fuzz.h"

#include "lbgen/packet.h"

static void must_be_equal(const struct packet *a, const struct packet *b)
{
    MUST(prefix_equal(&a->src, &b->src) && prefix_is_host(&a->src));
    MUST(prefix_equal(&a->dst, &b->dst) && prefix_is_host(&a->dst));
    MUST(a->src.family == a->dst.family);
    MUST(a->protocol == b->protocol && a->sport == b->sport && a->dport == b->dport);
    MUST(a->icmp_type_given == b->icmp_type_given && a->icmp_type == b->icmp_type);
    MUST(memcmp(&a->in, &b->in, sizeof a->in) == 0);
    MUST(a->mac_given == b->mac_given && memcmp(&a->mac, &b->mac, sizeof a->mac) == 0);
    MUST(a->state == b->state && a->mark == b->mark && a->forwarded == b->forwarded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = exact_copy((const char *)data, size);
    struct packet packet, again;
    struct complaint why = {.at = SIZE_MAX};

    if (packet_parse(text, size, &packet, &why)) {
        struct buf out = {0}, twice = {0};

        packet_print(&out, &packet);
        if (!packet_parse(out.at, out.len, &again, &why))
            ck_abort_msg("%s: %.*s\n", why.text, (int)out.len, out.at);
        must_be_equal(&packet, &again);
        packet_print(&twice, &again);
        must_be_same("packet", out.at, out.len, twice.at, twice.len);
        buf_free(&twice);
        buf_free(&out);
    } else {
        MUST(why.at <= size && why.len <= size - why.at && why.text[0]);
    }
    free(text);
    return 0;
}
