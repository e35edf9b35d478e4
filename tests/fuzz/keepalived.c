/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived.conf and what it includes, held against a small services.ini. */
#include "input.h"

#include "../fuzz_files.h"

#include "lbgen/check_keepalived.h"

static const char services[] =
    "[vrrp]\ninterface = eth0\nsource = 192.0.2.2, fe80::/10\n"
    "[service web]\nvip = 192.0.2.10, 2001:db8::10\nports = 80, 443\nfwmark = 80\n"
    "scheduler = sh\nscheduler-flags = sh-port\nreal-server = 10.0.0.1\n"
    "[service dns]\nvip = 192.0.2.53\nprotocol = tcp, udp\nports = 53\nfwmark = 53\n"
    "[service ftp]\nvip = 192.0.2.21, 192.0.2.0/28\nports = 21, 20000:30000\nfwmark = 21\n"
    "persistence = 60\noverride = yes\nreal-server = 10.0.0.1 weight 2\n"
    "[service six]\nvip = 2001:db8::/64\nports = any\nfwmark = 6/0xff\noverride = yes\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input;
    char *text = exact_copy((const char *)data, size);

    read_services(&input, services, sizeof services - 1);
    MUST(diag_errors(&input.diag) == 0);
    files_begin(text, size);
    bool good = check_keepalived(&input, "keepalived.conf");
    MUST(good || diag_errors(&input.diag));
    must_be_shown(&input.diag, &input.sources);
    free_services(&input);
    files_end();
    free(text);
    return 0;
}
