/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk from mangle's PREROUTING to the rules that set marks. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/import_goto.h"
#include "lbgen/own_chain.h"
#include "lbgen/save_lex.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum {
    DEPTH_MAX = 80,               /* of chains: a tree over IPv6's bits stays far below */
    VISITS_MAX = 2 * 1000 * 1000, /* of rules: chains may be led to again and again */
    ENDERS_MAX = 20               /* told one by one */
};

struct chain_facts {
    bool on_path; /* it is being walked */
    bool looked_at, carried;
    uint32_t macs; /* where it was looked at: exclusions_of */
};

struct walker {
    struct rules_import *import;
    size_t visits, enders;
    struct chain_facts *chains; /* by number */
    int depth;
    struct {
        const struct set_rule **at; /* what may end the walk, told when a mark follows */
        size_t n, cap;
    } ends;
    struct passed_gotos gotos;
};

/* --- conditions --- */

const char *import_rules_hitch(const struct set_rule *rule, bool source_ports)
{
    const struct seen_rule *r = rule->rule;
    bool negated = r->src.negated || r->dst.negated || r->in.negated || r->out.negated || r->protocol_negated;

    if (r->unknown || r->n_tests || r->states_given || r->syn_only)
        return "it has a match that services don't have";
    for (unsigned i = 0; i < r->n_ports; i++)
        negated |= r->ports[i].negated;
    if (negated)
        return "it has a match with !";
    if ((*r->in.interface.name && !draft_item_good(r->in.interface.name)) ||
        (*r->out.interface.name && !draft_item_good(r->out.interface.name)))
        return "services.ini can't have this interface's name";
    if (r->n_ports > 1)
        return "it asks for ports more than once";
    if (r->n_ports == 1 && (r->ports[0].source != source_ports || r->ports[0].destination == source_ports))
        return source_ports ? "it asks for ports in another way" : "it asks for source ports";
    return NULL;
}

static bool protocol_of(int number, enum proto *out)
{
    for (int p = 0; p < PROTOS; p++)
        if (proto_ops[p].number == number) {
            *out = (enum proto)p;
            return true;
        }
    return false;
}

/* The narrower of two; false where they have nothing in common. */
static bool narrow_prefix(struct prefix *p, const struct seen_prefix *by)
{
    if (!by->given)
        return true;
    if (p->len && (p->family != by->prefix.family || !prefix_overlaps(p, &by->prefix)))
        return false;
    if (by->prefix.len >= p->len)
        *p = plain_prefix(&by->prefix);
    return true;
}

static bool narrow_interface(struct interface *in, const struct seen_interface *by)
{
    size_t len = strlen(in->name);

    if (!by->given || !*by->interface.name)
        return true;
    if (len && !interface_overlaps(in, &by->interface))
        return false;
    if (!len || in->name[len - 1] == '+')
        *in = strlen(by->interface.name) >= len ? by->interface : *in;
    return true;
}

/* Adds what the rule asks for. NO: nothing can match both; MAYBE: services can't say it. */
static enum truth narrow(struct condition *c, const struct seen_rule *r)
{
    if (!narrow_prefix(&c->dst, &r->dst) || !narrow_prefix(&c->src, &r->src) ||
        !narrow_interface(&c->in, &r->in) ||
        (r->protocol_given && c->protocol >= 0 && c->protocol != r->protocol))
        return NO;
    if (r->protocol_given)
        c->protocol = r->protocol;
    if (r->n_ports && c->ports)
        return MAYBE;
    if (r->n_ports)
        c->ports = &r->ports[0];
    return r->out.given ? MAYBE : YES;
}

/* --- atoms --- */

static srcpos place_of(const struct rules_import *import, const struct set_rule *rule)
{
    return import->source->base + (srcpos)(rule->text - import->source->text);
}

static const char *comment_of(struct rules_import *import, const struct set_rule *rule)
{
    struct save_lexer lexer = {.text = rule->text, .len = rule->text_len};
    const char *word;

    if (!memmem(rule->text, rule->text_len, "--comment", 9))
        return "";
    while ((word = save_next_word(&lexer, &import->draft->mem)))
        if (strcmp(word, "--comment") == 0) {
            word = save_next_word(&lexer, &import->draft->mem);
            break;
        }
    return word ? word : "";
}

bool import_rules_any_port(const struct seen_ports *ports)
{
    for (uint32_t i = 0; i < ports->n; i++)
        if (ports->at[i].low == 0 && ports->at[i].high == UINT16_MAX)
            return true;
    return false;
}

static bool only_port_0(const struct seen_ports *ports)
{
    for (uint32_t i = 0; i < ports->n; i++)
        if (ports->at[i].high)
            return false;
    return true;
}

/* Ports as services have them; port 0 is none of theirs. */
static uint32_t enter_ports(struct walker *w, const struct condition *c, struct mark_atom *atom)
{
    struct port_range ranges[16];
    size_t n = 0;

    if (!c->ports || import_rules_any_port(c->ports))
        return 0;
    for (uint32_t i = 0; i < c->ports->n; i++) {
        struct port_range r = c->ports->at[i];

        if (r.low == 0)
            draft_leave(w->import->draft, &w->import->draft->remarks, atom->at, "port 0");
        if (r.high)
            ranges[n++] = (struct port_range){r.low ? r.low : 1, r.high};
    }
    return axis_enter(&w->import->lists, AXIS_PORTS, ranges, n * sizeof *ranges);
}

/* What keeps the rule from being a service's; NULL: nothing. */
static const char *atom_hitch(const struct rules_import *import, const struct condition *c,
                              const struct seen_rule *r, const char *tag)
{
    enum proto proto;

    if ((c->dst.len && c->dst.family != import->family) || (c->src.len && c->src.family != import->family))
        return "its addresses are of another family than those before";
    if (r->value & ~r->mask)
        return "it turns bits of the mark over, which services don't";
    if (r->value == 0)
        return "it takes the mark away, which services don't";
    if (c->dst.len == 0 && !tag && !chain_is_own(r->chain, strlen(r->chain)))
        return "it marks packets to any address, so it is no service's";
    if (c->protocol >= 0 && !protocol_of(c->protocol, &proto))
        return "services have no such protocol";
    if (c->ports && (c->protocol < 0 || !proto_ops[proto].has_ports))
        return "it asks for ports of a protocol without ports";
    if (c->ports && only_port_0(c->ports))
        return "it asks for port 0, which services don't have";
    return NULL;
}

static void tell_ends(struct walker *w)
{
    struct draft *d = w->import->draft;

    for (size_t i = 0; i < w->ends.n; i++)
        if (w->enders++ < ENDERS_MAX)
            draft_leave(d, &d->remarks, place_of(w->import, w->ends.at[i]),
                        "what it ends the walk of gets no mark from the rules behind it: %.*s",
                        (int)w->ends.at[i]->text_len, w->ends.at[i]->text);
    w->ends.n = 0;
}

static void add_atom(struct walker *w, const struct condition *c, const struct set_rule *rule, uint32_t macs)
{
    struct rules_import *import = w->import;
    struct axis_lists *lists = &import->lists;
    const char *tag = rule->tag ? rule->tag : c->tag;
    struct mark_atom atom = {.mark = {rule->rule->value, rule->rule->mask},
                             .name = tag ? tag : comment_of(import, rule),
                             .macs = macs,
                             .any_protocol = c->protocol < 0,
                             .at = place_of(import, rule)};
    struct prefix dst = plain_prefix(&c->dst), src = plain_prefix(&c->src);
    enum proto proto;

    tell_ends(w);
    import->nameless |= !tag && chain_is_own(rule->rule->chain, strlen(rule->rule->chain));
    dst.family = (uint8_t)import->family;
    atom.claim.axis[AXIS_VIPS] = axis_enter(lists, AXIS_VIPS, &dst, sizeof dst);
    if (c->src.len)
        atom.claim.axis[AXIS_SOURCES] = axis_enter(lists, AXIS_SOURCES, &src, sizeof src);
    if (*c->in.name)
        atom.claim.axis[AXIS_INTERFACES] = axis_enter(lists, AXIS_INTERFACES, &c->in, sizeof c->in);
    atom.claim.axis[AXIS_PORTS] = enter_ports(w, c, &atom);
    if (c->protocol >= 0 && protocol_of(c->protocol, &proto)) {
        uint8_t byte = (uint8_t)proto;

        atom.claim.axis[AXIS_PROTOCOLS] = axis_enter(lists, AXIS_PROTOCOLS, &byte, 1);
    }
    *VEC_ADD(&import->atoms) = atom;
}

/* --- the walk --- */

void import_rules_carry(struct rules_import *import, enum table table, uint32_t chain, size_t rule)
{
    uint8_t *fate = &import->fate[table][import->fate_base[table][chain] + rule];

    if (*fate == FATE_LEFT)
        *fate = FATE_CARRIED;
}

/* Tells once of a rule that sets a mark and can't be carried over, or not all of it. */
static void leave_mark(struct walker *w, uint32_t chain, size_t i, const char *why)
{
    const struct set_rule *rule = &w->import->set.of[TABLE_MANGLE].at[chain].at[i];
    uint8_t *fate = &w->import->fate[TABLE_MANGLE][w->import->fate_base[TABLE_MANGLE][chain] + i];

    if (*fate == FATE_TOLD)
        return;
    *fate = FATE_TOLD;
    draft_leave(w->import->draft, &w->import->draft->remarks, place_of(w->import, rule), "%s: %.*s", why,
                (int)rule->text_len, rule->text);
}

static bool returns_mac(const struct seen_rule *r)
{
    return r->action == SEEN_RETURN && r->n_tests == 1 && r->tests[0].field == TEST_MAC &&
           !r->tests[0].negated && !r->unknown && !r->dst.given && !r->src.given && !r->in.given &&
           !r->protocol_given && !r->n_ports && !r->states_given;
}

/* A chain that lets go packets from some MAC addresses and marks all others, as lbgen makes it: the list of
 * addresses; 0 where it is none. */
static uint32_t exclusions_of(struct rules_import *import, const struct set_chain *chain)
{
    struct buf macs = {0};
    uint32_t number = 0;

    if (chain->n < 2)
        return 0;
    for (size_t i = 0; i + 1 < chain->n && returns_mac(chain->at[i].rule); i++)
        buf_add(&macs, (const char *)&chain->at[i].rule->tests[0].mac, sizeof(struct mac));
    const struct seen_rule *last = chain->at[chain->n - 1].rule;
    if (macs.len == (chain->n - 1) * sizeof(struct mac) && last->effect == EFFECT_MARK && !last->has_match)
        number = key_table_enter(&import->macs, macs.at, macs.len);
    buf_free(&macs);
    return number;
}

/* Whether gotos before it take all of the mark's packets; *why: they take some of them. */
static bool is_behind_gotos(struct walker *w, const struct condition *c, const struct seen_rule *r,
                            const char **why)
{
    struct draft *d = w->import->draft;
    const struct passed_goto *which = NULL;
    struct buf text = {0};

    switch (gotos_ask(w->import, &w->gotos, c, (struct mark){r->value, r->mask}, &which)) {
    case GOTO_APART: break;
    case GOTO_ALWAYS: return true;
    case GOTO_UNKNOWN:
        *why = "gotos before it lead to too many marks to tell which packets are left to it";
        break;
    case GOTO_TAKES:
        buf_printf(&text, "services can't say that the goto of line %zu takes some of its packets",
                   sources_place(d->sources, which->at).line);
        *why = arena_text(&d->mem, text.at, text.len);
        buf_free(&text);
    }
    return false;
}

static void walk_chain(struct walker *w, uint32_t number, const struct condition *c);

static void take_mark(struct walker *w, const struct condition *c, uint32_t chain, size_t i, uint32_t macs)
{
    const struct set_rule *rule = &w->import->set.of[TABLE_MANGLE].at[chain].at[i];
    const char *tag = rule->tag ? rule->tag : c->tag;
    const char *why = atom_hitch(w->import, c, rule->rule, tag);

    if (tag && strcmp(tag, "rules") == 0)
        return;
    if (!why && is_behind_gotos(w, c, rule->rule, &why))
        return;
    if (why) {
        leave_mark(w, chain, i, why);
        return;
    }
    add_atom(w, c, rule, macs);
    import_rules_carry(w->import, TABLE_MANGLE, chain, i);
}

static void carry_chain(struct walker *w, uint32_t number)
{
    for (size_t i = 0; i < w->import->set.of[TABLE_MANGLE].at[number].n; i++)
        import_rules_carry(w->import, TABLE_MANGLE, number, i);
    w->chains[number].carried = true;
}

/* Those of lbgen's own tree have rules behind them for other addresses only. */
static bool is_foreign_goto(const struct seen_rule *r)
{
    return r->action == SEEN_GOTO && !chain_is_own(r->jump, strlen(r->jump));
}

/* A jump, or a goto, to a chain that is there. Returns whether marks came of it. */
static bool follow(struct walker *w, const struct condition *c, uint32_t chain, size_t i)
{
    struct rules_import *import = w->import;
    const struct set_rule *rule = &import->set.of[TABLE_MANGLE].at[chain].at[i];
    const struct set_chain *to = &import->set.of[TABLE_MANGLE].at[rule->leads_to];
    struct chain_facts *facts = &w->chains[rule->leads_to];
    size_t before = import->atoms.n;
    struct condition inner = *c;

    if (rule->tag)
        inner.tag = strcmp(rule->tag, "tree") == 0 ? NULL : rule->tag;
    if (!facts->looked_at)
        facts->macs = exclusions_of(import, to);
    facts->looked_at = true;
    if (facts->macs) {
        take_mark(w, &inner, rule->leads_to, to->n - 1, facts->macs);
        if (import->atoms.n > before && !facts->carried)
            carry_chain(w, rule->leads_to);
    } else if (w->depth < DEPTH_MAX && !facts->on_path) {
        walk_chain(w, rule->leads_to, &inner);
    } else {
        leave_mark(w, chain, i, "chains lead to each other too deep, or in a circle");
    }
    if (import->atoms.n > before || chain_is_own(to->name, strlen(to->name)))
        import_rules_carry(import, TABLE_MANGLE, chain, i);
    if (is_foreign_goto(rule->rule))
        gotos_pass(import, &w->gotos, c, place_of(import, rule), before);
    return import->atoms.n > before;
}

static void walk_rule(struct walker *w, uint32_t chain, size_t i, const struct condition *c)
{
    const struct set_chain *in = &w->import->set.of[TABLE_MANGLE].at[chain];
    const struct set_rule *rule = &in->at[i];
    const struct seen_rule *r = rule->rule;
    bool leads = rule->leads_to != NO_CHAIN, marks = r->effect == EFFECT_MARK && !leads,
         last = i + 1 == in->n;
    const char *why = import_rules_hitch(rule, false);
    struct condition narrowed = *c;
    enum truth possible = narrow(&narrowed, r);

    if (possible == NO)
        return;
    if (!why && possible == MAYBE)
        why = "services can't say what it asks for";
    if (marks && why)
        leave_mark(w, chain, i, why);
    else if (marks)
        take_mark(w, &narrowed, chain, i, 0);
    if (marks)
        return;
    if (leads && !why && (follow(w, &narrowed, chain, i) || last || !is_foreign_goto(r)))
        return;
    bool ends = r->action == SEEN_ACCEPT || r->action == SEEN_RETURN || r->action == SEEN_UNKNOWN || leads;
    if (ends && !(r->action == SEEN_RETURN && last))
        *VEC_ADD(&w->ends) = rule;
}

static void walk_chain(struct walker *w, uint32_t number, const struct condition *c)
{
    const struct set_chain *chain = &w->import->set.of[TABLE_MANGLE].at[number];
    size_t gotos = w->gotos.n, atoms = w->import->atoms.n;

    w->depth++;
    w->chains[number].on_path = true;
    for (size_t i = 0; i < chain->n; i++) {
        if (w->visits++ == VISITS_MAX) {
            draft_leave(w->import->draft, &w->import->draft->remarks, SRC_NONE,
                        "what chains lead to further: they lead to each other over and over");
            break;
        }
        if (w->visits > VISITS_MAX)
            break;
        walk_rule(w, number, i, c);
    }
    gotos_leave(w->import, &w->gotos, gotos, atoms);
    w->chains[number].on_path = false;
    w->depth--;
}

void import_rules_walk(struct rules_import *import)
{
    struct walker w = {.import = import};
    struct condition c = {.protocol = -1};
    uint32_t chain = rule_set_find(&import->set, TABLE_MANGLE, "PREROUTING");

    w.chains = xcalloc(import->set.of[TABLE_MANGLE].n, sizeof *w.chains);
    if (chain != NO_CHAIN)
        walk_chain(&w, chain, &c);
    free(w.chains);
    free(w.ends.at);
    free(w.gotos.at);
    if (w.enders > ENDERS_MAX)
        draft_leave(import->draft, &import->draft->remarks, SRC_NONE,
                    "%zu more rules end the walk of some packets before these get a mark",
                    w.enders - ENDERS_MAX);
}
