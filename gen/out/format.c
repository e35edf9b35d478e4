/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lbgen/firewall_cmd.h"
#include "lbgen/format.h"
#include "lbgen/nft.h"

const struct format *const formats[] = {
    &nft_format, &firewalld_format, &keepalived_format, &ipvsadm_format, &json_format, &dot_format, NULL,
};

const struct format *format_find(const char *name)
{
    for (const struct format *const *f = formats; *f; f++)
        if (strcmp((*f)->name, name) == 0)
            return *f;
    return NULL;
}
