/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <xtables.h>

#include "lbgen/xalloc.h"
#include "lbgen/xt_address.h"
#include "lbgen/xt_extension.h"
#include "lbgen/xt_library.h"
#include "lbgen/xt_names.h"
#include "lbgen/xt_options.h"
#include "lbgen/xt_parse.h"

static unsigned char *field(struct xt_walk *walk, size_t offset)
{
    return (unsigned char *)walk->entry + offset;
}

static void invert(struct xt_walk *walk, bool inverted, unsigned bit)
{
    if (inverted)
        *field(walk, walk->family->inversions) |= (unsigned char)bit;
}

static bool take_address(struct xt_walk *walk, size_t address, size_t mask, struct complaint *why)
{
    struct complaint inner;
    int family = xt_address_family(optarg);

    if (family && family != walk->family->number) {
        walk->foreign = true;
        return xt_refuse(why, walk->value, "this address is not of %s", walk->family->name);
    }
    if (xt_address_parse(walk->family, optarg, field(walk, address), field(walk, mask), &inner))
        return true;
    return xt_refuse(why, xt_span_of(walk->rule, walk->value, optarg + inner.at, inner.len), "%s",
                     inner.text);
}

static bool take_source(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    invert(walk, inverted, XT_NOT_SOURCE);
    return take_address(walk, walk->family->source, walk->family->source_mask, why);
}

static bool take_destination(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    invert(walk, inverted, XT_NOT_DESTINATION);
    return take_address(walk, walk->family->destination, walk->family->destination_mask, why);
}

/* The kernel compares what the mask covers: all of a name and its NUL, or what stands before a + at the end.
 */
static bool take_interface(struct xt_walk *walk, size_t name, size_t mask, bool inverted,
                           struct complaint *why)
{
    size_t len = strlen(optarg);

    if (!xt_interface_name(optarg, walk->value, why))
        return false;
    if (inverted && !strcmp(optarg, "+"))
        return xt_refuse(why, walk->value, "'! +' matches no packet, and iptables-save leaves it out");
    memcpy(field(walk, name), optarg, len + 1);
    memset(field(walk, mask), 0xff, optarg[len - 1] == '+' ? len - 1 : len + 1);
    return true;
}

static bool take_in(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    invert(walk, inverted, XT_NOT_IN);
    if (xt_hook(walk->chain) & (XT_POSTROUTING | XT_OUTPUT))
        return xt_refuse(why, walk->option, "packets in %s have no incoming interface", walk->chain);
    return take_interface(walk, walk->family->in, walk->family->in_mask, inverted, why);
}

static bool take_out(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    invert(walk, inverted, XT_NOT_OUT);
    if (xt_hook(walk->chain) & (XT_PREROUTING | XT_INPUT))
        return xt_refuse(why, walk->option, "packets in %s have no outgoing interface", walk->chain);
    return take_interface(walk, walk->family->out, walk->family->out_mask, inverted, why);
}

static bool take_proto(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    for (char *c = optarg; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    uint16_t number = strcmp(optarg, "vrrp") ? xtables_parse_protocol(optarg) : XT_VRRP;

    if (!number && inverted)
        return xt_refuse(why, walk->value, "no packet is of no protocol: the rule would never match");
    invert(walk, inverted, XT_NOT_PROTO);
    memcpy(field(walk, walk->family->proto), &number, sizeof number);
    *field(walk, walk->family->flags) |= walk->family->proto_flag;
    walk->protocol = optarg;
    return true;
}

static bool take_fragment(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    if (!walk->family->fragment_flag)
        return xt_refuse(why, walk->option, "-f is not for IPv6; -m frag is");
    invert(walk, inverted, XT_NOT_FRAGMENT);
    *field(walk, walk->family->flags) |= walk->family->fragment_flag;
    return true;
}

static bool take_match(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    (void)inverted;
    return xt_add_match(walk, optarg, why);
}

static bool name_jump(struct xt_walk *walk, struct complaint *why)
{
    if (!xt_jump_name(walk->table, optarg, walk->value, why))
        return false;
    memcpy(walk->jump, optarg, strlen(optarg) + 1);
    walk->target_span = walk->value;
    return true;
}

static bool take_jump(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    (void)inverted;
    return name_jump(walk, why) && xt_add_target(walk, optarg, why);
}

static bool take_goto(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    (void)inverted;
    if (!name_jump(walk, why))
        return false;
    if (xt_is_verdict(optarg) || xt_is_target(optarg))
        return xt_refuse(why, walk->value, "'%s' is a target, -g takes a chain", optarg);
    walk->is_goto = true;
    *field(walk, walk->family->flags) |= walk->family->goto_flag;
    return true;
}

static bool take_family(struct xt_walk *walk, int number, struct complaint *why)
{
    if (walk->family->number == number)
        return true;
    walk->foreign = true;
    return xt_refuse(why, walk->option, "this rule is not for %s", walk->family->name);
}

static bool take_ipv4(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    (void)inverted;
    return take_family(walk, 4, why);
}

static bool take_ipv6(struct xt_walk *walk, bool inverted, struct complaint *why)
{
    (void)inverted;
    return take_family(walk, 6, why);
}

static const struct own_option {
    char letter;
    char once; /* options with the same letter here exclude each other; 0: as often as you like */
    bool invertible;
    bool apart; /* iptables misreads -ieth0 */
    bool (*take)(struct xt_walk *walk, bool inverted, struct complaint *why);
} own_options[] = {
    {'s', 's', true, true, take_source}, {'d', 'd', true, true, take_destination},
    {'i', 'i', true, true, take_in},     {'o', 'o', true, true, take_out},
    {'p', 'p', true, true, take_proto},  {'f', 'f', true, false, take_fragment},
    {'m', 0, false, false, take_match},  {'j', 'j', false, true, take_jump},
    {'g', 'j', false, false, take_goto}, {'4', 0, false, false, take_ipv4},
    {'6', 0, false, false, take_ipv6},
};

static bool is_apart(const struct xt_walk *walk)
{
    return optarg == walk->words.argv[optind - 1];
}

static bool take_own(struct xt_walk *walk, const struct own_option *o, bool inverted, struct complaint *why)
{
    unsigned once = o->once ? 1u << (o->once - 'a') : 0;

    if (walk->given & once)
        return xt_refuse(why, walk->option, "-%c is given twice%s", o->once,
                         o->once == 'j' ? " (-g is one, too)" : "");
    walk->given |= once;
    if (inverted && !o->invertible)
        return xt_refuse(why, walk->option, "-%c can't have a ! before it", o->letter);
    if (o->apart && !is_apart(walk))
        return xt_refuse(why, walk->option, "the value of -%c has to be a word of its own", o->letter);
    if (o->invertible && optarg && !strcmp(optarg, "!"))
        return xt_refuse(why, walk->value, "write '! -%c', not '-%c !'", o->letter, o->letter);
    return o->take(walk, inverted, why);
}

static bool take_option(struct xt_walk *walk, int letter, bool inverted, bool *again, struct complaint *why)
{
    for (size_t i = 0; i < sizeof own_options / sizeof *own_options; i++)
        if (own_options[i].letter == letter)
            return take_own(walk, &own_options[i], inverted, why);
    if (letter == 1)
        return xt_refuse(why, walk->value, "'%s' belongs to no option%s", optarg,
                         strchr(optarg, '\'') ? "; only double quotes group words" : "");
    if (letter > 1 && letter < 128 && letter != '?' && letter != ':')
        return xt_in_place(letter, walk->option, why);
    return xt_extension_option(walk, letter, inverted, again, why);
}

/* getopt_long, and the places of what it read. */
static int next_option(struct xt_walk *walk)
{
    const struct xt_word *word = &walk->words.at[optind ? optind - 1 : 0];
    int letter =
        getopt_long((int)walk->words.n + 1, walk->words.argv, xt_short_options, xt_params->opts, NULL);

    if (letter == -1)
        return -1;
    walk->option = walk->value = word->span;
    if (optarg && is_apart(walk))
        walk->value = walk->words.at[optind - 2].span;
    else if (optarg)
        walk->value = xt_span_of(walk->rule, word->span, optarg, strlen(optarg));
    return letter;
}

static bool take_chain(struct xt_walk *walk, struct complaint *why)
{
    int letter = walk->words.n ? next_option(walk) : -1;

    if (letter == ':' && optopt == 'A')
        return xt_refuse(why, walk->option, "-A needs the name of a chain");
    if (letter != 'A')
        return xt_refuse(why, walk->option, "a rule begins with -A CHAIN");
    if (!xt_chain_name(optarg, walk->value, why))
        return false;
    memcpy(walk->chain, optarg, strlen(optarg) + 1);
    return true;
}

static bool take_options(struct xt_walk *walk, struct complaint *why)
{
    bool inverted = false;
    int letter;

    while ((letter = next_option(walk)) != -1) {
        bool again = false;

        if (letter == 1 && !strcmp(optarg, "!")) {
            if (inverted)
                return xt_refuse(why, walk->value, "one ! is enough");
            inverted = true;
            continue;
        }
        if (!take_option(walk, letter, inverted, &again, why))
            return false;
        if (again)
            optind--;
        else
            inverted = false;
    }
    if (inverted)
        return xt_refuse(why, walk->value, "nothing follows this !");
    if ((size_t)optind <= walk->words.n)
        return xt_refuse(why, walk->words.at[optind - 1].span, "this belongs to no option");
    return true;
}

static void start(struct xt_walk *walk)
{
    if (!walk->entry)
        walk->entry = xmalloc(walk->family->entry_size);
    memset(walk->entry, 0, walk->family->entry_size);
    walk->chain[0] = walk->jump[0] = '\0';
    walk->is_goto = walk->foreign = walk->has_target = walk->protocol_loaded = false;
    walk->option = walk->value = walk->target_span = (struct xt_span){0, 0};
    walk->places.n = walk->extensions.len = walk->matches_size = 0;
    walk->given = 0;
    walk->protocol = NULL;
    xt_library_reset();
}

bool xt_parse(struct xt_walk *walk, struct complaint *why)
{
    start(walk);
    if (!take_chain(walk, why) || !take_options(walk, why) || !xt_finish_extensions(walk, why))
        return false;
    xt_encode_extensions(walk);
    return true;
}
