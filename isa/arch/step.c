/* The reference step: semantics.inc compiled into one switch. */
#include "step.h"

#include "bits.h"
#include "csr.h"
#include "fp.h"
#include "memory.h"
#include "trap.h"

bool step_lr(struct hart *hart, struct port *port, uint64_t va, unsigned size, uint64_t *value,
             struct trap *trap)
{
    uint64_t pa;
    if (!memory_load(hart, port, va, size, ACCESS_LR, value, trap) ||
        !memory_translate(hart, port, va, ACCESS_LR, &pa, trap))
        return false;
    hart->reservation = (struct reservation){.valid = true, .pa = pa};
    return true;
}

bool step_sc(struct hart *hart, struct port *port, uint64_t va, unsigned size, uint64_t value,
             uint64_t *failed, struct trap *trap)
{
    uint64_t pa;
    *failed = 1;
    if (va & (size - 1)) {
        *trap = (struct trap){.cause = CAUSE_STORE_MISALIGNED, .tval = va};
        return false;
    }
    if (!hart->reservation.valid)
        return true;
    if (!memory_translate(hart, port, va, ACCESS_AMO, &pa, trap))
        return false;
    if (pa == hart->reservation.pa) {
        if (!memory_store(hart, port, va, size, ACCESS_AMO, value, trap))
            return false;
        *failed = 0;
    }
    hart->reservation = (struct reservation){.valid = false};
    return true;
}

/* The words of semantics.inc, for a switch. A trap leaves the function before rd is written. */
#define OP(name)                                                                                   \
    break;                                                                                         \
    case INSN_##name:
#define RD hart->x[insn.rd]
#define RS1 hart->x[insn.rs1]
#define RS2 hart->x[insn.rs2]
#define FRD hart->f[insn.rd]
#define FRS1 hart->f[insn.rs1]
#define FRS2 hart->f[insn.rs2]
#define FRS3 hart->f[insn.rs3]
#define RS1_NAMED (insn.rs1 != 0)
#define IMM (uint64_t) insn.imm
#define UIMM (uint64_t) insn.rs1
#define PC hart->pc
#define NEXT (hart->pc + insn.length)
#define MODE hart->mode
#define STATUS hart->csr.mstatus
#define FCSR hart->csr.fcsr
#define TRAP(cause_, tval_)                                                                        \
    do {                                                                                           \
        *trap = (struct trap){.cause = (cause_), .tval = (tval_)};                                 \
        return false;                                                                              \
    } while (0)
#define ILLEGAL TRAP(CAUSE_ILLEGAL_INSN, insn.word)
#define TRY(done)                                                                                  \
    do {                                                                                           \
        if (!(done))                                                                               \
            return false;                                                                          \
    } while (0)
#define CHECK_JUMP(target)                                                                         \
    do {                                                                                           \
        if ((target)&2 && !isa_has(hart->isa, EXT_C))                                              \
            TRAP(CAUSE_INSN_MISALIGNED, target);                                                   \
    } while (0)
#define JUMP(target) next = (target)
#define LOAD(size, va)                                                                             \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        TRY(memory_load(hart, port, va, size, ACCESS_LOAD, &value_, trap));                        \
        value_;                                                                                    \
    })
#define STORE(size, va, value) TRY(memory_store(hart, port, va, size, ACCESS_STORE, value, trap))
#define LR(size)                                                                                   \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        TRY(step_lr(hart, port, RS1, size, &value_, trap));                                        \
        value_;                                                                                    \
    })
#define SC(size)                                                                                   \
    ({                                                                                             \
        uint64_t failed_;                                                                          \
        TRY(step_sc(hart, port, RS1, size, RS2, &failed_, trap));                                  \
        failed_;                                                                                   \
    })
#define AMO(size, old, new)                                                                        \
    uint64_t old;                                                                                  \
    TRY(memory_load(hart, port, RS1, size, ACCESS_AMO, &old, trap));                               \
    TRY(memory_store(hart, port, RS1, size, ACCESS_AMO, new, trap))
#define CSR(op, is_write, value)                                                                   \
    ({                                                                                             \
        uint64_t old_;                                                                             \
        if (!csr_access(hart, port, (unsigned)insn.imm, op, is_write, value, &old_))               \
            ILLEGAL;                                                                               \
        old_;                                                                                      \
    })
#define FP(name, ...)                                                                              \
    ({                                                                                             \
        if (!port->fp)                                                                             \
            ILLEGAL;                                                                               \
        port->fp->name(&env, __VA_ARGS__);                                                         \
    })
#define RETURN(xret)                                                                               \
    do {                                                                                           \
        if (!xret(hart))                                                                           \
            ILLEGAL;                                                                               \
        next = hart->pc;                                                                           \
    } while (0)
#define WAIT hart->waiting = !trap_wakes(hart)
#define FENCE_I (void)0
#define FENCE_VMA port->fence(port, insn.rs1 == 0, RS1, insn.rs2 == 0, RS2)

/* NOLINTNEXTLINE(readability-function-size): the dispatcher, one case an instruction */
bool step_execute(struct hart *hart, struct port *port, struct insn insn, struct trap *trap)
{
    uint64_t next = NEXT;
    switch ((enum insn_id)insn.id) {
    case INSN_ILLEGAL:
        ILLEGAL;
#include "semantics.inc"
#include "semantics_fp.inc"
    }
    hart->x[0] = 0;
    hart->pc = next;
    return true;
}

bool step_insn(struct hart *hart, struct port *port, struct trap *trap)
{
    uint32_t word;
    if (!memory_fetch(hart, port, &word, trap))
        return false;
    return step_execute(hart, port, insn_decode(word, hart->isa), trap);
}
