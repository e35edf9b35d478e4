/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/protocol_number.h"
#include "lbgen/save_lex.h"
#include "lbgen/save_read.h"
#include "lbgen/save_target.h"
#include "lbgen/save_test.h"
#include "lbgen/seen_target.h"

enum { PORT_RANGES_MAX = 16 };

struct reader {
    struct save_lexer lexer;
    struct arena *mem;
    struct seen_rule *rule;
    const char *match; /* the last -m, "" before the first */
    bool negated;      /* a `!` stands before the option at hand */
    uint32_t tests_cap;
};

static bool read_prefix(const char *word, struct seen_prefix *out, bool negated)
{
    struct complaint why;

    out->negated = negated;
    return out->given = prefix_parse(word, strlen(word), ADDRESS_OR_PREFIX, &out->prefix, &why);
}

static bool read_interface(const char *word, struct seen_interface *out, bool negated)
{
    struct complaint why;

    out->negated = negated;
    return out->given = interface_parse(word, strlen(word), &out->interface, &why);
}

static bool read_protocol(const char *word, struct seen_rule *rule, bool negated)
{
    rule->protocol_negated = negated;
    if (!protocol_number(word, strlen(word), &rule->protocol))
        return false;
    rule->protocol_given = rule->protocol != 0;
    return rule->protocol_given || !negated; /* 0, "all" and "ip" are any */
}

/* "80", "1000:2000", ":1023", "1024:", and for multiport several with commas. Port 0 is a port here. */
static bool read_ports(struct reader *r, const char *word, bool source, bool destination)
{
    struct port_range ranges[PORT_RANGES_MAX];
    uint32_t n = 0;

    if (r->rule->n_ports == SEEN_PORT_TESTS)
        return false;
    for (const char *p = word; *p; p += *p == ',') {
        size_t len = strcspn(p, ",");
        const char *colon = memchr(p, ':', len);
        size_t low_len = colon ? (size_t)(colon - p) : len;
        size_t high_len = colon ? len - low_len - 1 : len;
        uint32_t low = 0, high = UINT16_MAX;

        if (n == PORT_RANGES_MAX || (low_len && !decimal_parse(p, low_len, &low)) ||
            (high_len && !decimal_parse(colon ? colon + 1 : p, high_len, &high)) || low > high ||
            high > UINT16_MAX)
            return false;
        ranges[n++] = (struct port_range){(uint16_t)low, (uint16_t)high};
        p += len;
    }
    r->rule->ports[r->rule->n_ports++] =
        (struct seen_ports){.at = arena_copy(r->mem, ranges, n * sizeof *ranges),
                            .n = n,
                            .source = source,
                            .destination = destination,
                            .negated = r->negated};
    return n > 0;
}

static bool read_states(struct reader *r, const char *word)
{
    static const char *const names[PACKET_STATES] = {"NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED"};

    r->rule->states_negated = r->negated;
    for (const char *p = word; *p; p += *p == ',') {
        size_t len = strcspn(p, ",");
        int s = 0;

        while (s < PACKET_STATES && (strlen(names[s]) != len || memcmp(names[s], p, len) != 0))
            s++;
        if (s == PACKET_STATES)
            return false; /* SNAT and DNAT */
        r->rule->states |= 1U << s;
        p += len;
    }
    return r->rule->states_given = true;
}

/* A test of the rule's list. */
static bool read_listed(struct reader *r, const char *option)
{
    struct seen_test test = {.negated = r->negated};

    if (!save_read_test(r->match, option, &r->lexer, r->mem, &test))
        return false;
    r->rule->tests =
        arena_append(r->mem, r->rule->tests, r->rule->n_tests, &r->tests_cap, &test, 1, sizeof test);
    r->rule->n_tests++;
    if (test.field == TEST_TCP_FLAGS && !test.negated && test.bits.mask == (1 | 2 | 4 | 16) &&
        test.bits.value == 2)
        r->rule->syn_only = true;
    return true;
}

static void read_target(struct reader *r, const char *word, bool is_goto)
{
    if (!word)
        return;
    r->rule->jump = word;
    r->rule->action = *word ? seen_target_action(word, is_goto) : SEEN_UNKNOWN;
    r->rule->effect = *word ? seen_target_effect(word, is_goto) : EFFECT_UNKNOWN;
}

static void read_comment(struct reader *r, const char *word)
{
    /* lbgen's own stands in front; a rule of [rules] may have a further one. */
    if (!r->rule->tag && strncmp(word, "lbgen:", 6) == 0)
        r->rule->tag = word + 6;
}

/* Skips the values of an option that is not known: all up to the next word that begins with `-` or is `!`. */
static void skip_values(struct reader *r)
{
    for (;;) {
        struct save_lexer before = r->lexer;
        const char *word = save_next_word(&r->lexer, r->mem);

        if (!word || word[0] == '-' || strcmp(word, "!") == 0) {
            r->lexer = before;
            return;
        }
    }
}

static bool is_option(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || (b && strcmp(word, b) == 0);
}

/* An option that says something about packets; false when it is not known or not understood. */
static bool read_test(struct reader *r, const char *option)
{
    struct seen_rule *rule = r->rule;
    struct save_lexer before = r->lexer;

    if (read_listed(r, option))
        return true;
    const char *value = save_next_word(&r->lexer, r->mem);
    if (!value)
        return false;
    if (is_option(option, "-s", "--source"))
        return read_prefix(value, &rule->src, r->negated);
    if (is_option(option, "-d", "--destination"))
        return read_prefix(value, &rule->dst, r->negated);
    if (is_option(option, "-i", "--in-interface"))
        return read_interface(value, &rule->in, r->negated);
    if (is_option(option, "-o", "--out-interface"))
        return read_interface(value, &rule->out, r->negated);
    if (is_option(option, "-p", "--protocol"))
        return read_protocol(value, rule, r->negated);
    if (is_option(option, "--dport", "--dports"))
        return read_ports(r, value, false, true);
    if (is_option(option, "--sport", "--sports"))
        return read_ports(r, value, true, false);
    if (is_option(option, "--ports", NULL))
        return read_ports(r, value, true, true);
    if (is_option(option, "--ctstate", "--state"))
        return read_states(r, value);
    r->lexer = before;
    return false;
}

static void read_option(struct reader *r, const char *option)
{
    const char *value;

    if (is_option(option, "-m", "--match")) {
        value = save_next_word(&r->lexer, r->mem);
        if (value && !save_match_is_known(value))
            r->rule->unknown = r->rule->has_match = true;
        r->match = value ? value : "";
    } else if (is_option(option, "--comment", NULL)) {
        value = save_next_word(&r->lexer, r->mem);
        if (value)
            read_comment(r, value);
    } else {
        r->rule->has_match = true;
        /* -jDROP and --jump=DROP: iptables-save does not write so, but a rule that does has a target. */
        if (strncmp(option, "-j", 2) == 0 || strncmp(option, "-g", 2) == 0 ||
            strncmp(option, "--jump=", 7) == 0 || strncmp(option, "--goto=", 7) == 0) {
            r->rule->action = SEEN_UNKNOWN;
            r->rule->effect = EFFECT_UNKNOWN;
        }
        if (!read_test(r, option)) {
            r->rule->unknown = true;
            skip_values(r);
        }
    }
}

/* Behind a target stand its own options. iptables-save puts no match there, but a file written by hand may
 * have some: they are not read, and known to be there. */
static void read_behind_target(struct reader *r, const char *word)
{
    static const char *const matches[] = {"-s", "-d", "-i", "-o", "-p", "-m", "-f"};

    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++)
        if (strcmp(matches[i], word) == 0)
            r->rule->unknown = r->rule->has_match = true;
    save_read_target_option(word, &r->lexer, r->mem, r->rule);
}

bool save_read_rule(const char *line, size_t len, struct arena *mem, struct seen_rule *out)
{
    struct reader r = {.lexer = {.text = line, .len = len}, .mem = mem, .rule = out, .match = ""};
    const char *word = save_next_word(&r.lexer, mem);

    *out = (struct seen_rule){.jump = "", .action = SEEN_GO_ON};
    if (word && word[0] == '[')
        word = save_next_word(&r.lexer, mem);
    if (!word || !is_option(word, "-A", "--append") || !(out->chain = save_next_word(&r.lexer, mem)))
        return false;
    while ((word = save_next_word(&r.lexer, mem))) {
        r.negated = strcmp(word, "!") == 0;
        if (r.negated && !(word = save_next_word(&r.lexer, mem)))
            break;
        if (is_option(word, "-j", "--jump") || is_option(word, "-g", "--goto"))
            read_target(&r, save_next_word(&r.lexer, mem), word[1] == 'g' || word[2] == 'g');
        else if (*out->jump)
            read_behind_target(&r, word);
        else
            read_option(&r, word);
    }
    return true;
}

bool save_rule_is_final(const struct seen_rule *r)
{
    return r->tag && strcmp(r->tag, "rules") == 0 && !r->has_match && r->action != SEEN_GO_ON &&
           r->action != SEEN_JUMP;
}
