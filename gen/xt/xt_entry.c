/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_comment.h>

#include "lbgen/seen_target.h"
#include "lbgen/xt_entry.h"
#include "lbgen/xt_family.h"

static const char tag_prefix[] = "lbgen:";
enum { TAG_PREFIX = sizeof tag_prefix - 1, NAME = XT_EXTENSION_MAXNAMELEN };

static const struct xt_family *family_of(enum family family)
{
    return xt_family(family_ops[family].number);
}

/* A match or a target: their structs are alike. */
struct part {
    const char *name; /* at most NAME bytes, perhaps without a NUL */
    uint8_t revision;
    const char *data;
    size_t size; /* of data */
};

_Static_assert(sizeof(struct xt_entry_match) == sizeof(struct xt_entry_target) &&
                   offsetof(struct xt_entry_match, u.user.name) ==
                       offsetof(struct xt_entry_target, u.user.name) &&
                   offsetof(struct xt_entry_match, u.user.revision) ==
                       offsetof(struct xt_entry_target, u.user.revision),
               "matches and targets are alike");
enum { HEAD = sizeof(struct xt_entry_match) };

static uint16_t number_at(const char *at)
{
    uint16_t number;

    memcpy(&number, at, sizeof number);
    return number;
}

static struct part part_at(const char *at)
{
    return (struct part){
        .name = at + offsetof(struct xt_entry_match, u.user.name),
        .revision = (uint8_t)at[offsetof(struct xt_entry_match, u.user.revision)],
        .data = at + HEAD,
        .size = (size_t)number_at(at) - HEAD,
    };
}

static bool fits(const char *at, const char *end)
{
    return end - at >= HEAD && number_at(at) >= HEAD && number_at(at) <= end - at;
}

bool entry_is_sound(enum family family, const void *entry, size_t len)
{
    const struct xt_family *f = family_of(family);
    const char *e = entry;

    if (len < f->entry_size)
        return false;
    size_t target = number_at(e + f->target_offset), next = number_at(e + f->next_offset);
    if (target < f->entry_size || target > next || next > len || !fits(e + target, e + next))
        return false;
    for (const char *at = e + f->entry_size; at < e + target; at += number_at(at))
        if (!fits(at, e + target))
            return false;
    return true;
}

static bool is_comment(const struct part *match)
{
    return memcmp(match->name, "comment", sizeof "comment") == 0 &&
           match->size >= sizeof(struct xt_comment_info);
}

static size_t comment_len(const struct part *comment)
{
    return strnlen(comment->data, sizeof(struct xt_comment_info));
}

static bool has_tag(const struct part *comment)
{
    return memcmp(comment->data, tag_prefix, TAG_PREFIX) == 0;
}

/* An extension that looks alike does no harm here: its name is all that there is. */
static bool is_standard(const struct part *target)
{
    static const char zero[XT_ALIGN(sizeof(int))];

    if (!*target->name)
        return true;
    return target->size == sizeof zero && target->revision == 0 &&
           memcmp(target->data, zero, sizeof zero) == 0;
}

bool entry_is_standard(enum family family, const void *entry)
{
    const char *e = entry;
    const struct part target = part_at(e + number_at(e + family_of(family)->target_offset));

    return is_standard(&target);
}

static uint64_t hash_head(uint64_t hash, const struct part *part)
{
    return image_hash(hash ^ part->revision, part->name, strnlen(part->name, NAME));
}

/* Most rules test no interface: 64 bytes of nothing. */
static uint64_t hash_ip(const struct xt_family *f, const char *e)
{
    static const char nothing[4 * IFNAMSIZ];
    uint64_t hash = image_hash(0, e, f->in);

    if (memcmp(e + f->in, nothing, sizeof nothing) != 0)
        hash = image_hash(hash, e + f->in, sizeof nothing);
    return image_hash(hash, e + f->proto, f->ip_size - f->proto);
}

static uint64_t hash_match(uint64_t hash, const struct part *match)
{
    size_t size = is_comment(match) ? comment_len(match) : match->size;

    return image_hash(hash_head(hash, match), match->data, size);
}

static uint64_t hash_target(uint64_t hash, const struct part *target, const char *jump)
{
    hash = image_hash(hash, jump, strlen(jump));
    if (is_standard(target))
        return hash;
    if (strncmp(jump, target->name, NAME) != 0)
        hash = hash_head(hash, target);
    return image_hash(hash ^ target->revision, target->data, target->size);
}

/* A text of at most `size` bytes where it is, or where it can have a NUL. */
static const char *closed(const char *text, size_t size, struct arena *mem)
{
    size_t len = strnlen(text, size);

    return len < size ? text : arena_text(mem, text, len);
}

static bool tests_packets(const struct xt_family *f, const char *e)
{
    size_t n = 0;

    for (size_t i = 0; i < f->ip_size; i++)
        n += i != f->flags && e[i];
    return n || e[f->flags] & f->fragment_flag;
}

static bool is_final(const struct xt_family *f, const char *e, const struct image_rule *rule)
{
    if (!rule->tag || strcmp(rule->tag, "rules") != 0 || tests_packets(f, e))
        return false;
    enum seen_action action = seen_target_action(rule->jump, e[f->flags] & f->goto_flag);

    return action != SEEN_GO_ON && action != SEEN_JUMP;
}

void entry_image(enum family family, const void *entry, const char *jump, struct arena *mem,
                 struct image_rule *out)
{
    const struct xt_family *f = family_of(family);
    const char *e = entry, *matches_end = e + number_at(e + f->target_offset);
    const struct part target = part_at(matches_end);
    uint64_t hash = hash_ip(f, e), tag_hash = 0;
    struct xt_counters counters;
    bool has_match = false;

    *out = (struct image_rule){.payload = entry,
                               .len = number_at(e + f->next_offset),
                               .jump = jump ? jump : closed(target.name, NAME, mem)};
    memcpy(&counters, e + f->counters, sizeof counters);
    out->packets = counters.pcnt;
    out->bytes = counters.bcnt;
    for (const char *at = e + f->entry_size; at < matches_end; at += number_at(at)) {
        const struct part match = part_at(at);

        if (!is_comment(&match)) {
            has_match = true;
        } else if (!out->tag && has_tag(&match)) {
            out->tag = closed(match.data + TAG_PREFIX, sizeof(struct xt_comment_info) - TAG_PREFIX, mem);
            tag_hash = hash_match(hash, &match); /* its place counts, too */
            continue;
        }
        hash = hash_match(hash, &match);
    }
    out->bare = hash_target(hash, &target, out->jump);
    out->key = out->tag ? image_hash(out->bare, &tag_hash, sizeof tag_hash) : out->bare;
    out->final = !has_match && is_final(f, e, out);
}

static bool same_head(const struct part *a, const struct part *b)
{
    return a->revision == b->revision && strncmp(a->name, b->name, NAME) == 0;
}

static bool same_data(const struct part *a, const struct part *b)
{
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static bool same_match(const struct part *a, const struct part *b)
{
    if (!same_head(a, b))
        return false;
    if (is_comment(a) && is_comment(b))
        return strncmp(a->data, b->data, sizeof(struct xt_comment_info)) == 0;
    return same_data(a, b);
}

static bool same_target(const struct part *a, const struct part *b)
{
    if (is_standard(a) || is_standard(b))
        return is_standard(a) && is_standard(b);
    return same_head(a, b) && same_data(a, b);
}

bool entry_equal(enum family family, const struct image_rule *a, const struct image_rule *b)
{
    const struct xt_family *f = family_of(family);
    const char *x = a->payload, *y = b->payload;
    const char *x_end = x + number_at(x + f->target_offset), *y_end = y + number_at(y + f->target_offset);
    const struct part x_target = part_at(x_end), y_target = part_at(y_end);

    if (memcmp(x, y, f->ip_size) != 0 || strcmp(a->jump, b->jump) != 0 || !same_target(&x_target, &y_target))
        return false;
    x += f->entry_size;
    y += f->entry_size;
    for (; x < x_end && y < y_end; x += number_at(x), y += number_at(y)) {
        const struct part x_match = part_at(x), y_match = part_at(y);

        if (!same_match(&x_match, &y_match))
            return false;
    }
    return x == x_end && y == y_end;
}
