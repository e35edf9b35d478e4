/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived.conf out of a text. */
#ifndef CHECK_KEEPALIVED_H
#define CHECK_KEEPALIVED_H

#include "lbgen/keepalived_conf.h"
#include "lbgen/keepalived_reader.h"

#include "check_util.h"

struct conf {
    struct sources sources;
    struct ka_files files;
    struct ka_ids ids;
    struct ka_tree tree;
    struct diag diag;
    struct buf printed;
    bool good;
};

static inline void conf_begin(struct conf *c)
{
    *c = (struct conf){0};
    c->files.sources = &c->sources;
}

static inline void conf_free(struct conf *c)
{
    buf_free(&c->printed);
    ka_tree_free(&c->tree);
    ka_ids_free(&c->ids);
    ka_files_free(&c->files);
    diag_free(&c->diag);
    sources_free(&c->sources);
}

static inline void conf_read_source(struct conf *c, int source, const char *id)
{
    c->good = ka_read(&c->files, source, id, &c->ids, &c->tree, &c->diag);
}

/* A text named k.conf, read with an id or none. */
static inline void conf_read(struct conf *c, const char *text, const char *id)
{
    conf_begin(c);
    conf_read_source(c, sources_add_text(&c->sources, "k.conf", text, strlen(text)), id);
}

/* The findings as they are printed. */
static inline const char *conf_said(struct conf *c)
{
    diag_print(&c->diag, &c->sources, &c->printed, (struct caret_look){0});
    return buf_text(&c->printed);
}

/* "a b{c;d e{};};" with ? for what is unknown, and words in quotes where they have blanks. */
static inline void conf_dump(const struct ka_line *block, struct buf *out)
{
    for (const struct ka_line *l = block->first; l; l = l->next) {
        for (uint32_t w = 0; w < l->n_words; w++) {
            const char *text = l->words[w].text;
            bool quotes = strpbrk(text, " \t{}") || !*text;

            buf_str(out, w ? " " : "");
            buf_str(out, quotes ? "'" : "");
            for (; *text; text++)
                if (*text != KA_UNKNOWN || text[1] != KA_UNKNOWN)
                    buf_char(out, *text == KA_UNKNOWN ? '?' : *text);
            buf_str(out, quotes ? "'" : "");
            MUST(l->words[w].len >= 1);
        }
        if (l->block) {
            buf_char(out, '{');
            conf_dump(l, out);
            buf_char(out, '}');
        }
        buf_char(out, ';');
    }
}

#endif
