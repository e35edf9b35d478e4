/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lbgen/import_ka.h"
#include "lbgen/number.h"

const char *import_ka_word(const struct ka_line *line, uint32_t i)
{
    const struct ka_word *w = ka_line_word(line, i);

    return w && !w->unknown ? w->text : "";
}

bool import_ka_number(const struct ka_line *line, uint32_t i, uint32_t *out)
{
    const char *text = import_ka_word(line, i);

    while (text[0] == '0' && text[1])
        text++;
    return decimal_parse(text, strlen(text), out);
}

bool import_ka_port(const struct ka_line *line, uint32_t i, uint16_t *out)
{
    const char *text = import_ka_word(line, i);
    struct complaint why;

    if (strcmp(text, "0") == 0) {
        *out = 0;
        return true;
    }
    return port_parse(text, strlen(text), out, &why);
}

bool import_ka_address(const struct ka_line *line, uint32_t i, struct prefix *out)
{
    const char *text = import_ka_word(line, i);
    struct complaint why;

    return prefix_parse(text, strlen(text), ADDRESS_ONLY, out, &why);
}

bool import_ka_method(const struct ka_line *line, enum forwarding *out)
{
    const char *const names[] = {"NAT", "DR", "TUN"};

    for (int i = 0; i < 3; i++)
        if (strcasecmp(import_ka_word(line, 1), names[i]) == 0) {
            *out = (enum forwarding)i;
            return true;
        }
    return false;
}
