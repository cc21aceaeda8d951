/* Where C begins. The order is the dependencies': the device tree is read before the pages that
 * hold it can be given away, and translation is on before a device is touched. */
#include <stdint.h>

#include "console.h"
#include "kmap.h"
#include "page.h"
#include "panic.h"
#include "platform.h"
#include "proc.h"
#include "ramfs.h"
#include "sbi.h"
#include "sched.h"
#include "space.h"
#include "trap.h"

extern char image_end[];

_Noreturn void kernel_main(uint64_t hart, const void *device_tree);

/* init's arguments: "/bin/init", then "-q" if quiet, then the words of run=, which commas part. */
static void start_init(void)
{
    const char *arguments[ARGUMENTS] = {"/bin/init"};
    int count = 1;
    if (platform.quiet)
        arguments[count++] = "-q";
    for (char *word = platform.run; *word && count < ARGUMENTS;) {
        arguments[count++] = word;
        while (*word && *word != ',')
            word++;
        if (*word)
            *word++ = 0;
    }
    proc_start_init(count, arguments);
}

_Noreturn void kernel_main(uint64_t hart, const void *device_tree)
{
    sbi_init();
    platform_init(hart, device_tree);
    trap_init();
    if (!platform.quiet)
        print("Trapeze guest OS on hart %lu: %lu MiB of memory\n", hart,
              (platform.memory_end - platform.memory_start) >> 20);
    page_init((uint64_t)image_end, platform.memory_end);
    kmap_init(platform.memory_end);
    space_init();
    console_init();
    ramfs_init();
    start_init();
    sched_run();
}
