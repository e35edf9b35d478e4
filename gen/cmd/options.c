/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lbgen/number.h"
#include "lbgen/options.h"
#include "lbgen/xalloc.h"

enum { SECONDS_MAX = 86400, WAIT_DEFAULT_MS = 10000 };

enum {
    OPT_FORMAT = 256,
    OPT_FIREWALLD_ZONE,
    OPT_MERGE,
    OPT_TEMPLATES,
    OPT_NO_SYSTEM_TEMPLATES,
    OPT_WARNINGS,
    OPT_COLOR,
    OPT_COMMIT,
    OPT_RESTORE,
    OPT_REMOVE,
    OPT_ROLLBACK,
    OPT_CONFIRMED,
    OPT_DIFF,
    OPT_STATUS,
    OPT_CHECK,
    OPT_TRACE,
    OPT_COMPARE,
    OPT_IMPORT,
    OPT_INIT,
    OPT_IMPORT_AS,
    OPT_VIP,
    OPT_PORTS,
    OPT_FWMARK,
    OPT_KERNEL,
    OPT_KEEPALIVED,
    OPT_BACKEND,
    OPT_PERSIST,
    OPT_PERSIST6,
    OPT_NO_PERSIST,
    OPT_ADOPT,
    OPT_DRY_RUN,
    OPT_CONFIRM,
    OPT_WAIT,
    OPT_FORCE,
    OPT_AGAINST,
    OPT_TIMINGS,
    OPT_JSON,
    OPT_HELP,
    OPT_VERSION
};

static const struct option long_options[] = {
    {"ipv4", no_argument, NULL, '4'},
    {"ipv6", no_argument, NULL, '6'},
    {"output", required_argument, NULL, 'o'},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"firewalld-zone", required_argument, NULL, OPT_FIREWALLD_ZONE},
    {"merge", required_argument, NULL, OPT_MERGE},
    {"templates", required_argument, NULL, OPT_TEMPLATES},
    {"no-system-templates", no_argument, NULL, OPT_NO_SYSTEM_TEMPLATES},
    {"warnings", required_argument, NULL, OPT_WARNINGS},
    {"color", optional_argument, NULL, OPT_COLOR},
    {"commit", no_argument, NULL, OPT_COMMIT},
    {"restore", no_argument, NULL, OPT_RESTORE},
    {"remove", no_argument, NULL, OPT_REMOVE},
    {"rollback", no_argument, NULL, OPT_ROLLBACK},
    {"confirmed", no_argument, NULL, OPT_CONFIRMED},
    {"diff", no_argument, NULL, OPT_DIFF},
    {"status", no_argument, NULL, OPT_STATUS},
    {"check", no_argument, NULL, OPT_CHECK},
    {"trace", required_argument, NULL, OPT_TRACE},
    {"compare", no_argument, NULL, OPT_COMPARE},
    {"import", required_argument, NULL, OPT_IMPORT},
    {"import-as", required_argument, NULL, OPT_IMPORT_AS},
    {"init", optional_argument, NULL, OPT_INIT},
    {"vip", required_argument, NULL, OPT_VIP},
    {"ports", required_argument, NULL, OPT_PORTS},
    {"fwmark", required_argument, NULL, OPT_FWMARK},
    {"kernel", no_argument, NULL, OPT_KERNEL},
    {"keepalived", required_argument, NULL, OPT_KEEPALIVED},
    {"backend", required_argument, NULL, OPT_BACKEND},
    {"persist", required_argument, NULL, OPT_PERSIST},
    {"persist6", required_argument, NULL, OPT_PERSIST6},
    {"no-persist", no_argument, NULL, OPT_NO_PERSIST},
    {"adopt", no_argument, NULL, OPT_ADOPT},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"confirm", optional_argument, NULL, OPT_CONFIRM},
    {"wait", optional_argument, NULL, OPT_WAIT},
    {"force", no_argument, NULL, OPT_FORCE},
    {"against", required_argument, NULL, OPT_AGAINST},
    {"timings", no_argument, NULL, OPT_TIMINGS},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static const char *option_word(int value)
{
    const struct option *option = long_options;

    while (option->val != value)
        option++;
    return option->name;
}

/* One of the words that an option takes; the index, or -1 with a sentence on standard error. */
static int choice(const char *option, const char *value, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(words[i], value) == 0)
            return i;
    fprintf(stderr, "lbgen: unknown value '%s' for --%s; there is", value, option);
    for (int i = 0; i < n; i++)
        fprintf(stderr, "%s %s", i ? "," : "", words[i]);
    fputc('\n', stderr);
    return -1;
}

static bool set_format(struct options *o, const char *value)
{
    o->format = format_find(value);
    if (o->format || strcmp(value, "save") == 0)
        return true;
    fprintf(stderr, "lbgen: unknown value '%s' for --format; there is save", value);
    for (const struct format *const *f = formats; *f; f++)
        fprintf(stderr, ", %s", (*f)->name);
    fputc('\n', stderr);
    return false;
}

static bool set_family(struct options *o, enum family family)
{
    if (o->family_given && o->family != family) {
        fputs("lbgen: -4 and -6 exclude each other, since kernel tables and boot files are two: run lbgen "
              "for each\n",
              stderr);
        return false;
    }
    o->family_given = true;
    o->family = family;
    return true;
}

static bool set_color(struct options *o, const char *value)
{
    static const char *const words[] = {"auto", "always", "never"};
    int i = choice("color", value ? value : "always", words, 3);

    o->color = (enum color)(i < 0 ? 0 : i);
    return i >= 0;
}

/* A list of words, separated by commas. */
static bool set_warnings(struct options *o, const char *value)
{
    static const char *const words[] = {"error", "marks"};

    for (;;) {
        size_t len = strcspn(value, ",");
        char *word = xmemdup0(value, len);
        int i = choice("warnings", word, words, 2);

        free(word);
        o->warnings_are_errors |= i == 0;
        o->warn_of_marks |= i == 1;
        if (i < 0 || !value[len])
            return i >= 0;
        value += len + 1;
    }
}

/* The argument of an option that may stand once. */
static bool set_once(const char **to, const char *option, const char *what)
{
    if (*to)
        fprintf(stderr, "lbgen: --%s takes one %s; give it once\n", option, what);
    else
        *to = optarg;
    return *to == optarg;
}

static bool set_verb(struct options *o, int option)
{
    enum verb verb = (enum verb)(VERB_COMMIT + option - OPT_COMMIT);

    if (verb == VERB_TRACE && !set_once(&o->trace, "trace", "packet"))
        return false;
    if (verb == VERB_IMPORT && !set_once(&o->import, "import", "file"))
        return false;
    if (verb == VERB_INIT && optarg && !set_once(&o->init.template_name, "init", "template"))
        return false;

    if (o->verb != VERB_GENERATE && o->verb != verb) {
        fputs("lbgen: --commit, --restore, --remove, --rollback, --confirmed, --diff, --status, --check, "
              "--trace, --compare, --import and --init exclude each other\n",
              stderr);
        return false;
    }
    o->verb = verb;
    return true;
}

/* A whole number of seconds from 0 or 1 to a day. */
static bool set_seconds(const char *option, const char *value, uint32_t least, unsigned *out)
{
    uint32_t seconds;

    if (decimal_parse(value, strlen(value), &seconds) && seconds >= least && seconds <= SECONDS_MAX) {
        *out = seconds;
        return true;
    }
    fprintf(stderr, "lbgen: --%s takes a number of seconds from %u to %d, not '%s'\n", option, least,
            SECONDS_MAX, value);
    return false;
}

static bool set_backend(struct options *o)
{
    static const char *const words[] = {"auto", "legacy", "nft", "nftables"};
    int i = choice("backend", optarg, words, 4);

    o->backend = (enum backend_choice)(i < 0 ? 0 : i);
    return i >= 0;
}

/* Most likely an empty variable of a shell's. */
static bool set_path(const char **to, const char *option)
{
    if (!*optarg) {
        fprintf(stderr, "lbgen: --%s needs the name of a file; the one that is given is empty\n", option);
        return false;
    }
    *to = optarg;
    return true;
}

/* Options of the verbs that look at the kernel. */
static bool set_live_option(struct options *o, int option)
{
    unsigned seconds;

    if (option != '?' && option != ':')
        o->live_option = option_word(option);
    switch (option) {
    case OPT_BACKEND: return set_backend(o);
    case OPT_PERSIST: return set_path(&o->persist[IPV4], "persist");
    case OPT_PERSIST6: return set_path(&o->persist[IPV6], "persist6");
    case OPT_NO_PERSIST: o->no_persist = true; return true;
    case OPT_ADOPT: o->adopt = true; return true;
    case OPT_DRY_RUN: o->dry_run = true; return true;
    case OPT_FORCE: o->force = true; return true;
    case OPT_AGAINST: return set_path(&o->against, "against");
    case OPT_TIMINGS: o->timings = true; return true;
    case OPT_CONFIRM: return set_seconds("confirm", optarg ? optarg : "60", 1, &o->confirm);
    case OPT_WAIT:
        if (!set_seconds("wait", optarg ? optarg : "10", 0, &seconds))
            return false;
        o->wait_ms = seconds * 1000;
        return true;
    default: return false; /* getopt_long has said what is wrong */
    }
}

static bool set_import_as(struct options *o)
{
    const char *words[IMPORT_KINDS];

    for (int k = 0; k < IMPORT_KINDS; k++)
        words[k] = import_ops[k].name;
    int i = choice("import-as", optarg, words, IMPORT_KINDS);
    if (i >= 0)
        o->import_as = &import_ops[i];
    return i >= 0;
}

static bool add_vip(struct init_options *o)
{
    if (o->n_vips == INIT_VIPS_MAX) {
        fprintf(stderr, "lbgen: --vip is given more than %d times; each may have a list\n", INIT_VIPS_MAX);
        return false;
    }
    o->vips[o->n_vips++] = optarg;
    return true;
}

static bool set_option(struct options *o, int option)
{
    switch (option) {
    case '4': return set_family(o, IPV4);
    case '6': return set_family(o, IPV6);
    case 'o': o->output = optarg; return true;
    case OPT_FORMAT: return set_format(o, optarg);
    case OPT_FIREWALLD_ZONE: o->firewalld_zone = optarg; return true;
    case OPT_MERGE: return set_path(&o->merge, "merge");
    case OPT_TEMPLATES: return set_path(&o->templates, "templates");
    case OPT_NO_SYSTEM_TEMPLATES: o->no_system_templates = true; return true;
    case OPT_WARNINGS: return set_warnings(o, optarg);
    case OPT_COLOR: return set_color(o, optarg);
    case OPT_JSON: o->json = true; return true;
    case OPT_HELP: o->help = true; return true;
    case OPT_VERSION: o->version = true; return true;
    case OPT_COMMIT:
    case OPT_RESTORE:
    case OPT_REMOVE:
    case OPT_ROLLBACK:
    case OPT_CONFIRMED:
    case OPT_DIFF:
    case OPT_STATUS:
    case OPT_CHECK:
    case OPT_TRACE:
    case OPT_COMPARE:
    case OPT_IMPORT:
    case OPT_INIT: return set_verb(o, option);
    case OPT_VIP: return add_vip(&o->init);
    case OPT_PORTS: return set_once(&o->init.ports, "ports", "list");
    case OPT_FWMARK: return set_once(&o->init.fwmark, "fwmark", "mark");
    case OPT_IMPORT_AS: return set_import_as(o);
    case OPT_KERNEL: o->kernel = true; return true;
    case OPT_KEEPALIVED: return set_path(&o->keepalived, "keepalived");
    default: return set_live_option(o, option);
    }
}

__attribute__((format(printf, 1, 2))) static bool say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("lbgen: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return false;
}

/* The option that makes it this verb. */
static const char *verb_word(const struct options *o)
{
    return option_word(OPT_COMMIT + (int)o->verb - VERB_COMMIT);
}

static bool looks_only(const struct options *o)
{
    return o->verb == VERB_CHECK || o->verb == VERB_TRACE || o->verb == VERB_COMPARE ||
           o->verb == VERB_IMPORT || o->verb == VERB_INIT;
}

/* An option that makes no sense where nothing is touched; NULL: none. */
static const char *changing_option(const struct options *o)
{
    const struct {
        bool given;
        int value;
    } all[] = {{o->persist[IPV4], OPT_PERSIST}, {o->persist[IPV6], OPT_PERSIST6},
               {o->no_persist, OPT_NO_PERSIST}, {o->adopt, OPT_ADOPT},
               {o->dry_run, OPT_DRY_RUN},       {o->force, OPT_FORCE},
               {o->confirm, OPT_CONFIRM}};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].given)
            return option_word(all[i].value);
    return NULL;
}

static bool has_report(const struct options *o)
{
    return o->verb == VERB_CHECK || o->verb == VERB_TRACE || o->verb == VERB_COMPARE ||
           o->verb == VERB_DIFF || o->verb == VERB_STATUS;
}

/* What goes with what. */
static bool fits_together(const struct options *o)
{
    if (o->json && !has_report(o))
        return say("--json goes with --check, --trace, --compare, --diff or --status; --format=json prints "
                   "the input and its rules");
    if (o->kernel && o->verb != VERB_CHECK)
        return say("--kernel goes with --check");
    if (o->keepalived && o->verb != VERB_CHECK && o->verb != VERB_INIT)
        return say("--keepalived goes with --check or --init");
    if ((o->init.n_vips || o->init.ports || o->init.fwmark) && o->verb != VERB_INIT)
        return say("--vip, --ports and --fwmark go with --init; elsewhere the input file has them");
    if (o->import_as && o->verb != VERB_IMPORT)
        return say("--import-as goes with --import");
    if (o->format && o->verb != VERB_GENERATE)
        return say("--format is for printing: leave it or --%s out", verb_word(o));
    if (o->merge && o->format)
        return say("--merge is for iptables-save's form: leave --format out");
    if (o->firewalld_zone && !(o->format && strcmp(o->format->name, "firewalld") == 0))
        return say("--firewalld-zone goes with --format=firewalld");
    const char *stray = o->verb == VERB_GENERATE ? o->live_option : looks_only(o) ? changing_option(o) : NULL;
    if (stray)
        return say("--%s goes with --commit, --restore, --remove, --rollback, --diff or --status", stray);
    if (o->verb == VERB_GENERATE)
        return true;
    if (o->family_given && !o->against && o->verb >= VERB_COMMIT && o->verb <= VERB_STATUS)
        return say(
            "-4 and -6 are for printing and for --diff --against: tables of both families are looked at");
    if (o->no_persist && (o->persist[IPV4] || o->persist[IPV6]))
        return say("--no-persist leaves the boot files alone: give no --persist or --persist6 beside it");
    if ((o->output && o->verb != VERB_IMPORT && o->verb != VERB_INIT) || o->merge)
        return say("-o and --merge are for printing; --commit puts the rules into the boot file itself");
    if (o->against && o->verb != VERB_DIFF && o->verb != VERB_TRACE)
        return say("--against goes with --diff or --trace");
    if (o->verb == VERB_TRACE && !o->n_inputs && !o->against)
        return say("--trace needs rules to walk through: an input file, or --against=SAVED");
    if (o->verb == VERB_COMPARE && o->n_inputs != 2)
        return say("--compare takes two files, the old and the new one");
    if (o->init.template_name && o->init.ports)
        return say("--init=TEMPLATE brings ports of its own: leave it or --ports out");
    if (o->n_inputs && o->verb == VERB_INIT)
        return say("--init takes no input file; the template is written --init=TEMPLATE, the file to write "
                   "-o FILE");
    if (o->n_inputs && (o->verb == VERB_RESTORE || o->verb == VERB_REMOVE || o->verb == VERB_ROLLBACK ||
                        o->verb == VERB_CONFIRMED || o->verb == VERB_IMPORT))
        return say("--%s takes no input file", verb_word(o));
    return true;
}

/* Standard input can be read once; a second reading would find it empty. */
static bool stdin_once(const struct options *o)
{
    int n = (o->merge && strcmp(o->merge, "-") == 0) || (o->against && strcmp(o->against, "-") == 0);

    n += o->keepalived && strcmp(o->keepalived, "-") == 0;
    n += o->import && strcmp(o->import, "-") == 0;
    for (int i = 0; i < o->n_inputs; i++)
        n += strcmp(o->inputs[i], "-") == 0;
    if (n > 1)
        fputs("lbgen: standard input (-) is named more than once, but can be read once: name a file\n",
              stderr);
    return n <= 1;
}

/* getopt_long takes abbreviations. What changes rules is written out, so that no slip of the hand, and no
 * option of a later version, does it. */
static bool is_written_out(int option, const char *word)
{
    if (option < OPT_COMMIT || option > OPT_CONFIRMED || strcmp(word + 2, option_word(option)) == 0)
        return true;
    return say("write --%s in full, not %s: it changes rules", option_word(option), word);
}

bool options_parse(int argc, char **argv, struct options *out)
{
    static char name[] = "lbgen";
    int option;

    *out = (struct options){.wait_ms = WAIT_DEFAULT_MS};
    if (argc > 0)
        argv[0] = name; /* what getopt_long puts in front of its sentences */
    while ((option = getopt_long(argc, argv, "46o:", long_options, NULL)) != -1)
        if (!is_written_out(option, argv[optind - 1]) || !set_option(out, option)) {
            fputs("Try 'lbgen --help'.\n", stderr);
            return false;
        }
    out->inputs = argv + optind;
    out->n_inputs = argc - optind;
    if (out->verb == VERB_REMOVE && out->format && out->format->can_remove) {
        out->verb = VERB_GENERATE;
        out->format_remove = true;
    }
    return (out->help || out->version) || (fits_together(out) && stdin_once(out));
}
