/* The device tree of any machine and any command line: it is well formed, and says what it was told
 * to. */
#include <libfdt.h>
#include <string.h>

#include "boot.h"
#include "dtb.h"
#include "target.h"

/* The choices, as bytes of the input; what follows them is the command line. */
struct choices {
    uint8_t harts, firmware, has_initrd, has_append;
    uint32_t pages, isa;
    uint64_t seed, initrd_start, initrd_size;
};

static void check_tree(const uint8_t *dtb, size_t size, const struct board_config *config)
{
    char name[32];
    check(fdt_check_full(dtb, size) == 0, "the tree is well formed");
    int chosen = fdt_path_offset(dtb, "/chosen"), length = 0;
    const char *append = fdt_getprop(dtb, chosen, "bootargs", &length);
    check(!append == !config->append, "the command line is there");
    check(!append || strcmp(append, config->append) == 0, "the command line is unchanged");
    snprintf(name, sizeof name, "/cpus/cpu@%u", config->harts - 1);
    check(fdt_path_offset(dtb, name) >= 0, "the last hart is there");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct choices choices;
    struct board_config config = board_default();
    if (size < sizeof choices)
        return 0;
    memcpy(&choices, data, sizeof choices);
    char *append = calloc(1, size - sizeof choices + 1);
    memcpy(append, data + sizeof choices, size - sizeof choices);
    config.harts = 1 + choices.harts % MAX_HARTS;
    config.firmware = choices.firmware % 3;
    config.ram_size = (uint64_t)choices.pages * PAGE_SIZE;
    config.isa = choices.isa;
    config.seed = choices.seed;
    config.append = choices.has_append & 1 ? append : NULL;
    struct dtb_initrd initrd = {choices.initrd_start, choices.initrd_start + choices.initrd_size};

    size_t dtb_size;
    uint8_t *dtb = dtb_make(&config, choices.has_initrd & 1 ? &initrd : NULL, &dtb_size);
    check(dtb, "there is a tree");
    check_tree(dtb, dtb_size, &config);
    free(dtb);
    free(append);
    return 0;
}
