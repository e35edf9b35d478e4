#include "lbgen/import_kinds.h"
void import_keepalived(struct draft *draft, struct diag *diag)
{
    (void)draft;
    (void)diag;
}
