/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says on a terminal what is being done, once that takes longer than a second. */
#ifndef LBGEN_PROGRESS_H
#define LBGEN_PROGRESS_H

/* Starts the clock, if it does not run; nothing is ever shown where standard error is no terminal. Calls that
 * wait may end with EINTR from now on. */
void progress_begin(void);

/* What is being done from now on, such as "reading". The text must stay. */
void progress_stage(const char *what);

/* Clears the line before something is printed; the clock goes on. */
void progress_clear(void);

/* Stops the clock and clears the line, before anything else is printed. */
void progress_end(void);

#endif
