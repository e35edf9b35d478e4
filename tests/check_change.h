/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One change of the fake tables, for the suites of what makes and undoes it. */
#ifndef LBGEN_TESTS_CHECK_CHANGE_H
#define LBGEN_TESTS_CHECK_CHANGE_H

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lbgen/change.h"
#include "lbgen/journal.h"
#include "lbgen/lock.h"

#include "check_edit.h"
#include "check_run.h"
#include "fake_live.h"

#define OWN(n)  "-A INPUT -d 192.0.2." #n "/32 " R("web") " -j ACCEPT\n"
#define MARK(n) "-A lbgen.a -s 192.0.2." #n "/32 -j MARK --set-xmark 0x1/0x1\n"
#define FOREIGN "-A INPUT -s 10.0.0.1/32 -j DROP\n"

static const char old4[] =
    "*mangle\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n"
    "*filter\n:INPUT ACCEPT [1:2]\n[3:4] " FOREIGN "[5:6] " OWN(1) "[7:8] " OWN(2) "COMMIT\n";
static const char old6[] = "*filter\n:INPUT ACCEPT [0:0]\n[9:9] " OWN(7) "COMMIT\n";
#define NEW_MANGLE                                                                                           \
    "*mangle\n:PREROUTING ACCEPT [0:0]\n:lbgen.a - [0:0]\n-A PREROUTING " R("a") " -j lbgen.a\n" MARK(       \
        1) "COMMIT\n"
static const char wanted4[] = NEW_MANGLE "*filter\n:INPUT DROP [0:0]\n" OWN(2) OWN(3) "COMMIT\n";
static const char new4[] = NEW_MANGLE "*filter\n:INPUT DROP [1:2]\n" FOREIGN OWN(2) OWN(3) "COMMIT\n";
static const char new6[] = "*filter\n:INPUT ACCEPT [0:0]\n" OWN(7) OWN(8) "COMMIT\n";

/* The edits are: IPv4's mangle, IPv4's filter, IPv6's filter. */
enum { EDITS = 3 };

static inline bool find_new(void *ctx, enum family family, enum table table, const struct image_table *now,
                            struct edit *out, struct complaint *why)
{
    static struct image wanted[FAMILIES];

    (void)ctx;
    if (wanted[family].form == PAYLOAD_LINE && !wanted[family].of[TABLE_FILTER].n)
        read_image(family == IPV4 ? wanted4 : new6, &wanted[family]);
    return delta_find(now, &wanted[family].of[table], table, false, out, why);
}

/* The "entries" of the fake are lines. */
static inline bool lines_of(void *ctx, const struct undo *undo, struct undo *out, struct complaint *why)
{
    struct buf text = {0};
    size_t at = 0;

    (void)ctx;
    ck_assert_int_eq(undo->form, PAYLOAD_ENTRY);
    undo_print(undo, &text);
    bool good = undo_read(out, text.at, text.len, &at) || complain(why, 0, 0, "no lines");
    out->form = PAYLOAD_LINE;
    buf_free(&text);
    return good;
}

/* Rules and policies of one family, the intruders' rules aside. */
static inline bool is_family(enum family family, const char *text)
{
    struct image now = {0}, should = {0};
    bool same = true;

    read_image(fake_world->text[family], &now);
    read_image(text, &should);
    for (int t = 0; t < TABLES && same; t++) {
        for (size_t c = 0; c < now.of[t].n && same; c++) {
            const struct image_chain *a = &now.of[t].at[c], *b = image_find_chain(&should.of[t], a->name);
            size_t n = 0;

            if (!b && a->builtin && a->n == 0 && a->policy != POLICY_DROP)
                continue;
            same = b && a->policy == b->policy;
            for (size_t i = 0; same && i < a->n; i++) {
                if (memmem(a->at[i].payload, a->at[i].len, "172.16.", 7))
                    continue;
                same = n < b->n && a->at[i].key == b->at[n].key;
                n++;
            }
            same = same && n == b->n;
        }
        for (size_t c = 0; c < should.of[t].n && same; c++)
            same = image_find_chain(&now.of[t], should.of[t].at[c].name);
    }
    image_free(&now);
    image_free(&should);
    return same;
}

static inline bool tables_are_old(void)
{
    return is_family(IPV4, old4) && is_family(IPV6, old6);
}

static inline bool tables_are_new(void)
{
    return is_family(IPV4, new4) && is_family(IPV6, new6);
}

static inline bool is_there(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

/* How many rules of intruders there are. */
static inline unsigned count_intruders(void)
{
    unsigned n = 0;

    for (const char *p = fake_world->text[IPV4]; (p = strstr(p, "172.16.")); p++)
        n++;
    return n;
}

/* A command: its lock, its guard, its change. */
struct command {
    struct change change;
    struct guard guard;
    int own_lock;
    struct complaint why;
};

static inline void command_begin(struct command *c, const struct live_backend *backend)
{
    *c = (struct command){.change = {.backend = backend, .find = find_new, .lines = lines_of}};
    fake_world->command = getpid();
    ck_assert_int_eq(lock_own(LOCK_OWN_FOLDER, 0, &c->own_lock, &c->why), LOCK_TAKEN);
    ck_assert(guard_start(&c->guard, &c->why));
}

static inline enum change_result command_apply(struct command *c)
{
    return change_apply(&c->change, &c->guard, c->own_lock, 0, &c->why);
}

static inline void command_end(struct command *c)
{
    guard_dismiss(&c->guard);
    change_free(&c->change);
    lock_release(&c->own_lock);
}

static inline void change_setup(void)
{
    run_make();
    fake_world_make(old4, old6);
}

#endif
