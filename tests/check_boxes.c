/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/boxes.h"

#include "check_util.h"

enum { MOST = 300 };

/* How often each pair of the present round was told of: by the smaller index first. */
static unsigned char told[MOST][MOST];
static const struct box *round_boxes;
static size_t round_n;

static void tell(void *ctx, const struct box *a, const struct box *b)
{
    size_t i = (size_t)(a - round_boxes), j = (size_t)(b - round_boxes);

    MUST(i < round_n);
    MUST(j < round_n);
    MUST(i != j);
    ++*(size_t *)ctx;
    ++told[i < j ? i : j][i < j ? j : i];
}

static bool share_a_point(const struct box *a, const struct box *b)
{
    for (int axis = 0; axis < BOX_AXES; axis++)
        if (a->high[axis] < b->low[axis] || b->high[axis] < a->low[axis])
            return false;
    return true;
}

/* Every pair that overlaps once, no other pair, nothing moved. */
static void check_round(const struct box *boxes, size_t n, unsigned round)
{
    struct box *before = malloc((n ? n : 1) * sizeof *before);
    size_t calls = 0, expected = 0;

    MUST(before);
    memcpy(before, boxes, n * sizeof *boxes);
    for (size_t i = 0; i < n; i++)
        memset(told[i], 0, n);
    round_boxes = boxes;
    round_n = n;
    boxes_overlapping(boxes, n, tell, &calls);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            unsigned want = share_a_point(&boxes[i], &boxes[j]);

            expected += want;
            if (told[i][j] != want)
                ck_abort_msg("round %u, %zu boxes: pair %zu %zu told %u times instead of %u", round, n, i, j,
                             told[i][j], want);
        }
    MUST(calls == expected);
    MUST(memcmp(before, boxes, n * sizeof *boxes) == 0);
    free(before);
}

/* Ways to choose an interval, given the one of an earlier box on this axis. */
enum way {
    SMALL,      /* within 0..15 */
    TINY,       /* within 0..3 */
    HUGE_ONE,   /* anywhere in 32 bits */
    POINT,      /* one number */
    ALL,        /* the whole axis */
    AT_TOP,     /* ends at 2^32-1 or close to it */
    THE_SAME,   /* as the earlier one */
    NESTED,     /* inside the earlier one */
    TOUCHING,   /* begins where the earlier one ends */
    NEXT_TO_IT, /* begins behind where it ends */
    WAYS
};

static void interval(struct chance *c, enum way way, const struct box *other, struct box *box, int axis)
{
    uint32_t low = 0, high = UINT32_MAX, a = chance_bits(c), b = chance_bits(c);
    uint32_t from = other->low[axis], to = other->high[axis];

    switch (way) {
    case SMALL: low = a & 15, high = low + (b & 7); break;
    case TINY: low = a & 3, high = low + (b & 1); break;
    case HUGE_ONE: low = a < b ? a : b, high = a < b ? b : a; break;
    case POINT: low = high = chance_one_in(c, 2) ? a & 15 : a; break;
    case AT_TOP: high = UINT32_MAX - (a & 3), low = high - (b & 7); break;
    case THE_SAME: low = from, high = to; break;
    case NESTED:
        low = from + (to > from ? a % (to - from) : 0), high = low + (to > low ? b % (to - low) : 0);
        break;
    case TOUCHING: low = to, high = to > UINT32_MAX - 8 ? UINT32_MAX : to + (b & 7); break;
    case NEXT_TO_IT:
        low = to == UINT32_MAX ? to : to + 1, high = low > UINT32_MAX - 8 ? low : low + (b & 7);
        break;
    case ALL:
    case WAYS: break;
    }
    box->low[axis] = low;
    box->high[axis] = high;
}

/* `ways`: a set of enum way that the round draws from. */
static void fill(struct chance *c, struct box *boxes, size_t n, unsigned ways)
{
    static const struct box zero = {.low = {0}};

    for (size_t i = 0; i < n; i++) {
        const struct box *other = i ? &boxes[chance_below(c, (uint32_t)i)] : &zero;
        bool copy = i && (ways >> THE_SAME & 1) && chance_one_in(c, 4);

        boxes[i] = (struct box){.owner = chance_below(c, 8), .tag = (uint32_t)i};
        for (int axis = 0; axis < BOX_AXES; axis++) {
            enum way way;

            do
                way = (enum way)chance_below(c, WAYS);
            while (!(ways >> way & 1));
            interval(c, copy ? THE_SAME : way, other, &boxes[i], axis);
        }
    }
}

enum { ROUNDS = 200 };

/* Each loop draws from another mixture of ways. */
START_TEST(test_random_boxes)
{
    struct chance c = {.state = 0x5eed0000U + (unsigned)_i};
    struct box boxes[MOST];

    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned ways = 0;
        size_t n = chance_one_in(&c, 8) ? MOST - chance_below(&c, 10) : chance_below(&c, 60);

        if (_i < WAYS)
            ways = 1U << _i;
        else
            while (!ways)
                ways = chance_bits(&c) & chance_bits(&c) & ((1U << WAYS) - 1);
        fill(&c, boxes, n, ways);
        check_round(boxes, n, round);
    }
}
END_TEST

/* Every small set of corners, on one axis: n intervals within 0..3. */
START_TEST(test_all_small_sets)
{
    static const uint32_t ends[][2] = {{0, 0}, {0, 1}, {0, 3}, {1, 1},
                                       {1, 2}, {2, 3}, {3, 3}, {0, UINT32_MAX}};
    struct box boxes[16];

    for (unsigned code = 0; code < 8 * 8 * 8 * 8; code++) {
        /* Four boxes by the code, each four times: more than are compared one by one. */
        for (unsigned i = 0; i < 16; i++) {
            unsigned kind = code >> i % 4 * 3 & 7;

            boxes[i] = (struct box){.high = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}};
            boxes[i].low[_i] = ends[kind][0];
            boxes[i].high[_i] = ends[kind][1];
        }
        check_round(boxes, 16, code);
    }
}
END_TEST

static void must_not_come(void *ctx, const struct box *a, const struct box *b)
{
    (void)ctx;
    ck_abort_msg("pair of %u and %u", a->tag, b->tag);
}

START_TEST(test_none_and_one)
{
    const struct box one = {.high = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}};

    boxes_overlapping(NULL, 0, must_not_come, NULL);
    boxes_overlapping(&one, 0, must_not_come, NULL);
    boxes_overlapping(&one, 1, must_not_come, NULL);
}
END_TEST

/* Boxes that miss each other by one number on one axis alone. */
START_TEST(test_near_misses)
{
    struct box boxes[64];

    for (unsigned i = 0; i < 64; i++) {
        boxes[i] = (struct box){.high = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}, .tag = i};
        boxes[i].low[_i] = i * 10;
        boxes[i].high[_i] = i * 10 + 9;
    }
    boxes_overlapping(boxes, 64, must_not_come, NULL);
    boxes[20].high[_i] += 1; /* and now two of them meet */
    check_round(boxes, 64, 0);
}
END_TEST

/* Many disjoint boxes, in orders that make naive cuts slow: done in far less than n^2 = 2.5e9 looks. */
enum { MANY = 50000 };

static uint32_t in_order(unsigned order, uint32_t i)
{
    switch (order) {
    case 0: return i;
    case 1: return MANY - 1 - i;
    case 2: return i % 2 ? i : MANY - i - (MANY % 2);         /* from both ends */
    case 3: return i < MANY / 2 ? i * 2 : (MANY - i) * 2 - 1; /* up, then down */
    default: return (uint32_t)((uint64_t)i * 7919 % MANY);
    }
}

START_TEST(test_many)
{
    struct box *boxes = malloc(MANY * sizeof *boxes);
    unsigned order = (unsigned)_i % 5, axis = (unsigned)_i / 5;

    ck_assert_ptr_nonnull(boxes);
    for (uint32_t i = 0; i < MANY; i++) {
        boxes[i] = (struct box){.high = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}, .tag = i};
        boxes[i].low[axis] = boxes[i].high[axis] = in_order(order, i);
    }
    boxes_overlapping(boxes, MANY, must_not_come, NULL);
    free(boxes);
}
END_TEST

static Suite *boxes_suite(void)
{
    Suite *s = suite_create("boxes");
    TCase *t = new_case(s, "boxes");

    tcase_add_test(t, test_none_and_one);
    tcase_add_loop_test(t, test_near_misses, 0, BOX_AXES);
    tcase_add_loop_test(t, test_all_small_sets, 0, BOX_AXES);
    tcase_add_loop_test(t, test_random_boxes, 0, 40);
    tcase_add_loop_test(t, test_many, 0, 5 * BOX_AXES);
    return s;
}

int main(void)
{
    return run_suite(boxes_suite());
}
