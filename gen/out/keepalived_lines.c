/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lbgen/keepalived_lines.h"
#include "lbgen/keepalived_text.h"
#include "lbgen/lint_virtual.h"
#include "lbgen/vec.h"

enum { LINE_MAX_LEN = 1022, INDENT = 16 /* the deepest */ };

static const char *text_of(const void *items, uint32_t i, size_t *len)
{
    const struct text_set *set = items;

    *len = (i + 1 < set->starts.n ? set->starts.at[i + 1] : (uint32_t)set->text.len) - set->starts.at[i];
    return set->text.at + set->starts.at[i];
}

static void set_clear(struct text_set *set)
{
    set->text.len = 0;
    set->starts.n = 0;
    name_index_free(&set->index);
    set->index.name_of = text_of;
}

static void set_add(struct text_set *set, const struct buf *text)
{
    if (text->len == 0 ||
        name_index_enter(&set->index, set, text->at, text->len, (uint32_t)set->starts.n) != NAME_NOT_FOUND)
        return;
    *VEC_ADD(&set->starts) = (uint32_t)set->text.len;
    buf_add(&set->text, text->at, text->len);
}

static bool needs_quotes(const char *path)
{
    return path[strspn(path,
                       "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/._~%?&=:@,;+*-")] !=
           '\0';
}

static void print_check(struct buf *out, const struct service_more *m)
{
    static const char *const words[] = {
        [CHECK_TCP] = "TCP_CHECK", [CHECK_HTTP] = "HTTP_GET", [CHECK_HTTPS] = "SSL_GET"};

    if (m->check == CHECK_NONE)
        return;
    buf_printf(out, "        %s {\n", words[m->check]);
    if (m->check_path) {
        const char *quote = needs_quotes(m->check_path) ? "\"" : "";

        buf_printf(out, "            url {\n                path %s%s%s\n            }\n", quote,
                   m->check_path, quote);
    }
    buf_printf(out, "            connect_port %u\n        }\n", m->check_port);
}

static void print_copied(struct buf *out, const struct service_more *m)
{
    for (uint32_t i = 0; i < m->n_keepalived; i++) {
        buf_str(out, "    ");
        buf_str(out, m->keepalived[i]);
        buf_char(out, '\n');
    }
}

void keepalived_lines_collect(struct keepalived_lines *lines, const struct virtual_server *v)
{
    set_clear(&lines->checks);
    set_clear(&lines->copied);
    for (size_t i = 0; i < v->n_services; i++) {
        const struct service_more *m = service_more(v->services[i]);

        lines->one.len = 0;
        print_check(&lines->one, m);
        set_add(&lines->checks, &lines->one);
        lines->one.len = 0;
        print_copied(&lines->one, m);
        set_add(&lines->copied, &lines->one);
    }
}

void keepalived_lines_checks(const struct keepalived_lines *lines, struct buf *out)
{
    buf_add(out, lines->checks.text.at, lines->checks.text.len);
}

void keepalived_lines_copied(const struct keepalived_lines *lines, struct buf *out)
{
    buf_add(out, lines->copied.text.at, lines->copied.text.len);
}

static void set_free(struct text_set *set)
{
    buf_free(&set->text);
    free(set->starts.at);
    name_index_free(&set->index);
}

void keepalived_lines_free(struct keepalived_lines *lines)
{
    set_free(&lines->checks);
    set_free(&lines->copied);
    buf_free(&lines->one);
}

/* --- findings --- */

/* Keepalived's strings have no escapes. */
static void lint_path(const struct service *s, struct diag *diag)
{
    const char *path = service_more(s)->check_path;
    size_t len;
    srcpos at = service_key_place(s, KEY_CHECK, &len);

    if (!path)
        return;
    if (path[strcspn(path, "\"\\$")])
        diag_at(diag, SEVERITY_ERROR, at, len,
                "Keepalived can't be given \", \\ or $ in the path of a check: write %%22, %%5C or %%24");
    if (strlen(path) > LINE_MAX_LEN - INDENT - strlen("path \"\""))
        diag_at(diag, SEVERITY_ERROR, at, len, "Keepalived can't read a path as long as that of this check");
}

static const struct {
    const char *word;
    enum service_key key;
} own_words[] = {
    {"lb_algo", KEY_SCHEDULER},
    {"lvs_sched", KEY_SCHEDULER},
    {"lb_kind", KEY_FORWARDING},
    {"lvs_method", KEY_FORWARDING},
    {"persistence_timeout", KEY_PERSISTENCE},
    {"persistence_granularity", KEY_PERSISTENCE_MASK},
    {"ops", KEY_ONE_PACKET},
    {"sorry_server", KEY_SORRY_SERVER},
    {"real_server", KEY_REAL_SERVER},
};

static void lint_word(const struct ka_text *text, struct diag *diag)
{
    size_t n = text->n ? strcspn(text->at, " \t{") : 0;

    for (size_t i = 0; n && i < sizeof own_words / sizeof *own_words; i++)
        if (strlen(own_words[i].word) == n && memcmp(own_words[i].word, text->at, n) == 0)
            diag_at(diag, SEVERITY_WARNING, text->from[0], n,
                    "'%s' is what the key '%s' writes; a copied line with it may contradict that",
                    own_words[i].word, service_key_name(own_words[i].key));
}

/* Follows the line's braces; false, with the reason reported, when they or its quotes don't stay in the
 * block. */
static bool follow(const struct ka_text *text, int *depth, struct diag *diag)
{
    size_t quote = SIZE_MAX;

    for (size_t i = 0; i < text->n; i++) {
        if (text->at[i] == '"')
            quote = quote == SIZE_MAX ? i : SIZE_MAX;
        else if (quote == SIZE_MAX)
            *depth += (text->at[i] == '{') - (text->at[i] == '}');
        if (*depth >= 0)
            continue;
        diag_at(diag, SEVERITY_ERROR, text->from[i], 1,
                "this brace would close the virtual_server block: no line of the service opens one for it");
        return false;
    }
    if (quote == SIZE_MAX)
        return true;
    diag_at(diag, SEVERITY_ERROR, text->from[quote], 1,
            "this quote is not closed; a blank and ; begin a comment between quotes, too");
    return false;
}

static bool lint_line(const char *line, srcpos at, int *depth, struct diag *diag)
{
    struct ka_text text = {0};
    bool good;

    ka_text_add(&text, line, strlen(line), at);
    if (text.n > LINE_MAX_LEN - INDENT) {
        diag_at(diag, SEVERITY_ERROR, at, 1, "Keepalived can't read a line as long as this one");
        ka_text_free(&text);
        return false;
    }
    ka_text_decomment(&text);
    if (*depth == 0)
        lint_word(&text, diag);
    good = follow(&text, depth, diag);
    ka_text_free(&text);
    return good;
}

static void lint_lines(const struct service *s, struct diag *diag)
{
    const struct service_more *m = service_more(s);
    bool good = true;
    int depth = 0;
    uint32_t i = 0;

    while (good && i < m->n_keepalived) {
        good = lint_line(m->keepalived[i], m->keepalived_at[i], &depth, diag);
        i++;
    }
    if (good && depth > 0)
        diag_at(
            diag, SEVERITY_ERROR, m->keepalived_at[i - 1], strlen(m->keepalived[i - 1]),
            "a brace of these lines is still open behind the last one, and would swallow the real servers");
}

void keepalived_lines_lint(const struct format_job *job, struct diag *diag)
{
    const struct config *config = job->config;

    lint_virtual(config, job->wants, diag);
    for (size_t i = 0; i < config->special.n; i++) {
        const struct service *s = &config->services.at[config->special.at[i]];

        lint_path(s, diag);
        lint_lines(s, diag);
    }
}
