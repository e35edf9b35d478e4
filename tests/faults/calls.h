/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of the C library that fail, in a unit test that is linked with calls.o, or in a program that has
 * calls.so preloaded and FAULT=NAME:N:ERROR in its environment (NAME:N:ERROR:ever: and each later one).
 */
#ifndef LBGEN_TESTS_FAULTS_CALLS_H
#define LBGEN_TESTS_FAULTS_CALLS_H

#include <stdbool.h>

/* In the place of an errno value: a read or write of one byte, a read of none, a success that does nothing.
 */
enum { FAULT_SHORT = -1, FAULT_END = -2, FAULT_NOTHING = -3 };

/* From now on, the n-th call (counted from 1) of the function, or of any where that is NULL, fails with an
 * errno value; or with `ever` each from the n-th on. Replaces what was there before. Children
 * are counted together with their parent. */
void fault_at(const char *name, unsigned n, int error, bool ever);

/* A second fault beside it, such as one of the way back. */
void fault_also(const char *name, unsigned n, int error, bool ever);

/* Only in the process that has set them, or only in others: its children. */
enum fault_where { FAULT_EVERYWHERE, FAULT_HERE, FAULT_IN_CHILDREN };
void fault_where(enum fault_where where);

/* While something is looked at: calls are neither counted nor do they fail. */
void fault_pause(bool paused);

/* No faults any more. Whether there were as many calls as the first one needed. */
bool fault_over(void);

#endif
