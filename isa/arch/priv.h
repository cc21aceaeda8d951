/* Constants of the privileged architecture: CSR fields, page-table bits, SBI numbers.
 *
 * Only #defines of plain numbers, so that C and assembly sources can both include it. Names and
 * values are the manual's (RISC-V Privileged Architecture 20211203, chapters 2 to 4). CSR
 * numbers stand in csr.def and causes in cause.def; this file is what lies inside the registers. */
#ifndef PRIV_H
#define PRIV_H

/* mstatus and its view sstatus (Privileged 3.1.6, 4.1.1) */
#define MSTATUS_SIE 0x2
#define MSTATUS_MIE 0x8
#define MSTATUS_SPIE 0x20
#define MSTATUS_UBE 0x40
#define MSTATUS_MPIE 0x80
#define MSTATUS_SPP 0x100
#define MSTATUS_VS 0x600
#define MSTATUS_MPP 0x1800
#define MSTATUS_MPP_SHIFT 11
#define MSTATUS_FS 0x6000
#define MSTATUS_FS_SHIFT 13
#define MSTATUS_FS_CLEAN 0x4000 /* and with all bits, dirty */
#define MSTATUS_XS 0x18000
#define MSTATUS_MPRV 0x20000
#define MSTATUS_SUM 0x40000
#define MSTATUS_MXR 0x80000
#define MSTATUS_TVM 0x100000
#define MSTATUS_TW 0x200000
#define MSTATUS_TSR 0x400000
#define MSTATUS_UXL 0x300000000
#define MSTATUS_UXL_64 0x200000000
#define MSTATUS_SXL 0xc00000000
#define MSTATUS_SXL_64 0x800000000
#define MSTATUS_SD 0x8000000000000000

/* fcsr (ISA 11.2) */
#define FFLAGS_NX 0x1
#define FFLAGS_UF 0x2
#define FFLAGS_OF 0x4
#define FFLAGS_DZ 0x8
#define FFLAGS_NV 0x10
#define FCSR_FFLAGS 0x1f
#define FCSR_FRM 0xe0
#define FCSR_FRM_SHIFT 5

/* mip, mie, mideleg: one bit an interrupt cause (Privileged 3.1.9) */
#define MIP_SSIP 0x2
#define MIP_MSIP 0x8
#define MIP_STIP 0x20
#define MIP_MTIP 0x80
#define MIP_SEIP 0x200
#define MIP_MEIP 0x800

/* menvcfg (Privileged 3.1.18; STCE: Sstc 2.1; ADUE: Svadu) */
#define MENVCFG_FIOM 0x1
#define MENVCFG_ADUE 0x2000000000000000
#define MENVCFG_STCE 0x8000000000000000

/* xtvec (Privileged 3.1.7) */
#define TVEC_MODE 0x3
#define TVEC_VECTORED 0x1

/* satp (Privileged 4.1.11) */
#define SATP_MODE_SHIFT 60
#define SATP_MODE_BARE 0
#define SATP_MODE_SV39 8
#define SATP_ASID_SHIFT 44
#define SATP_ASID 0x0ffff00000000000
#define SATP_PPN 0x00000fffffffffff

/* Page-table entries (Privileged 4.3.1, 4.4.1) */
#define PAGE_SHIFT 12
#define PAGE_SIZE 0x1000
#define PTE_V 0x1
#define PTE_R 0x2
#define PTE_W 0x4
#define PTE_X 0x8
#define PTE_U 0x10
#define PTE_G 0x20
#define PTE_A 0x40
#define PTE_D 0x80
#define PTE_RSW 0x300
#define PTE_PPN 0x003ffffffffffc00
#define PTE_PPN_SHIFT 10
#define PTE_RESERVED 0xffc0000000000000
#define SV39_LEVELS 3
#define SV39_VPN_BITS 9

/* SBI: extension numbers, function numbers, errors (RISC-V SBI 1.0; DBCN of 2.0) */
#define SBI_LEGACY_SET_TIMER 0x0
#define SBI_LEGACY_CONSOLE_PUTCHAR 0x1
#define SBI_LEGACY_CONSOLE_GETCHAR 0x2
#define SBI_LEGACY_CLEAR_IPI 0x3
#define SBI_LEGACY_SEND_IPI 0x4
#define SBI_LEGACY_REMOTE_FENCE_I 0x5
#define SBI_LEGACY_REMOTE_SFENCE_VMA 0x6
#define SBI_LEGACY_REMOTE_SFENCE_VMA_ASID 0x7
#define SBI_LEGACY_SHUTDOWN 0x8
#define SBI_EXT_BASE 0x10
#define SBI_EXT_TIME 0x54494d45
#define SBI_EXT_IPI 0x735049
#define SBI_EXT_RFENCE 0x52464e43
#define SBI_EXT_HSM 0x48534d
#define SBI_EXT_SRST 0x53525354
#define SBI_EXT_DBCN 0x4442434e
#define SBI_SUCCESS 0
#define SBI_ERR_FAILED (-1)
#define SBI_ERR_NOT_SUPPORTED (-2)
#define SBI_ERR_INVALID_PARAM (-3)
#define SBI_ERR_DENIED (-4)
#define SBI_ERR_INVALID_ADDRESS (-5)
#define SBI_ERR_ALREADY_AVAILABLE (-6)
#define SBI_ERR_ALREADY_STARTED (-7)
#define SBI_ERR_ALREADY_STOPPED (-8)
#define SBI_SRST_SHUTDOWN 0
#define SBI_SRST_COLD_REBOOT 1
#define SBI_SRST_WARM_REBOOT 2
#define SBI_SRST_REASON_NONE 0
#define SBI_SRST_REASON_FAILURE 1

/* Hypercalls: an extension of Trapeze's own, in the space that an SBI implementation has for itself
 * (SBI 4, "firmware specific": the low bits are its implementation ID, 0x54). Errors and arguments
 * follow DBCN's pattern; `pa` is a low and a high word. */
#define SBI_IMPL_TRAPEZE 0x54
#define SBI_EXT_TRAPEZE 0x0a000054
#define HYPERCALL_VERSION 0 /* gives HYPERCALL_VERSION_1 */
#define HYPERCALL_YIELD 1   /* lets the other vcpus run: ends the caller's turn */
#define HYPERCALL_PRINT 2   /* (bytes, pa): a line for whoever runs the VM, not on the console */
#define HYPERCALL_COUNT 3   /* (number): how often the VM exited for this reason; 0 and up */
#define HYPERCALL_NAME 4    /* (number, bytes, pa): stores the reason's text, gives its length */
#define HYPERCALL_VERSION_1 1

#endif
