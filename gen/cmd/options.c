/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lbgen/options.h"

enum {
    OPT_FORMAT = 256,
    OPT_MERGE,
    OPT_TEMPLATES,
    OPT_NO_SYSTEM_TEMPLATES,
    OPT_WARNINGS,
    OPT_COLOR,
    OPT_HELP,
    OPT_VERSION
};

static const struct option long_options[] = {
    {"ipv4", no_argument, NULL, '4'},
    {"ipv6", no_argument, NULL, '6'},
    {"output", required_argument, NULL, 'o'},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"merge", required_argument, NULL, OPT_MERGE},
    {"templates", required_argument, NULL, OPT_TEMPLATES},
    {"no-system-templates", no_argument, NULL, OPT_NO_SYSTEM_TEMPLATES},
    {"warnings", required_argument, NULL, OPT_WARNINGS},
    {"color", optional_argument, NULL, OPT_COLOR},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static const char help[] =
    "Usage: lbgen [OPTION]... FILE...\n"
    "Print the iptables rules that mark a Linux Virtual Server's packets and accept VRRP, as services.ini "
    "asks for\n"
    "them. FILE - is standard input; several files are read in order as one.\n"
    "\n"
    "  -4, --ipv4                 print the IPv4 rules (default)\n"
    "  -6, --ipv6                 print the IPv6 rules\n"
    "  -o, --output=FILE          write FILE, whole or not at all, instead of standard output\n"
    "      --merge=FILE           print the iptables-save file FILE with lbgen's part brought up to date\n"
    "      --format=save          the form of the output: what iptables-save prints (default)\n"
    "      --templates=DIR        look for templates in DIR first\n"
    "      --no-system-templates  leave /etc/lbgen/templates out\n"
    "      --warnings=error       take warnings as errors\n"
    "      --color=WHEN           color the findings: auto (default), always or never\n"
    "      --help                 print this\n"
    "      --version              print the version\n"
    "\n"
    "Examples:\n"
    "  lbgen services.ini > /etc/sysconfig/iptables\n"
    "  lbgen -6 -o /etc/sysconfig/ip6tables services.ini\n"
    "  lbgen services.ini | diff -u expected.rules -\n"
    "\n"
    "Exit status: 0 good, 2 bad usage or bad input, 3 the system refused (a file, the output).\n";

void options_help(void)
{
    fputs(help, stdout);
}

void options_usage(void)
{
    fputs("Usage: lbgen [OPTION]... FILE...\n"
          "Try 'lbgen services.ini' to print a rule set, 'lbgen --help' for all options.\n",
          stderr);
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

static bool set_family(struct options *o, enum family family)
{
    if (o->family_given && o->family != family) {
        fputs("lbgen: -4 and -6 exclude each other: kernel tables and boot files are two\n", stderr);
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

static bool set_option(struct options *o, int option)
{
    static const char *const formats[] = {"save"}, *const warnings[] = {"error"};

    switch (option) {
    case '4': return set_family(o, IPV4);
    case '6': return set_family(o, IPV6);
    case 'o': o->output = optarg; return true;
    case OPT_FORMAT: return choice("format", optarg, formats, 1) >= 0;
    case OPT_MERGE: o->merge = optarg; return true;
    case OPT_TEMPLATES: o->templates = optarg; return true;
    case OPT_NO_SYSTEM_TEMPLATES: o->no_system_templates = true; return true;
    case OPT_WARNINGS: o->warnings_are_errors = true; return choice("warnings", optarg, warnings, 1) >= 0;
    case OPT_COLOR: return set_color(o, optarg);
    case OPT_HELP: o->help = true; return true;
    case OPT_VERSION: o->version = true; return true;
    default: return false; /* getopt_long has said what is wrong */
    }
}

/* Standard input can be read once; a second reading would find it empty. */
static bool stdin_once(const struct options *o)
{
    int n = o->merge && strcmp(o->merge, "-") == 0;

    for (int i = 0; i < o->n_inputs; i++)
        n += strcmp(o->inputs[i], "-") == 0;
    if (n > 1)
        fputs("lbgen: standard input (-) is named more than once\n", stderr);
    return n <= 1;
}

bool options_parse(int argc, char **argv, struct options *out)
{
    static char name[] = "lbgen";
    int option;

    *out = (struct options){0};
    if (argc > 0)
        argv[0] = name; /* what getopt_long puts in front of its sentences */
    while ((option = getopt_long(argc, argv, "46o:", long_options, NULL)) != -1)
        if (!set_option(out, option)) {
            fputs("Try 'lbgen --help'.\n", stderr);
            return false;
        }
    out->inputs = argv + optind;
    out->n_inputs = argc - optind;
    return stdin_once(out);
}
