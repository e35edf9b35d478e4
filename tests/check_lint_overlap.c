/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/lint.h"

#include "check_lint_overlap.h"

/* What gen/config/lint_overlap.c says of itself: findings told of one service, pairs of boxes looked at. */
enum { TOLD_MAX = 8, LOOKED_AT_MAX = 64 };

struct world {
    struct small_service services[MOST_SERVICES];
    unsigned n;
    struct made made;
    struct buf text;
    bool told[MOST_SERVICES][MOST_SERVICES]; /* [later][earlier] */
};

static bool same_mark(const struct small_service *a, const struct small_service *b)
{
    return a->mark == b->mark && a->mask == b->mask;
}

static bool both_claim(void *ctx, const struct small_packet *p)
{
    const struct small_service *const *pair = ctx;

    return claims(pair[0], p) && claims(pair[1], p);
}

/* The judge: some packet is claimed by both, the marks differ, the later one does not say override. */
static bool must_be_told(const struct small_service *earlier, const struct small_service *later)
{
    const struct small_service *pair[] = {earlier, later};

    return !same_mark(earlier, later) && !later->override && some_packet(both_claim, pair);
}

/* At least as many as there are boxes of the two that overlap. */
static unsigned box_pairs(const struct small_service *a, const struct small_service *b)
{
    unsigned sources = (a->n_sources ? a->n_sources : 1) * (b->n_sources ? b->n_sources : 1);
    unsigned interfaces = (a->n_interfaces ? a->n_interfaces : 1) * (b->n_interfaces ? b->n_interfaces : 1);
    unsigned ports = (a->n_ports ? a->n_ports : 1) * (b->n_ports ? b->n_ports : 1);
    unsigned protocols = a->n_protocols < b->n_protocols ? a->n_protocols : b->n_protocols;

    return a->n_vips * b->n_vips * sources * interfaces * ports * (protocols ? protocols : 1);
}

/* The example's packet, out of "tcp 192.0.2.1:5 from 10.0.0.1 on e0"; device and source stay free where none
 * is named. */
static bool example_is_claimed(const struct small_service *s, const char *example)
{
    char proto[8] = "", source[64] = "", device[16] = "";
    const char *from = strstr(example, " from "), *on = strstr(example, " on ");
    unsigned vip = 0, port = 0, protocol = 0, host = SOURCES - 1;
    bool six = strstr(example, "2001:db8::") != NULL;
    int fields;

    if (from)
        MUST(sscanf(from, " from %63s", source) == 1);
    if (on)
        MUST(sscanf(on, " on %15s", device) == 1);
    if (strncmp(example, "esp ", 4) == 0)
        fields = 1 + sscanf(example, six ? "%7s 2001:db8::%u" : "%7s 192.0.2.%u", proto, &vip);
    else
        fields = sscanf(example, six ? "%7s [2001:db8::%u]:%u" : "%7s 192.0.2.%u:%u", proto, &vip, &port);
    /* 2001:db8:: itself has no digit to read, and is number 0. */
    if (fields < 3 && six) {
        const char *tail = strstr(example, "::");

        MUST(tail);
        port = tail[2] == ']' ? (unsigned)atoi(tail + 4) : 0;
    } else {
        MUST(fields == 3);
    }
    while (strcmp(proto_words[protocol], proto) != 0)
        MUST(++protocol < PROTOCOLS);
    if (from && strstr(source, "::"))
        host = source[6] ? (unsigned)atoi(source + 6) : 0;
    else if (from)
        MUST(sscanf(source, "10.0.0.%u", &host) == 1);
    MUST(vip < VIPS && host < SOURCES && port <= UINT16_MAX);
    return claims_vip(s, six, vip) && claims_source(s, six, host) &&
           claims_port(s, protocol, port > 8 ? PORTS : port) &&
           (on ? claims_device(s, device) : s->n_interfaces == 0 || claims_device(s, "zz"));
}

static unsigned mask_of(const struct small_service *s)
{
    return s->mask ? s->mask : UINT32_MAX;
}

static void check_note(const struct world *w, const struct finding *note, unsigned later, unsigned earlier)
{
    const struct small_service *a = &w->services[earlier], *b = &w->services[later];
    char example[128];
    unsigned named, mark, walked = 0;
    const char *packet = strstr(note->text, "is here; "), *end = strstr(note->text, " would end with mark ");

    MUST(note->severity == SEVERITY_NOTE && packet && end &&
         note->at == w->made.config.services.at[earlier].at);
    MUST(sscanf(note->text, "'s%u'", &named) == 1 && named == earlier);
    MUST(sscanf(end, " would end with mark %i", (int *)&mark) == 1);
    packet += strlen("is here; ");
    snprintf(example, sizeof example, "%.*s", (int)(end - packet), packet);
    if (!example_is_claimed(a, example) || !example_is_claimed(b, example))
        ck_abort_msg("%s\nis not of both s%u and s%u", example, earlier, later);
    for (unsigned i = 0; i < w->n; i++)
        if (example_is_claimed(&w->services[i], example))
            walked = (walked & ~mask_of(&w->services[i])) | w->services[i].mark;
    if (mark != walked)
        ck_abort_msg("%s\nends with mark 0x%x, not 0x%x:\n%s", example, walked, mark, w->text.at);
}

static void print_mark(struct buf *out, const char *before, const struct small_service *s)
{
    buf_printf(out, s->mask ? "%s0x%x/0x%x" : "%s%u", before, s->mark, s->mask);
}

/* Every error that is told is true, has a good example, and is told once. */
static void collect(struct world *w)
{
    const struct diag *d = &w->made.diag;

    for (size_t i = 0; i < d->n; i++) {
        unsigned later, earlier;
        struct buf marks = {0};

        if (d->at[i].severity != SEVERITY_ERROR)
            continue;
        if (sscanf(d->at[i].text, "service 's%u' overlaps service 's%u' and gives another fwmark", &later,
                   &earlier) != 2)
            ck_abort_msg("unexpected: %s", d->at[i].text);
        MUST(earlier < later && later < w->n && !w->told[later][earlier] && i + 1 < d->n);
        MUST(must_be_told(&w->services[earlier], &w->services[later]));
        print_mark(&marks, "(", &w->services[later]);
        print_mark(&marks, ", ", &w->services[earlier]);
        buf_char(&marks, ')');
        MUST(strcmp(strchr(d->at[i].text, '('), buf_text(&marks)) == 0);
        buf_free(&marks);
        MUST(d->at[i].at == w->made.config.services.at[later].at);
        check_note(w, &d->at[i + 1], later, earlier);
        w->told[later][earlier] = true;
    }
}

/* Whether the two may have equal boxes: a VIP is in both lists. */
static bool may_be_twins(const struct small_service *a, const struct small_service *b)
{
    for (unsigned i = 0; i < a->n_vips; i++)
        for (unsigned j = 0; j < b->n_vips; j++)
            if (a->vip6[i] == b->vip6[j] && a->vips[i].first == b->vips[j].first &&
                a->vips[i].last == b->vips[j].last)
                return true;
    return false;
}

/* Of equal boxes some speak for all, so of a pair with a third one like it another pair may be told instead.
 */
static bool others_may_speak(const struct world *w, unsigned earlier, unsigned later)
{
    for (unsigned i = 0; i < w->n; i++)
        if (i != earlier && i != later &&
            (may_be_twins(&w->services[i], &w->services[earlier]) ||
             may_be_twins(&w->services[i], &w->services[later])))
            return true;
    return false;
}

/* What must be told of one service is told, up to the cap. Returns how many pairs that concerned. */
static unsigned check_service(const struct world *w, unsigned later)
{
    unsigned told = 0, pairs = 0, checked = 0;

    for (unsigned earlier = 0; earlier < later; earlier++) {
        told += w->told[later][earlier];
        pairs += box_pairs(&w->services[earlier], &w->services[later]);
    }
    MUST(told <= TOLD_MAX);
    for (unsigned earlier = 0; earlier < later && pairs <= LOOKED_AT_MAX && told < TOLD_MAX; earlier++) {
        if (others_may_speak(w, earlier, later))
            continue;
        bool must = must_be_told(&w->services[earlier], &w->services[later]);
        if (must != w->told[later][earlier])
            ck_abort_msg("s%u and s%u share a packet, but that is not told:\n%s", earlier, later, w->text.at);
        checked += must;
    }
    return checked;
}

/* Whatever speaks for whom, an input with an overlap has an error. */
static void check_verdict(const struct world *w)
{
    for (unsigned later = 1; later < w->n && diag_errors(&w->made.diag) == 0; later++)
        for (unsigned earlier = 0; earlier < later; earlier++)
            if (must_be_told(&w->services[earlier], &w->services[later]))
                ck_abort_msg("s%u overlaps s%u, and nothing at all is told:\n%s", later, earlier, w->text.at);
}

static void world_make(struct world *w, struct chance *c, unsigned n, unsigned marks, bool copies)
{
    *w = (struct world){.n = n};
    for (unsigned i = 0; i < n; i++) {
        /* Sometimes an older service once more, with another mark or ports. */
        chance_service(c, &w->services[i], marks);
        if (i && copies && chance_one_in(c, 3)) {
            struct small_service fresh = w->services[i];

            w->services[i] = w->services[chance_below(c, i)];
            w->services[i].mark = fresh.mark;
            w->services[i].override = fresh.override;
        }
        print_service(&w->text, &w->services[i], i);
    }
    make(&w->made, buf_text(&w->text), LINT_OVERLAP);
}

static void world_free(struct world *w)
{
    made_free(&w->made);
    buf_free(&w->text);
}

enum { FEW_ROUNDS = 60, MANY_ROUNDS = 6 };

/* Every pair, each with an example; in every other loop many services are copies of others. */
START_TEST(test_few_services)
{
    struct chance c = {.state = 0xfe3ULL + (unsigned)_i * 7919U};
    unsigned checked = 0;
    struct world w;

    for (int round = 0; round < FEW_ROUNDS; round++) {
        world_make(&w, &c, 2 + chance_below(&c, 4), 3, _i % 2);
        collect(&w);
        for (unsigned i = 1; i < w.n; i++)
            checked += check_service(&w, i);
        check_verdict(&w);
        world_free(&w);
    }
    MUST(checked > 0);
}
END_TEST

START_TEST(test_many_services)
{
    struct chance c = {.state = 0xabcdULL + (unsigned)_i * 104729U};
    struct world w;

    for (int round = 0; round < MANY_ROUNDS; round++) {
        world_make(&w, &c, 5 + chance_below(&c, MOST_SERVICES - 5), 1 + chance_below(&c, 4), _i % 2);
        collect(&w);
        for (unsigned i = 1; i < w.n; i++)
            check_service(&w, i);
        check_verdict(&w);
        world_free(&w);
    }
}
END_TEST

/* --- hidden services --- */

static bool first_claims_alone(void *ctx, const struct small_packet *p)
{
    const struct small_service *const *pair = ctx;

    return claims(pair[0], p) && !claims(pair[1], p);
}

/* "'sA' marks nothing that 'sB' does not mark as well" is told only where it is so. */
START_TEST(test_hidden_is_true)
{
    struct chance c = {.state = 0x71dde2ULL + (unsigned)_i * 31337U};
    struct world w;

    for (int round = 0; round < FEW_ROUNDS; round++) {
        world_make(&w, &c, 2 + chance_below(&c, 6), 2, true);
        for (size_t i = 0; i < w.made.diag.n; i++) {
            const char *text = w.made.diag.at[i].text;
            unsigned hidden, by, mark;

            if (sscanf(text, "service 's%u' marks nothing that service 's%u' does not mark %u as well",
                       &hidden, &by, &mark) != 3)
                continue;
            const struct small_service *pair[] = {&w.services[hidden], &w.services[by]};
            MUST(w.made.diag.at[i].severity == SEVERITY_WARNING);
            MUST(hidden != by && same_mark(pair[0], pair[1]) && mark == pair[0]->mark);
            if (some_packet(first_claims_alone, pair))
                ck_abort_msg("%s\nis not true of\n%s", text, buf_text(&w.text));
        }
        world_free(&w);
    }
}
END_TEST

struct walk {
    const struct world *w;
    unsigned left_out; /* bit i: service i is */
};

/* With the MAC address that some exclude, and with another. */
static bool ends_with_another_mark(void *ctx, const struct small_packet *p)
{
    const struct walk *walk = ctx;
    unsigned with = 0, without = 0;

    for (unsigned i = 0; i < 2 * walk->w->n; i++) {
        const struct small_service *s = &walk->w->services[i % walk->w->n];

        if (i == walk->w->n && with != without)
            return true;
        if (i == walk->w->n)
            with = without = 0;
        if (!claims(s, p) || (i < walk->w->n && s->exclude_mac))
            continue;
        with = (with & ~mask_of(s)) | s->mark;
        if (!(walk->left_out >> i % walk->w->n & 1))
            without = (without & ~mask_of(s)) | s->mark;
    }
    return with != without;
}

/* Where nothing else is wrong, all hidden services can go together and no packet ends with another mark. */
START_TEST(test_hidden_can_go)
{
    struct chance c = {.state = 0x60ULL + (unsigned)_i * 65537U};
    unsigned seen = 0;
    struct world w;

    for (int round = 0; round < 3 * FEW_ROUNDS; round++) {
        world_make(&w, &c, 2 + chance_below(&c, 3), 2, true);
        struct walk walk = {.w = &w};

        for (size_t i = 0; i < w.made.diag.n; i++) {
            unsigned hidden;

            if (strstr(w.made.diag.at[i].text, "marks nothing") &&
                sscanf(w.made.diag.at[i].text, "service 's%u'", &hidden) == 1 && hidden < w.n)
                walk.left_out |= 1U << hidden;
        }
        if (walk.left_out && diag_errors(&w.made.diag) == 0) {
            seen++;
            if (some_packet(ends_with_another_mark, &walk))
                ck_abort_msg("the hidden services make a difference:\n%s\n%s", buf_text(&w.text),
                             buf_text(&w.made.printed));
        }
        world_free(&w);
    }
    MUST(seen > 0);
}
END_TEST

/* Whoever marks what another service of the mark excludes is told of, and nobody else. */
START_TEST(test_defied)
{
    struct chance c = {.state = 0xdef1edULL + (unsigned)_i * 131071U};
    unsigned seen = 0;
    struct world w;

    for (int round = 0; round < 5 * FEW_ROUNDS; round++) {
        world_make(&w, &c, 2 + chance_below(&c, 3), 2, true);
        unsigned told = 0, wanted = 0;

        for (size_t i = 0; i < w.made.diag.n; i++) {
            unsigned s;

            if (strstr(w.made.diag.at[i].text, " excludes for packets that both claim") &&
                sscanf(w.made.diag.at[i].text, "service 's%u'", &s) == 1)
                told |= 1U << s;
        }
        for (unsigned s = 0; s < w.n; s++)
            for (unsigned i = 0; i < w.n; i++) {
                const struct small_service *pair[] = {&w.services[s], &w.services[i]};

                if (!pair[0]->exclude_mac && pair[1]->exclude_mac && same_mark(pair[0], pair[1]) &&
                    some_packet(both_claim, pair))
                    wanted |= 1U << s;
            }
        if (told != wanted)
            ck_abort_msg("of %x is told, not of %x:\n%s\n%s", told, wanted, buf_text(&w.text),
                         buf_text(&w.made.printed));
        seen += wanted != 0;
        world_free(&w);
    }
    MUST(seen > 0);
}
END_TEST

static Suite *lint_overlap_suite(void)
{
    Suite *s = suite_create("lint_overlap");
    TCase *t = new_case(s, "all small packets");

    tcase_add_loop_test(t, test_few_services, 0, 60);
    tcase_add_loop_test(t, test_many_services, 0, 10);
    tcase_add_loop_test(t, test_hidden_is_true, 0, 20);
    tcase_add_loop_test(t, test_hidden_can_go, 0, 20);
    tcase_add_loop_test(t, test_defied, 0, 20);
    return s;
}

int main(void)
{
    return run_suite(lint_overlap_suite());
}
