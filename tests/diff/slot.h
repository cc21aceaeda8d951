/* Where things lie: the monitor at the start of RAM, then the slot where cases run, one after
 * another, then the cases, each of which is copied there and, with what it left, back.
 *
 * Plain numbers, so that the monitor's assembly and C can both include it. Offsets are in bytes. */
#ifndef SLOT_H
#define SLOT_H

/* The monitor's own page of variables, from the start of RAM. */
#define MONITOR_NEXT 0x8000  /* which case is running, or comes next */
#define MONITOR_COUNT 0x8008 /* how many there are */
#define MONITOR_STAYS 0x8010 /* not 0: the case is in its place already, and stays there */
#define MONITOR_DONE 0x8018  /* not 0: that case has run, and lies where it ran */

#define SLOT_SIZE 0x10000
#define SLOT_SHIFT 16
#define RUN_OFFSET 0x10000   /* where cases run, from the start of RAM */
#define CASES_OFFSET 0x20000 /* and where they lie */

/* What a case starts with: registers and CSRs. */
#define SLOT_X 0x000 /* 8 bytes for each of x0 to x31; x0 and x4 are not taken */
#define SLOT_F 0x100
#define SLOT_FCSR 0x200
#define SLOT_PC 0x208
#define SLOT_MSTATUS 0x210 /* with the mode to start in as MPP */
#define SLOT_MEDELEG 0x218
#define SLOT_MIDELEG 0x220
#define SLOT_MIE 0x228
#define SLOT_SATP 0x230
#define SLOT_MCOUNTEREN 0x238
#define SLOT_SCOUNTEREN 0x240
#define SLOT_MENVCFG 0x248
#define SLOT_SENVCFG 0x250
#define SLOT_MTVEC_MODE 0x258
#define SLOT_STVEC_MODE 0x260
#define SLOT_LEAVE 0x268 /* how S ends a case: enum leave of case.h */
#define SLOT_LOCKS                                                                                 \
    0x270 /* not 0: PMP entries may be locked at the end, which only power-off undoes */
#define SLOT_NESTS 0x278 /* not 0: S's handler raises an exception of its own */
#define SLOT_STIMECMP 0x310
#define SLOT_HAS_SSTC 0x318 /* not 0: there is a stimecmp */
#define SLOT_PMPCFG 0x280   /* pmpcfg0 and pmpcfg2 */
#define SLOT_PMPADDR 0x290  /* 16 of them */
#define SLOT_HAS_C 0x320    /* 1: there are 16-bit instructions */

/* What the handlers keep. */
#define SLOT_T0 0x400
#define SLOT_T1 0x408
#define SLOT_T2 0x410
#define SLOT_LOG_AT 0x418 /* where the next record goes */
#define SLOT_NESTED 0x420 /* not 0: S's handler is in one */
#define SLOT_OUTER 0x428  /* what the outer of two handlers keeps: six doublewords */

#define SLOT_CODE 0x1000
#define SLOT_END 0x2ff8 /* the last instruction: an ecall that ends the case */
#define SLOT_DATA 0x3000
#define SLOT_OPERANDS 0x3000 /* a page of values to load */
#define SLOT_RETURNS 0x6000  /* a page of jumps to ra: what an execution of it comes back from */
#define SLOT_TABLES 0x7000   /* five pages of page tables */
#define SLOT_RESULT 0xc000   /* registers and CSRs at the end */
#define SLOT_LOG 0xc800      /* records of traps */
#define SLOT_LOG_END 0xffa0  /* when a record starts here or later, the case is over */

/* A record: who (below), xcause, xepc, xtval, xstatus. */
#define RECORD_SIZE 40
#define RECORD_S 0x100 /* S's handler, not M's; in the low bits: the entry of the vector table */

/* In SLOT_RESULT: x0 to x31, f0 to f31, then the CSRs in the order of RESULT_CSRS. */
#define RESULT_F 0x100
#define RESULT_CSR 0x200

/* The window: virtual addresses of the case's own page tables, whose first pages are the slot's.
 * Code of U runs here when there is paging. */
#define SLOT_WINDOW 0x100000000
#define WINDOW_ROOT 4 /* its entry in a root */

#endif
