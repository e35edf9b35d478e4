/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words: what the program knows by name, from its own tables, one a line: options, formats, kinds of import,
 * templates, keys of the input file, exit statuses. tests/manual holds manuals and completions against it. */
/* Its table is nobody else's. NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "../../gen/cmd/options.c"

#include "lbgen/section_keys.h"
#include "lbgen/service.h"
#include "lbgen/template.h"

static void print_options(void)
{
    static const char *const arity[] = {
        [no_argument] = "none", [required_argument] = "required", [optional_argument] = "optional"};

    for (const struct option *o = long_options; o->name; o++) {
        printf("option --%s %s\n", o->name, arity[o->has_arg]);
        if (o->val < OPT_FORMAT)
            printf("option -%c %s\n", o->val, arity[o->has_arg]);
    }
}

static void print_keys(const char *section, const char *const *keys)
{
    for (; *keys; keys++)
        printf("key %s %s\n", section, *keys);
}

static void print_service_keys(void)
{
    for (int k = 0; k < SERVICE_KEYS; k++) {
        printf("key service %s\n", service_key_name((enum service_key)k));
        if (k != KEY_VIP)
            printf("key template %s\n", service_key_name((enum service_key)k));
    }
}

int main(void)
{
    print_options();
    puts("format save");
    for (const struct format *const *f = formats; *f; f++)
        printf("format %s\n", (*f)->name);
    for (int k = 0; k < IMPORT_KINDS; k++)
        printf("import %s\n", import_ops[k].name);
    for (const struct shipped_template *t = shipped_templates; t->name; t++)
        printf("template %s\n", t->name);
    print_keys("vrrp", vrrp_keys);
    print_keys("lbgen", settings_keys);
    print_keys("rules", rules_keys);
    print_keys("expect", expect_keys);
    print_service_keys();
    for (int s = EXIT_GOOD; s <= EXIT_UNDO_FAILED; s++)
        printf("status %d\n", s);
    return 0;
}
