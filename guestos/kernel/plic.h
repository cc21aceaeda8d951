/* The platform-level interrupt controller (RISC-V PLIC 1.0). */
#ifndef PLIC_H
#define PLIC_H

#include <stdint.h>

/* Takes the controller at this physical address into use, for one context and one source. */
void plic_init(uint64_t physical, uint32_t context, uint32_t source);

/* Answers a supervisor external interrupt: claims and completes all that is pending. */
void plic_interrupt(void);

#endif
