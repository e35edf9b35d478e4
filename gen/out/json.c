/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --format=json: the input and its rules, for programs. */
#include "lbgen/format.h"
#include "lbgen/json_config.h"
#include "lbgen/json_rules.h"
#include "lbgen/json_values.h"

static void put_family(struct json_stream *s, const struct format_job *job, enum family family)
{
    struct json_rules rules;
    const struct rule_sink sink = json_rules_sink(&rules, s, family);

    json_open_object(s, json_family(family));
    json_open_array(s, "tables");
    compile(job->config, &job->host[family], family, &sink);
    json_close(s);
    json_close(s);
    json_rules_free(&rules);
}

static void write_json(const struct format_job *job, struct buf *out)
{
    struct json_stream s;

    json_begin(&s, out, "configuration");
    json_config(&s, job->config);
    json_open_object(&s, "rules");
    for (int f = 0; f < FAMILIES; f++)
        if (job->wants[f])
            put_family(&s, job, (enum family)f);
    json_close(&s);
    json_end(&s);
}

const struct format json_format = {.name = "json", .write = write_json};
