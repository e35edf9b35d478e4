/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lbgen/check_report.h"

static void put_check(void *result, struct json_stream *s)
{
    static const char *const words[] = {
        [SCRATCH_GOOD] = "accepted", [SCRATCH_REFUSED] = "refused", [SCRATCH_UNAVAILABLE] = "not tried"};
    const struct check_report *r = result;

    json_open_array(s, "expectations");
    for (size_t i = 0; i < r->expects->n && r->passed; i++) {
        json_t *value = json_object();

        json_set(value, "name", json_words(r->expects->at[i].name));
        json_set(value, "passed", json_boolean(r->passed[i]));
        json_put(s, NULL, value);
    }
    json_close(s);
    json_put(s, "kernel", json_words(words[r->kernel]));
}

const struct report_kind check_report_kind = {.name = "check", .json = put_check};
