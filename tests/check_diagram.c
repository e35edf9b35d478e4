/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/diagram.h"

#include "check_util.h"

enum { A, B, C, MAX = 255 };

static dnode yes_no(struct diagram *d, uint32_t axis, unsigned low, unsigned high)
{
    return diagram_range(d, axis, low, high, MAX, DNODE_TRUE, DNODE_FALSE);
}

/* What the function says of a packet of three values. */
static dnode at(const struct diagram *d, dnode n, const unsigned *values)
{
    while (diagram_body(d, n)->axis != AXIS_LEAF) {
        const struct dnode_body *b = diagram_body(d, n);
        uint32_t i = b->n - 1;

        while (b->from[i] > values[b->axis])
            i--;
        n = b->to[i];
    }
    return n;
}

START_TEST(test_equal_functions_are_one_node)
{
    struct diagram d;

    diagram_init(&d, 100000);
    dnode halves = diagram_if(&d, yes_no(&d, A, 0, 9), DNODE_TRUE, yes_no(&d, A, 10, 19));
    ck_assert_uint_eq(halves, yes_no(&d, A, 0, 19));
    ck_assert_uint_eq(yes_no(&d, A, 0, MAX), DNODE_TRUE);
    dnode a = yes_no(&d, A, 5, 7), b = yes_no(&d, B, 1, 2);
    dnode one = diagram_if(&d, a, b, DNODE_FALSE), other = diagram_if(&d, b, a, DNODE_FALSE);
    ck_assert_uint_eq(one, other);
    ck_assert_uint_eq(diagram_if(&d, a, DNODE_TRUE, DNODE_TRUE), DNODE_TRUE);
    diagram_free(&d);
}
END_TEST

START_TEST(test_parts_out_of_order)
{
    struct diagram d;

    diagram_init(&d, 100000);
    dnode a = yes_no(&d, A, 5, 7), b = yes_no(&d, B, 1, 2);
    size_t begin = diagram_begin(&d); /* for B, with parts that ask for A and for B again */
    diagram_part(&d, 0, a);
    diagram_part(&d, 2, b);
    diagram_part(&d, 9, DNODE_TRUE);
    dnode n = diagram_end(&d, begin, B);
    for (unsigned i = 0; i < 12; i++)
        for (unsigned k = 0; k < 12; k++) {
            bool wanted = k < 2 ? i >= 5 && i <= 7 : k < 9 ? k <= 2 : true;

            ck_assert_uint_eq(at(&d, n, (unsigned[]){i, k, 0}), wanted ? DNODE_TRUE : DNODE_FALSE);
        }
    begin = diagram_begin(&d); /* for A again: only what lies in the interval is left */
    diagram_part(&d, 0, a);
    diagram_part(&d, 6, DNODE_FALSE);
    ck_assert_uint_eq(diagram_end(&d, begin, A), yes_no(&d, A, 5, 5));
    diagram_free(&d);
}
END_TEST

/* Functions by chance beside tables of what they say. */
START_TEST(test_if_by_chance)
{
    struct chance c = {.state = 77U + (uint64_t)_i};
    struct diagram d;
    dnode nodes[40];
    static uint8_t say[40][8][8][8];

    diagram_init(&d, 10000000);
    for (int n = 0; n < 40; n++) {
        uint32_t axis = chance_below(&c, 3);
        unsigned low = chance_below(&c, 8), high = low + chance_below(&c, 8 - low);
        int x = n > 9 ? (int)chance_below(&c, (uint32_t)n) : 0,
            y = n > 9 ? (int)chance_below(&c, (uint32_t)n) : 0,
            z = n > 9 ? (int)chance_below(&c, (uint32_t)n) : 0;

        nodes[n] = n > 9 ? diagram_if(&d, nodes[x], nodes[y], nodes[z]) : yes_no(&d, axis, low, high);
        for (unsigned i = 0; i < 512; i++) {
            unsigned v[] = {i & 7, i >> 3 & 7, i >> 6};
            uint8_t *to = &say[n][v[0]][v[1]][v[2]];

            *to = n <= 9 ? v[axis] >= low && v[axis] <= high
                         : (say[x][v[0]][v[1]][v[2]] ? say[y] : say[z])[v[0]][v[1]][v[2]];
            MUST(at(&d, nodes[n], v) == (*to ? DNODE_TRUE : DNODE_FALSE));
            dnode fixed = diagram_fix(&d, nodes[n], B, v[1]);
            MUST(at(&d, fixed, (unsigned[]){v[0], 7 - v[1], v[2]}) == (*to ? DNODE_TRUE : DNODE_FALSE));
        }
        for (int k = 0; k < n; k++) /* up to 7: all that the tables know */
            if (memcmp(say[n], say[k], sizeof say[n]) != 0)
                MUST(nodes[n] != nodes[k]);
    }
    diagram_free(&d);
}
END_TEST

START_TEST(test_exhaustion)
{
    struct diagram d;
    dnode all = DNODE_FALSE;

    diagram_init(&d, 1000);
    for (unsigned i = 0; i < 200; i++)
        all = diagram_if(&d, yes_no(&d, i % 3, i, i), DNODE_TRUE, all);
    ck_assert(d.exhausted);
    diagram_free(&d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diagram");
    TCase *tcase = new_case(suite, "diagram");

    tcase_add_test(tcase, test_equal_functions_are_one_node);
    tcase_add_test(tcase, test_parts_out_of_order);
    tcase_add_loop_test(tcase, test_if_by_chance, 0, 4);
    tcase_add_test(tcase, test_exhaustion);
    return run_suite(suite);
}
