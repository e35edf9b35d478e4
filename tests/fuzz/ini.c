/* SPDX-License-Identifier: GPL-2.0-or-later */
/* services.ini, from its bytes to every form of output: what is refused is told with its place, and what is
 * printed means what it should to those who read it. */
#include <jansson.h>

#include "input.h"

#include "lbgen/delta.h"
#include "lbgen/equiv.h"
#include "lbgen/format.h"
#include "lbgen/import_kinds.h"
#include "lbgen/keepalived_reader.h"
#include "lbgen/merge.h"
#include "lbgen/save_image.h"
#include "lbgen/save_set.h"
#include "lbgen/wanted.h"

enum what { SAVE, TREE, TEMPLATE, FORMAT, WHATS = 9 }; /* FORMAT and those behind it: formats[] */

/* --- iptables-save's text --- */

static void read_own(struct save_file *file, const struct buf *text)
{
    struct complaint why;

    if (!save_file_read(file, text->at, text->len, &why))
        ck_abort_msg("%s at %zu of:\n%.*s\n", why.text, why.at, (int)text->len, text->at);
}

static void must_be_understood(const struct save_file *file)
{
    for (size_t i = 0; i < file->n; i++) {
        const struct save_line *line = &file->at[i];

        MUST(line->kind != SAVE_OTHER);
        if (line->kind == SAVE_RULE &&
            (line->rule->unknown || !line->own || line->rule->effect == EFFECT_UNKNOWN))
            ck_abort_msg("not understood, or not its own: %.*s\n", (int)line->len, line->text);
    }
}

/* Merged into itself, it is the same. */
static void must_be_fixed(const struct save_file *file, const struct buf *text)
{
    static const struct policies_given none;
    struct merge_plan plan = {0};
    struct buf out = {0};

    merge_make_plan(file, file, &none, &plan);
    merge_print(file, file, &plan, &none, &out);
    must_be_same("merged into itself", text->at, text->len, out.at, out.len);
    buf_free(&out);
    merge_plan_free(&plan);
}

/* What is read of it and what is wanted differ in nothing. */
static void must_be_wanted(const struct input *input, const struct save_file *file, enum family family)
{
    struct image read = {0}, wanted = {0};
    struct complaint why;

    save_image_read(file, &read);
    MUST(wanted_image(&input->config, &input->host.of[family], family, PAYLOAD_LINE, NULL, NULL, &wanted,
                      &why));
    for (int t = 0; t < TABLES; t++) {
        struct edit edit = {0};

        MUST(delta_find(&read.of[t], &wanted.of[t], (enum table)t, false, &edit, &why));
        MUST(edit_is_empty(&edit) && edit.doubles.n == 0);
        edit_free(&edit);
    }
    image_free(&wanted);
    image_free(&read);
}

static void try_save(const struct input *input, enum family family)
{
    struct buf text = {0};
    struct save_file file = {0};

    wanted_text(&input->config, &input->host.of[family], family, &text);
    must_be_text("rules", text.at, text.len);
    read_own(&file, &text);
    must_be_understood(&file);
    must_be_fixed(&file, &text);
    must_be_wanted(input, &file, family);
    save_file_free(&file);
    buf_free(&text);
}

/* --- flat list and tree --- */

struct laid_out {
    struct buf text;
    struct save_file file;
    struct rule_set rules;
};

static void lay_out(struct input *input, enum layout layout, enum family family, struct laid_out *out)
{
    *out = (struct laid_out){0};
    input->config.settings.layout = layout;
    wanted_text(&input->config, &input->host.of[family], family, &out->text);
    read_own(&out->file, &out->text);
    save_set_make(&out->file, &out->rules);
}

static void forget(struct laid_out *l)
{
    rule_set_free(&l->rules);
    save_file_free(&l->file);
    buf_free(&l->text);
}

static void try_tree(struct input *input, enum family family)
{
    struct laid_out flat, tree;
    struct equiv answer;

    lay_out(input, LAYOUT_FLAT, family, &flat);
    lay_out(input, LAYOUT_TREE, family, &tree);
    for (int path = 0; path < PATHS; path++) {
        equiv(&flat.rules, &tree.rules, family, (enum path)path, &answer);
        if (answer.verdict == EQUIV_DIFFERENT)
            ck_abort_msg("not equal\n%s\n%s\n", buf_text(&flat.text), buf_text(&tree.text));
    }
    forget(&tree);
    forget(&flat);
}

/* --- other forms --- */

static void must_be_keepalived(const struct buf *text)
{
    struct sources sources = {0};
    struct ka_files files = {.sources = &sources};
    struct ka_ids ids = {0};
    struct ka_tree tree = {0};
    struct diag diag = {0};
    char *copy = xmemdup0(text->at, text->len);

    if (!ka_read(&files, sources_add_text(&sources, "keepalived.conf", copy, text->len), NULL, &ids, &tree,
                 &diag) ||
        diag_errors(&diag))
        ck_abort_msg("%s in:\n%s\n", diag.n ? diag.at[0].text : "refused", copy);
    ka_tree_free(&tree);
    ka_ids_free(&ids);
    ka_files_free(&files);
    diag_free(&diag);
    sources_free(&sources);
    free(copy);
}

static void must_be_ipvsadm(const struct buf *text)
{
    struct sources sources = {0};
    struct diag diag = {0};
    char *copy = xmemdup0(text->at ? text->at : "", text->len);
    struct draft draft = {.from = "ipvsadm", .sources = &sources, .family = FAMILIES};

    draft.source = sources_add_text(&sources, "ipvsadm", copy, text->len);
    import_ipvsadm(&draft, &diag);
    if (diag_errors(&diag))
        ck_abort_msg("%s in:\n%s\n", diag.at[0].text, copy);
    draft_free(&draft);
    diag_free(&diag);
    sources_free(&sources);
    free(copy);
}

static void must_be_json(const struct buf *text)
{
    json_error_t error;
    json_t *document = json_loadb(text->at, text->len, JSON_REJECT_DUPLICATES, &error);

    if (!document)
        ck_abort_msg("%s in:\n%.*s\n", error.text, (int)text->len, text->at);
    json_decref(document);
}

/* A command of which a shell makes words alone: quotes in pairs, and nothing in or out of them that it knows.
 */
static bool is_plain_command(const char *line, size_t len)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=,+@%^-! ";
    char quote = 0;

    for (size_t i = 0; i < len; i++) {
        const char c = line[i];

        if (quote ? c == quote : c == '\'' || c == '"')
            quote = quote ? 0 : c;
        else if (quote != '\'' && (!c || !strchr(plain, c)))
            return false;
    }
    return !quote;
}

/* Beside its commands the text has lines that nothing of the input is in. */
static void must_be_commands(const struct buf *text)
{
    static const char *const others[] = {
        "#",    "set -e",  "policies=$(",      "case ", "*' lbgen '*)", "*) firewall-cmd ",
        "esac", "left=$(", "[ -n \"$left\" ]", ";;"};

    for (const char *line = text->at, *end; line < text->at + text->len; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text->at + text->len - line));
        MUST(end);
        while (*line == ' ')
            line++;
        bool good = line == end ||
                    (strncmp(line, "firewall-cmd ", 13) == 0 && is_plain_command(line, (size_t)(end - line)));
        for (int i = 0; i < N_OF(others) && !good; i++)
            good = strncmp(line, others[i], strlen(others[i])) == 0;
        if (!good)
            ck_abort_msg("%.*s\nin:\n%.*s\n", (int)(end - line), line, (int)text->len, text->at);
    }
}

static void try_format(struct input *input, const struct format *format, enum family family)
{
    const struct format_job job = {.config = &input->config,
                                   .host = input->host.of,
                                   .wants = {[IPV4] = true, [IPV6] = family == IPV6},
                                   .remove = format->can_remove && family == IPV6};
    struct buf out = {0};

    if (format->check)
        format->check(&job, &input->diag);
    must_be_shown(&input->diag, &input->sources);
    if (diag_errors(&input->diag))
        return;
    format->write(&job, &out);
    must_be_text(format->name, out.at, out.len);
    if (strcmp(format->name, "json") == 0)
        must_be_json(&out);
    else if (strcmp(format->name, "keepalived") == 0)
        must_be_keepalived(&out);
    else if (strcmp(format->name, "ipvsadm") == 0)
        must_be_ipvsadm(&out);
    else if (strcmp(format->name, "firewalld") == 0)
        must_be_commands(&out);
    buf_free(&out);
}

static void try_template(const char *text, size_t len)
{
    struct sources sources = {0};
    struct diag diag = {0};
    struct config config;

    config_init(&config);
    config_read(&config, &sources, sources_add_text(&sources, "x.ini", text, len), "x", &diag);
    must_be_shown(&diag, &sources);
    config_free(&config);
    diag_free(&diag);
    sources_free(&sources);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unsigned choice = choose(&data, &size, WHATS * FAMILIES);
    const enum family family = choice % FAMILIES;
    const unsigned what = choice / FAMILIES;
    char *text = closed_copy(data, size);
    struct input input;

    if (what == TEMPLATE) {
        try_template(text, size);
        free(text);
        return 0;
    }
    read_services(&input, text, size);
    must_be_shown(&input.diag, &input.sources);
    const size_t rules = diag_errors(&input.diag) ? SIZE_MAX : count_rules(&input.config);
    if (what == TREE && rules <= RULES_FEW)
        try_tree(&input, family);
    else if (what == SAVE && rules <= RULES_MANY)
        try_save(&input, family);
    else if (what >= FORMAT && rules <= RULES_MANY)
        try_format(&input, formats[what - FORMAT], family);
    free_services(&input);
    free(text);
    return 0;
}
