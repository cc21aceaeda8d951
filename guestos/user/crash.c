/* crash KIND: does something forbidden. The kernel should end it and say why. */
#include "string.h"
#include "user.h"

#define KERNEL 0x80200000UL

static void load(void)
{
    __asm__ volatile("lb zero, 0(%0)" ::"r"(8L));
}

static void store(void)
{
    __asm__ volatile("sb zero, 0(%0)" ::"r"(store));
}

static void execute(void)
{
    static uint32_t data = 0x00008067; /* ret */
    void (*function)(void) = (void (*)(void))(void *)&data;
    function();
}

static void illegal(void)
{
    __asm__ volatile(".word 0");
}

static void kernel(void)
{
    __asm__ volatile("lb zero, 0(%0)" ::"r"(KERNEL));
}

static void stack(void)
{
    __asm__ volatile("1: addi sp, sp, -16; sd zero, 0(sp); j 1b");
}

static const struct {
    const char *name;
    void (*fault)(void);
} kinds[] = {
    {"load", load},       {"store", store},   {"exec", execute},
    {"illegal", illegal}, {"kernel", kernel}, {"stack", stack},
};

int main(int argc, char *argv[])
{
    for (size_t i = 0; argc == 2 && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(argv[1], kinds[i].name) == 0) {
            kinds[i].fault();
            printf("crash: survived\n");
            return 1;
        }
    fprintf(2, "usage: crash load|store|exec|illegal|kernel|stack\n");
    return 2;
}
