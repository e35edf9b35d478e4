/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The written form: there and back, and damaged in every way that is cheap. */
#include "lbgen/undo.h"

#include "check_edit.h"

/* An undo with all that there is: payloads of any bytes, chains of all kinds, both families. */
static void make_undo(struct undo *undo)
{
    static const char binary[] = "a\0b\nend\nwent 1 2 3 4 5\n\xff\x80";
    static const uint64_t came[] = {0, UINT64_MAX, 0x123456789abcdef0};
    static const struct image_rule went[] = {
        {.key = 7,
         .jump = "ACCEPT",
         .payload = binary,
         .len = sizeof binary - 1,
         .packets = UINT64_MAX,
         .bytes = 9},
        {.key = UINT64_MAX, .jump = "", .payload = "", .len = 0, .tag = ""},
        {.key = 1, .jump = "lbgen.web", .payload = "\n", .len = 1, .tag = "web"},
    };
    static const struct undo_hunk hunks[] = {
        {.at = 3, .own_at = 2, .has_before = true, .before = 5, .came = came, .n_came = 3},
        {.at = SIZE_MAX, .has_after = true, .after = UINT64_MAX, .n_went = 3},
    };

    *undo = (struct undo){.form = PAYLOAD_ENTRY};
    struct undo_hunk *kept = arena_copy(&undo->mem, hunks, sizeof hunks);
    kept[1].went = arena_copy(&undo->mem, went, sizeof went);
    const struct undo_chain chains[] = {
        {.name = "PREROUTING",
         .kind = UNDO_STAYED,
         .policy_before = POLICY_ACCEPT,
         .policy = POLICY_DROP,
         .own_after = 0xabc,
         .at = kept,
         .n = 2},
        {.name = "lbgen-192.0.2.0/24", .kind = UNDO_MADE},
        {.name = "lbgen.web", .kind = UNDO_GONE, .at = kept + 1, .n = 1},
    };
    struct undo_chain *copy = arena_copy(&undo->mem, chains, sizeof chains);
    undo->of[IPV4][TABLE_MANGLE] = (struct undo_table){.at = copy, .n = 3, .own_before = UINT64_MAX};
    undo->of[IPV6][TABLE_SECURITY] = (struct undo_table){.at = copy + 1, .n = 2, .own_before = 1};
}

static void same_hunk(const struct undo_hunk *a, const struct undo_hunk *b)
{
    ck_assert_uint_eq(a->at, b->at);
    ck_assert_uint_eq(a->own_at, b->own_at);
    ck_assert(a->has_before == b->has_before && a->before == b->before);
    ck_assert(a->has_after == b->has_after && a->after == b->after);
    ck_assert_uint_eq(a->n_came, b->n_came);
    ck_assert_uint_eq(a->n_went, b->n_went);
    for (size_t i = 0; i < a->n_came; i++)
        ck_assert_uint_eq(a->came[i], b->came[i]);
    for (size_t i = 0; i < a->n_went; i++) {
        const struct image_rule *x = &a->went[i], *y = &b->went[i];

        ck_assert(x->key == y->key && x->packets == y->packets && x->bytes == y->bytes);
        ck_assert_str_eq(x->jump, y->jump);
        ck_assert_int_eq(x->tag != NULL, y->tag != NULL);
        ck_assert_uint_eq(x->len, y->len);
        ck_assert(x->len == 0 || memcmp(x->payload, y->payload, x->len) == 0);
    }
}

START_TEST(test_round_trip)
{
    struct undo undo, read;
    struct buf text = {0};
    size_t at = 0;

    make_undo(&undo);
    undo_print(&undo, &text);
    buf_str(&text, "what follows");
    char *exact = exact_copy(text.at, text.len);
    ck_assert(undo_read(&read, exact, text.len, &at));
    ck_assert_uint_eq(at, text.len - strlen("what follows"));
    free(exact);
    ck_assert_int_eq(read.form, PAYLOAD_ENTRY);
    for (int f = 0; f < FAMILIES; f++)
        for (int t = 0; t < TABLES; t++) {
            const struct undo_table *a = &undo.of[f][t], *b = &read.of[f][t];

            ck_assert_uint_eq(a->n, b->n);
            ck_assert_uint_eq(a->own_before, b->own_before);
            for (size_t c = 0; c < a->n; c++) {
                ck_assert_str_eq(a->at[c].name, b->at[c].name);
                ck_assert_int_eq(a->at[c].kind, b->at[c].kind);
                ck_assert_int_eq(a->at[c].policy_before, b->at[c].policy_before);
                ck_assert_int_eq(a->at[c].policy, b->at[c].policy);
                ck_assert_uint_eq(a->at[c].own_after, b->at[c].own_after);
                ck_assert_uint_eq(a->at[c].n, b->at[c].n);
                for (size_t h = 0; h < a->at[c].n; h++)
                    same_hunk(&a->at[c].at[h], &b->at[c].at[h]);
            }
        }
    undo_free(&undo);
    undo_free(&read);
    buf_free(&text);
}
END_TEST

START_TEST(test_empty)
{
    struct undo undo = {0}, read;
    struct buf text = {0};
    size_t at = 0;

    undo_print(&undo, &text);
    ck_assert_str_eq(buf_text(&text), "undo line\nend\n");
    ck_assert(undo_read(&read, text.at, text.len, &at));
    ck_assert(undo_is_empty(&read));
    ck_assert_int_eq(read.form, PAYLOAD_LINE);
    undo_free(&read);
    buf_free(&text);
}
END_TEST

/* Whether the text is taken; it must be freed in either case, and nothing read behind it. */
static bool is_read(const char *text, size_t len)
{
    char *exact = exact_copy(text, len);
    struct undo read;
    size_t at = 0;
    bool good = undo_read(&read, exact, len, &at);

    MUST(at <= len);
    MUST(good || undo_is_empty(&read));
    undo_free(&read);
    free(exact);
    return good;
}

START_TEST(test_cut)
{
    struct undo undo;
    struct buf text = {0};

    make_undo(&undo);
    undo_print(&undo, &text);
    for (size_t len = 0; len < text.len; len++)
        MUST(!is_read(text.at, len));
    MUST(is_read(text.at, text.len));
    undo_free(&undo);
    buf_free(&text);
}
END_TEST

/* One byte is another one, a piece is gone or there twice. What is read then may be anything. */
START_TEST(test_damaged)
{
    struct chance c = {20261125};
    struct undo undo;
    struct buf text = {0};

    make_undo(&undo);
    undo_print(&undo, &text);
    for (int i = 0; i < 4000; i++) {
        struct buf damaged = {0};
        size_t at = chance_below(&c, (uint32_t)text.len), n = chance_below(&c, 12);

        n = n < text.len - at ? n : text.len - at;
        buf_add(&damaged, text.at, at + (chance_one_in(&c, 3) ? n : 0));
        if (chance_one_in(&c, 2))
            buf_char(&damaged,
                     (char)(chance_one_in(&c, 2) ? '0' + chance_below(&c, 10) : chance_bits(&c) & 255));
        if (at + n < text.len)
            buf_add(&damaged, text.at + at + n, text.len - at - n);
        is_read(damaged.at, damaged.len);
        buf_free(&damaged);
    }
    undo_free(&undo);
    buf_free(&text);
}
END_TEST

#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define T   "undo line\ntable 0 1 1 5\n"

static const struct {
    const char *text;
    bool good;
} texts[] = {
    {"undo line\nend\n", true},
    {"undo lines\nend\n", false},
    {"undo\nend\n", false},
    {"line\nend\n", false},
    {"undo line\nend", false},
    {"undo line\n", false},
    {"undo line\nsomething\nend\n", false},
    {T "chain 0 1 1 0 0 INPUT\nend\n", true},
    {T "end\n", false},
    {T "chain 0 1 1 0 0 " X64 X64 X64 X64 "\nend\n", false},
    {T "chain 0 1 1 0 0 INPUT\nchain 0 1 1 0 0 OUTPUT\nend\n", false},
    {T "chain 3 1 1 0 0 INPUT\nend\n", false},
    {T "chain -1 1 1 0 0 INPUT\nend\n", false},
    {T "chain 0 3 1 0 0 INPUT\nend\n", false},
    {T "chain 0 1 -1 0 0 INPUT\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nend\n", false},
    {T "chain 0 1 1 0 99999999999999999999999 INPUT\nend\n", false},
    {T "chain 0 1 1 0 -1 INPUT\nend\n", false},
    {T "chain 0 1 1 0 0\nend\n", false},
    {"undo line\ntable 2 1 0 5\nend\n", false},
    {"undo line\ntable 0 5 0 5\nend\n", false},
    {"undo line\ntable -1 0 0 5\nend\n", false},
    {"undo line\ntable 0 0 4000000000 5\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 0 0\nend\n", true},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 0 0 0\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 2 0 0 0 0 0\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 1 ffffffffffffffff 0 0 0 0\nend\n", true},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 1 10000000000000000 0 0 0 0\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 1 fg 0 0 0 0\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 1 0\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 1 0\n0000000000000007\nend\n", true},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 1 0\n000000000000000x\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 1 0\n7\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 0 1\nwent 7 0 0 3 0 DROP\nabc\nend\n", true},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 0 1\nwent 7 0 0 2 0 DROP\nabc\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 0 1\nwent 7 0 0 4 0 DROP\nabc\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 0 1\nwent 7 0 0 4294967295 0 DROP\nabc\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 0 1\nwent 7 0 0 -1 0 DROP\nabc\nend\n", false},
    {T "chain 0 1 1 0 1 INPUT\nhunk 0 0 0 0 0 0 0 1\nwent 7 0 0 8 0 DROP\nabc\nend\n", false},
};

START_TEST(test_text)
{
    ck_assert_int_eq(is_read(texts[_i].text, strlen(texts[_i].text)), texts[_i].good);
}
END_TEST

static Suite *undo_text_suite(void)
{
    Suite *s = suite_create("undo_text");
    TCase *t = new_case(s, "undo_text");

    tcase_add_test(t, test_round_trip);
    tcase_add_test(t, test_empty);
    tcase_add_test(t, test_cut);
    tcase_add_test(t, test_damaged);
    tcase_add_loop_test(t, test_text, 0, N_OF(texts));
    return s;
}

int main(void)
{
    return run_suite(undo_text_suite());
}
