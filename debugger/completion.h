/* What Tab offers. */
#ifndef COMPLETION_H
#define COMPLETION_H

struct debugger;

/* Tells readline who completes, and about which session. */
void completion_open(struct debugger *debugger);

/* The `n`th completion of `prefix` at the place of a line that stands behind `before`; NULL: there
 * are no more. The caller frees it. */
char *completion(struct debugger *debugger, const char *before, const char *prefix, unsigned n);

#endif
