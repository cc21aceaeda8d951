/* right: a switch over the reasons for an access. */
static bool device_access(struct vm *vm, uint64_t gpa, unsigned size, enum access why,
                          bool is_write, uint64_t *value)
{
    bool done = false;
    switch (why) {
    case ACCESS_LOAD:
    case ACCESS_STORE:
        done = platform_mmio(&vm->platform, gpa, size, is_write, value);
        break;
    case ACCESS_FETCH:
    case ACCESS_LR:
    case ACCESS_AMO:
    case ACCESS_WALK:
        break;
    }
    if (done)
        vm->reached_device = true;
    return done;
}
