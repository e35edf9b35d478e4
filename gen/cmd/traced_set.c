/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/own_chain.h"
#include "lbgen/rule_owners.h"
#include "lbgen/rules_file.h"
#include "lbgen/save_image.h"
#include "lbgen/save_set.h"
#include "lbgen/traced_set.h"
#include "lbgen/wanted.h"

/* Whether one of the addresses lies in the prefix. */
static bool has_one_in(const struct destinations *only, const struct prefix *prefix)
{
    size_t low = 0, high = only->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (address_compare(only->at[middle], prefix->first) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == only->n)
        return false;
    const struct prefix address = {
        .first = only->at[low], .family = prefix->family, .len = family_ops[prefix->family].bits};
    return prefix_contains(prefix, &address);
}

/* "-A CHAIN -d PREFIX ...", as lbgen writes most of its rules. */
static bool is_elsewhere(void *ctx, const char *line, size_t len)
{
    const char *p = line, *end = line + len, *blank;
    struct complaint why;
    struct prefix dst;

    if (len < 3 || memcmp(p, "-A ", 3) != 0 || !(p = memchr(p + 3, ' ', len - 3)) || end - p < 4 ||
        memcmp(p, " -d ", 4) != 0)
        return false;
    p += 4;
    blank = memchr(p, ' ', (size_t)(end - p));
    return blank && prefix_parse(p, (size_t)(blank - p), ADDRESS_OR_PREFIX, &dst, &why) &&
           !has_one_in(ctx, &dst);
}

void traced_set_of_input(struct traced_set *set, const struct input *input, enum family family,
                         const struct destinations *only)
{
    struct destinations ours;
    struct complaint why;

    wanted_text(&input->config, &input->host.of[family], family, &set->text);
    if (only) {
        ours = *only;
        set->file.skips = is_elsewhere;
        set->file.skips_ctx = &ours;
    }
    save_file_read(&set->file, set->text.at, set->text.len,
                   &why); /* it is our own: there is nothing to say */
    traced_set_of_read_file(set);
}

bool traced_set_of_file(struct traced_set *set, struct input *input, const char *path, enum family family)
{
    struct complaint why;
    int source = sources_read(&input->sources, path, &why);

    if (source < 0) {
        diag_file(&input->diag, SEVERITY_ERROR, path, "%s", why.text);
        return false;
    }
    if (!rules_file_read_of(input, source, family, "the packet is", &set->file))
        return false;
    traced_set_of_read_file(set);
    return true;
}

static void name_rules(struct set_chain *chain, enum table table, const struct rule_owners *owners,
                       struct arena *mem)
{
    for (size_t i = 0; i < chain->n; i++) {
        struct image_rule rule;
        size_t len;

        if (chain->at[i].tag)
            continue;
        save_image_rule(chain->at[i].text, chain->at[i].text_len, mem, &rule);
        chain->at[i].tag = rule_owners_find(owners, table, chain->name, &rule, &len);
    }
}

void traced_set_name_services(struct traced_set *set, const struct input *input, enum family family)
{
    struct rule_owners owners = {0};
    struct complaint why;

    wanted_image(&input->config, &input->host.of[family], family, PAYLOAD_LINE, NULL, NULL, &set->wanted,
                 &why); /* lines ask nobody, who could refuse */
    rule_owners_make(&owners, &set->wanted);
    for (int t = 0; t < TABLES; t++)
        for (size_t c = 0; c < set->rules.of[t].n; c++) {
            struct set_chain *chain = &set->rules.of[t].at[c];

            if (chain_is_own(chain->name, strlen(chain->name)))
                name_rules(chain, (enum table)t, &owners, &set->wanted.mem);
        }
    rule_owners_free(&owners);
}

void traced_set_of_read_file(struct traced_set *set)
{
    save_set_make(&set->file, &set->rules);
    set->made = true;
}

void traced_set_free(struct traced_set *set)
{
    if (set->made)
        rule_set_free(&set->rules);
    save_file_free(&set->file);
    image_free(&set->wanted);
    buf_free(&set->text);
    *set = (struct traced_set){0};
}
