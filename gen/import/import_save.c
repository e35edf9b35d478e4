#include "lbgen/import_kinds.h"
void import_save(struct draft *draft, struct diag *diag)
{
    (void)draft;
    (void)diag;
}
