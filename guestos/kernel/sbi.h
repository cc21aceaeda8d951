/* Calls to the firmware (RISC-V SBI 1.0, and the debug console of 2.0). */
#ifndef SBI_H
#define SBI_H

#include <stdbool.h>
#include <stdint.h>

/* Finds out which extensions this firmware has. Call before all others. */
void sbi_init(void);

/* Writes one character to the firmware's console, or reads one: -1 if there is none. */
void sbi_put(char c);
int sbi_get(void);

/* Asks for a timer interrupt when time reaches this value, and withdraws a pending one. */
void sbi_set_timer(uint64_t time);

/* The hypercalls of a Trapeze VM (priv.h). False without them, or without this many reasons. The
 * text is cut to `size` bytes, with its zero. */
bool sbi_exit_count(uint64_t number, uint64_t *count);
bool sbi_exit_name(uint64_t number, char *text, uint64_t size);

/* Powers off, or starts again. A failure is reported as such to whoever runs the machine. */
_Noreturn void sbi_shutdown(bool reboot, bool failure);

#endif
