/* Messages on the console, and the last one. */
#include "panic.h"

#include "console.h"
#include "format.h"
#include "riscv.h"
#include "sbi.h"

static void put(void *sink, char c)
{
    (void)sink;
    console_put(c);
}

void print(const char *text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    format(put, 0, text, arguments);
    va_end(arguments);
}

_Noreturn void panic(const char *text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    print("panic: ");
    format(put, 0, text, arguments);
    print("\nscause 0x%lx stval 0x%lx sepc 0x%lx\n", csr_read(scause), csr_read(stval),
          csr_read(sepc));
    va_end(arguments);
    sbi_shutdown(false, true);
}
