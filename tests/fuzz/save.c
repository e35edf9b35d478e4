/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables-save's text, of whatever host: read, walked through, compared with itself, merged with lbgen's
 * rules, edited to hold them, and edited back. Nobody else's line is lost. */
#include "input.h"

#include "../check_model.h"

#include "lbgen/equiv.h"
#include "lbgen/merge_job.h"
#include "lbgen/save_set.h"
#include "lbgen/trace.h"
#include "lbgen/undo.h"
#include "lbgen/wanted.h"

enum { LINES_FEW = 60, CHOICES = 8 };

static const char services[] =
    "[vrrp]\ninterface = eth0\n"
    "[service web]\nvip = 192.0.2.10, 2001:db8::10\nports = 80, 443\nfwmark = 80\n"
    "accept = yes\n[service ftp]\nvip = 192.0.2.21, 192.0.2.0/28, 2001:db8::/64\n"
    "ports = 21, 20000:30000\nfwmark = 21\nmasquerade = 10.0.0.0/24\nmasquerade-ports = 20\n"
    "exclude-mac = 52:54:00:12:34:56\n"
    "[service ipsec]\nvip = 192.0.2.50\nprotocol = esp\nfwmark = 7/0xff\n";

/* --- the file, where lbgen would open one --- */

static const char *file_text;
static size_t file_len;

int __wrap_sources_read(struct sources *s, const char *path, struct complaint *why);

int __wrap_sources_read(struct sources *s, const char *path, struct complaint *why)
{
    (void)why;
    return sources_add_text(s, path, file_text, file_len);
}

/* --- walks --- */

static void walk_packets(const struct rule_set *rules)
{
    static const char *const packets[] = {"tcp 203.0.113.9:40000 192.0.2.10:80 eth0",
                                          "udp 10.0.0.1:53 192.0.2.21:53 eth1 mark=0x4000 state=ESTABLISHED",
                                          "icmp/3 203.0.113.9 192.0.2.50 mac=52:54:00:12:34:56",
                                          "esp 203.0.113.9 192.0.2.50 hook=forward",
                                          "tcp [2001:db8:ffff::9]:40000 [2001:db8::10]:443 eth0",
                                          "icmpv6/128 2001:db8:ffff::9 2001:db8::10 state=UNTRACKED"};

    for (int i = 0; i < N_OF(packets); i++) {
        struct packet packet;
        struct complaint why;
        struct trace trace;

        MUST(packet_parse(packets[i], strlen(packets[i]), &packet, &why));
        trace_packet(rules, &packet, &trace);
        MUST(!trace.service || trace.service_known);
        trace_free(&trace);
    }
}

static void compare_with_itself(const struct rule_set *rules)
{
    struct equiv answer;

    for (int family = 0; family < FAMILIES; family++) {
        equiv(rules, rules, (enum family)family, PATH_INPUT, &answer);
        MUST(answer.verdict != EQUIV_DIFFERENT);
    }
}

/* --- merging --- */

static bool is_foreign(const struct save_line *line)
{
    return !line->own && line->kind != SAVE_OWN_COMMENT;
}

/* A built-in chain's policy may be the input's now; the words in front of it are the same. */
static size_t weight(const struct save_line *line)
{
    const char *blank = line->kind == SAVE_CHAIN ? memchr(line->text, ' ', line->len) : NULL;

    return blank ? (size_t)(blank - line->text) : line->len;
}

static void must_keep_foreign(const struct save_file *old, const struct save_file *new)
{
    size_t at = 0;

    for (size_t i = 0; i < old->n; i++) {
        const struct save_line *line = &old->at[i];

        if (!is_foreign(line))
            continue;
        while (at < new->n && (new->at[at].len < weight(line) || weight(&new->at[at]) != weight(line) ||
                               memcmp(new->at[at].text, line->text, weight(line)) != 0))
            at++;
        if (at++ == new->n)
            ck_abort_msg("lost: %.*s\n", (int)line->len, line->text);
    }
}

/* Merges the services into the file at hand; false where it is refused. */
static bool merge(enum family family, enum layout layout, struct buf *out)
{
    struct input input;
    struct merge_job job = {0};

    read_services(&input, services, sizeof services - 1);
    input.config.settings.layout = layout;
    MUST(diag_errors(&input.diag) == 0);
    wanted_text(&input.config, &input.host.of[family], family, &job.text);
    merge_job_prepare(&job, &input, family, "rules");
    must_be_shown(&input.diag, &input.sources);
    const bool good = diag_errors(&input.diag) == 0;
    if (good)
        merge_job_print(&job, out);
    merge_job_free(&job);
    free_services(&input);
    return good;
}

static void try_merge(const struct save_file *old, enum family family, enum layout layout)
{
    struct buf once = {0}, again = {0};
    struct save_file new = {0};
    struct complaint why;

    if (merge(family, layout, &once)) {
        if (!save_file_read(&new, once.at, once.len, &why))
            ck_abort_msg("%s in:\n%.*s\n", why.text, (int)once.len, once.at);
        must_keep_foreign(old, &new);
        file_text = once.at;
        file_len = once.len;
        MUST(merge(family, layout, &again));
        must_be_same("merged", once.at, once.len, again.at, again.len);
    }
    save_file_free(&new);
    buf_free(&again);
    buf_free(&once);
}

/* --- editing --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct image_chain *)a)->name, ((const struct image_chain *)b)->name);
}

/* The chains that are anything at all, as built-in ones are there in every table of a kernel; by name, which
 * is the order that iptables-save prints them in. */
static void print_used(const struct image_table *t, enum table table, struct buf *out)
{
    struct image_table used = {.at = malloc((t->n + 1) * sizeof *used.at)};

    MUST(used.at);
    for (size_t i = 0; i < t->n; i++)
        if (!t->at[i].builtin || t->at[i].n || t->at[i].policy == POLICY_DROP)
            used.at[used.n++] = t->at[i];
    if (used.n)
        qsort(used.at, used.n, sizeof *used.at, by_name);
    model_print(&used, table, out);
    free(used.at);
}

static void must_be_equal(const char *what, const struct image_table *a, const struct image_table *b,
                          enum table table)
{
    struct buf once = {0}, again = {0};

    print_used(a, table, &once);
    print_used(b, table, &again);
    must_be_same(what, once.at, once.len, again.at, again.len);
    buf_free(&again);
    buf_free(&once);
}

/* There, and nothing is left to do; and back. */
static void edit_table(const struct image *now, const struct image *wanted, enum family family,
                       enum table table, bool adopt)
{
    struct edit edit = {0}, rest = {0}, back = {0};
    struct image after = {0}, restored = {0};
    struct undo undo = {0};
    struct complaint why;

    if (delta_find(&now->of[table], &wanted->of[table], table, adopt, &edit, &why)) {
        model_apply(&now->of[table], &edit, &after);
        MUST(delta_find(&after.of[table], &wanted->of[table], table, adopt, &rest, &why));
        MUST(edit_is_empty(&rest));
        undo_add(&undo, family, &now->of[table], &edit);
        undo_to_edit(&undo, family, table, &after.of[table], &back);
        model_apply(&after.of[table], &back, &restored);
        must_be_equal("undone", &now->of[table], &restored.of[table], table);
    }
    undo_free(&undo);
    edit_free(&back);
    edit_free(&rest);
    edit_free(&edit);
    image_free(&restored);
    image_free(&after);
}

static void try_edit(const struct save_file *file, enum family family, enum layout layout, bool adopt)
{
    struct input input;
    struct image now = {0}, wanted = {0};
    struct complaint why;

    read_services(&input, services, sizeof services - 1);
    input.config.settings.layout = layout;
    save_image_read(file, &now);
    MUST(
        wanted_image(&input.config, &input.host.of[family], family, PAYLOAD_LINE, NULL, NULL, &wanted, &why));
    for (int table = 0; table < TABLES; table++)
        edit_table(&now, &wanted, family, (enum table)table, adopt);
    image_free(&wanted);
    image_free(&now);
    free_services(&input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unsigned choice = choose(&data, &size, 2 * CHOICES);
    const enum family family = choice & 1;
    const enum layout layout = choice & 2 ? LAYOUT_TREE : LAYOUT_FLAT;
    char *text = closed_copy(data, size);
    struct save_file file = {0};
    struct complaint why;

    file_text = text;
    file_len = size;
    if (!save_file_read(&file, text, size, &why)) {
        MUST(why.at <= size && why.len <= size - why.at && why.text[0]);
    } else if ((choice & 12) == 0) {
        struct rule_set rules;

        save_set_make(&file, &rules);
        walk_packets(&rules);
        if (file.n <= LINES_FEW)
            compare_with_itself(&rules);
        rule_set_free(&rules);
    } else if ((choice & 12) == 4) {
        try_merge(&file, family, layout);
    } else {
        try_edit(&file, family, layout, (choice & 4) != 0);
    }
    save_file_free(&file);
    free(text);
    return 0;
}
