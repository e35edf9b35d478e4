/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file in iptables-save's form: what marks packets is made services, what lbgen has made of other keys is
 * made these again, and of all else each rule is told. */
#include <stdlib.h>
#include <string.h>

#include "lbgen/import_kinds.h"
#include "lbgen/import_rules.h"
#include "lbgen/ini_line.h"
#include "lbgen/own_chain.h"
#include "lbgen/save_set.h"
#include "lbgen/vec.h"
#include "lbgen/xalloc.h"

enum { OPEN_MAX = 1000 /* rules of a table that are told one by one */ };

/* The family is that of the first address; of what has none, the one that was asked for. */
static enum family family_of(const struct save_file *file, enum family otherwise)
{
    for (size_t i = 0; i < file->n; i++) {
        const struct seen_rule *r = file->at[i].kind == SAVE_RULE ? file->at[i].rule : NULL;

        if (r && (r->dst.given || r->src.given))
            return (enum family)(r->dst.given ? r->dst : r->src).prefix.family;
        if (r && r->protocol_given && r->protocol == IP_PROTO_ICMPV6)
            return IPV6;
    }
    return otherwise == FAMILIES ? IPV4 : otherwise;
}

static void make_fates(struct rules_import *import)
{
    for (int t = 0; t < TABLES; t++) {
        const struct set_table *table = &import->set.of[t];
        size_t n = 0;

        import->fate_base[t] = xcalloc(table->n + 1, sizeof *import->fate_base[t]);
        for (size_t c = 0; c < table->n; c++) {
            import->fate_base[t][c] = n;
            n += table->at[c].n;
        }
        import->fate[t] = xcalloc(n, 1);
    }
}

/* --- rules of others --- */

/* The rule's text from -A on. */
static const char *text_of(const struct set_rule *rule, size_t *len)
{
    const char *at = memmem(rule->text, rule->text_len, "-A", 2);

    at = at ? at : rule->text;
    *len = rule->text_len - (size_t)(at - rule->text);
    return at;
}

/* Where the comment match that says whose the rule is stands: its length; 0: there is none. */
static size_t find_tag(const char *text, size_t len, size_t *at)
{
    static const struct {
        const char *begin, *end;
    } forms[] = {{" -m comment --comment \"lbgen:", "\""}, {" -m comment --comment lbgen:", " "}};

    for (int i = 0; i < 2; i++) {
        const char *begin = memmem(text, len, forms[i].begin, strlen(forms[i].begin));
        size_t head = begin ? (size_t)(begin - text) + strlen(forms[i].begin) : len;
        const char *end = begin ? memchr(text + head, *forms[i].end, len - head) : NULL;

        if (!end)
            continue;
        *at = (size_t)(begin - text);
        return (size_t)(end - begin) + (*end == '"');
    }
    return 0;
}

/* The rule as services.ini has it, without the comment that says whose it is. */
static const char *rule_line(struct rules_import *import, const struct set_rule *rule)
{
    size_t len, at = 0;
    const char *text = text_of(rule, &len);
    size_t tag = find_tag(text, len, &at);
    struct buf b = {0};

    buf_printf(&b, "rule%d = ", family_ops[import->family].number);
    buf_add(&b, text, at);
    buf_add(&b, text + at + tag, len - at - tag);
    const char *line = arena_text(&import->draft->mem, b.at, b.len);
    buf_free(&b);
    return line;
}

/* Whether services.ini has the line back as it is. */
static bool reads_back(const char *line)
{
    size_t len = strlen(line), value = strlen("rule4 = ");
    struct ini_line sorted;
    struct complaint why;
    struct ini_line_state state = {.semicolon = strchr(line, ';') != NULL};

    if (!ini_line_bytes_good(line, len, len, &why))
        return false;
    ini_line_sort(line, len, &state, &sorted, &why);
    return sorted.kind == LINE_KEY && sorted.body_at == value && sorted.body_len == len - value &&
           !state.in_quotes;
}

/* Rules of [rules]; and those of services that no key of theirs makes: they would be gone else, being
 * lbgen's. In mangle the place of a rule counts, so that those are left. */
static bool is_carried(const struct set_rule *rule, enum table table, const char *chain)
{
    const char *tag = rule->rule->tag, *jump = rule->rule->jump;

    if (strncmp(chain, USER_CHAIN_PREFIX, strlen(USER_CHAIN_PREFIX)) == 0)
        return true;
    if (!tag || chain_is_own(chain, strlen(chain)))
        return false;
    return strcmp(tag, "rules") == 0 || (table != TABLE_MANGLE && !chain_is_own(jump, strlen(jump)));
}

static void add_rule(struct draft *d, enum table table, bool open, const char *text)
{
    *VEC_ADD(&d->rules) = (struct draft_rule){.text = text, .table = table, .open = open};
    d->left_out += open;
}

static void put_rule(struct rules_import *import, enum table table, const struct set_chain *chain,
                     const struct set_rule *rule, size_t *open)
{
    const char *line = rule_line(import, rule), *tag = rule->rule->tag;
    bool carried = is_carried(rule, table, chain->name) && reads_back(line);

    if (!carried && (*open)++ >= OPEN_MAX)
        return;
    if (carried && tag && strcmp(tag, "rules") != 0)
        draft_remark(import->draft, &import->draft->remarks,
                     "No key of '%s' makes this rule, so it is kept in [rules %s]: %s", tag,
                     table_names[table], line);
    add_rule(import->draft, table, !carried, line);
}

static void put_policy(struct rules_import *import, enum table table, const struct set_chain *chain, bool own)
{
    enum hook hook;
    struct buf b = {0};

    if (!chain->drops || !hook_find(chain->name, strlen(chain->name), &hook) || !table_has_hook(table, hook))
        return;
    if (table == TABLE_NAT) { /* the kernel may have it, but neither iptables nor services.ini takes it */
        draft_leave(import->draft, &import->draft->remarks, SRC_NONE,
                    "the policy DROP of nat's %s, a table that is not for filtering", chain->name);
        return;
    }
    buf_printf(&b, "policy%d = %s DROP", family_ops[import->family].number, chain->name);
    add_rule(import->draft, table, !own, arena_text(&import->draft->mem, b.at, b.len));
    buf_free(&b);
}

static void put_table(struct rules_import *import, enum table table, bool own)
{
    const struct set_table *t = &import->set.of[table];
    size_t open = 0;

    for (size_t c = 0; c < t->n; c++)
        put_policy(import, table, &t->at[c], own);
    for (size_t c = 0; c < t->n; c++)
        for (size_t i = 0; i < t->at[c].n; i++)
            if (import->fate[table][import->fate_base[table][c] + i] == FATE_LEFT)
                put_rule(import, table, &t->at[c], &t->at[c].at[i], &open);
    if (open > OPEN_MAX)
        draft_leave(import->draft, &import->draft->remarks, SRC_NONE,
                    "%zu rules of table %s, the first %d of which stand at the end", open, table_names[table],
                    OPEN_MAX);
}

/* Whether lbgen has made all of the file, so that the policies are those of its input. */
static bool all_is_own(const struct save_file *file)
{
    bool generated = false;

    for (size_t i = 0; i < file->n; i++) {
        const struct save_line *line = &file->at[i];
        enum hook hook;

        generated |= save_line_is_head(line);
        if (line->kind == SAVE_RULE && !line->own)
            return false;
        if (line->kind == SAVE_CHAIN && !line->own && !hook_find(line->chain, strlen(line->chain), &hook))
            return false;
    }
    return generated;
}

static void put_unknown_tables(struct rules_import *import)
{
    for (size_t i = 0; i < import->file.n; i++) {
        const struct save_line *line = &import->file.at[i];
        enum table table;

        if (line->kind == SAVE_TABLE && !table_find(line->table, strlen(line->table), &table))
            draft_leave(import->draft, &import->draft->remarks,
                        import->source->base + (srcpos)(line->text - import->source->text), "table %s",
                        line->table);
    }
}

static void take_file(struct rules_import *import)
{
    bool own = all_is_own(&import->file);

    import_rules_walk(import);
    import_rules_group(import);
    if (import->draft->services.n == 0)
        draft_remark(import->draft, &import->draft->remarks,
                     "No rule that can be reached from mangle's PREROUTING makes a service.");
    if (import->nameless)
        draft_remark(
            import->draft, &import->draft->remarks,
            "iptables-save leaves out the comments that name the services of lbgen's own chains: what "
            "lbgen has printed, such as the boot file, tells more.");
    import_rules_vrrp(import);
    import_rules_accepts(import);
    import_rules_masquerade(import);
    put_unknown_tables(import);
    for (int t = 0; t < TABLES; t++)
        put_table(import, (enum table)t, own);
}

void import_save(struct draft *draft, struct diag *diag)
{
    const struct source *source = &draft->sources->at[draft->source];
    struct rules_import import = {.draft = draft, .source = source};

    if (!save_file_read_source(&import.file, source, diag)) {
        save_file_free(&import.file);
        return;
    }
    import.family = family_of(&import.file, draft->family);
    save_set_make(&import.file, &import.set);
    make_fates(&import);
    axis_lists_init(&import.lists);
    key_table_enter(&import.macs, "", 0);
    take_file(&import);
    for (int t = 0; t < TABLES; t++) {
        free(import.fate[t]);
        free(import.fate_base[t]);
    }
    axis_lists_free(&import.lists);
    key_table_free(&import.macs);
    key_table_free(&import.tags);
    free(import.atoms.at);
    free(import.tagged.at);
    free(import.first.at);
    free(import.last.at);
    rule_set_free(&import.set);
    save_file_free(&import.file);
}
