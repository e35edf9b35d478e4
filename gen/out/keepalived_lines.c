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

static void report(struct diag *diag, const struct service *s, enum service_key key, enum severity severity,
                   const char *text)
{
    size_t len;
    srcpos at = service_key_place(s, key, &len);

    diag_at(diag, severity, at, len, "%s", text);
}

/* Keepalived's strings have no escapes. */
static void lint_path(const struct service *s, struct diag *diag)
{
    const char *path = service_more(s)->check_path;

    if (!path)
        return;
    if (path[strcspn(path, "\"\\$")])
        report(diag, s, KEY_CHECK, SEVERITY_ERROR,
               "Keepalived can't be given \", \\ or $ in the path of a check: write %22, %5C or %24");
    if (strlen(path) > LINE_MAX_LEN - INDENT - strlen("path \"\""))
        report(diag, s, KEY_CHECK, SEVERITY_ERROR,
               "Keepalived can't read a path as long as that of this check");
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

static void lint_word(const struct service *s, const struct ka_text *text, struct diag *diag)
{
    size_t n = text->n ? strcspn(text->at, " \t{") : 0;
    struct buf said = {0};

    for (size_t i = 0; n && i < sizeof own_words / sizeof *own_words; i++) {
        if (strlen(own_words[i].word) != n || memcmp(own_words[i].word, text->at, n) != 0)
            continue;
        buf_printf(&said, "'%s' is what the key '%s' writes; a copied line with it may contradict that",
                   own_words[i].word, service_key_name(own_words[i].key));
        report(diag, s, KEY_KEEPALIVED, SEVERITY_WARNING, buf_text(&said));
    }
    buf_free(&said);
}

/* Follows the line's braces; false when one closes what the service's lines did not open, or a quote is
 * left open. */
static bool follow(const struct ka_text *text, int *depth)
{
    bool quoted = false;

    for (size_t i = 0; i < text->n; i++) {
        if (text->at[i] == '"')
            quoted = !quoted;
        else if (!quoted)
            *depth += (text->at[i] == '{') - (text->at[i] == '}');
        if (*depth < 0)
            return false;
    }
    return !quoted;
}

static void lint_lines(const struct service *s, struct diag *diag)
{
    const struct service_more *m = service_more(s);
    const char *wrong = NULL;
    int depth = 0;

    for (uint32_t i = 0; i < m->n_keepalived && !wrong; i++) {
        struct ka_text text = {0};

        ka_text_add(&text, m->keepalived[i], strlen(m->keepalived[i]), 0);
        ka_text_decomment(&text);
        if (text.n > LINE_MAX_LEN - INDENT)
            wrong = "Keepalived can't read a line as long as one of these";
        if (depth == 0)
            lint_word(s, &text, diag);
        if (!follow(&text, &depth))
            wrong = "a brace or a quote of these lines has no partner in them: they would not stay in their "
                    "block";
        ka_text_free(&text);
    }
    if (depth > 0)
        wrong = "a brace of these lines is not closed in them: they would not stay in their block";
    if (wrong)
        report(diag, s, KEY_KEEPALIVED, SEVERITY_ERROR, wrong);
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
