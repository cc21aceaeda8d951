/* The input log. */
#include "input.h"

#include "world.h"

static const uint32_t nothing[] = {LOOP};

static struct machine *machine;

static void given_a_machine(void)
{
    machine = machine_with(nothing, sizeof nothing, FIRMWARE_NONE, 1);
}

static void finish(void)
{
    end(machine);
}

TestSuite(input, .init = given_a_machine, .fini = finish);

Test(input, a_live_byte_is_stamped_with_the_clock)
{
    machine_run(machine, 123);
    input_append(&machine->platform, 'x');
    cr_expect_eq(machine->platform.input.bytes[0].at, 123);
    cr_expect_eq(machine->platform.input.bytes[0].byte, 'x');
    cr_expect_eq(input_waiting(&machine->platform), 1);
    machine_run(machine, 200);
    cr_expect_eq(machine->platform.s.uart.count, 1);
    cr_expect_eq(input_waiting(&machine->platform), 0);
}

Test(input, the_log_grows_and_keeps_every_byte)
{
    for (unsigned i = 0; i < 5000; i++)
        input_append(&machine->platform, (uint8_t)i);
    cr_expect_eq(machine->platform.input.count, 5000);
    for (unsigned i = 0; i < 5000; i++)
        cr_assert_eq(machine->platform.input.bytes[i].byte, (uint8_t)i);
}

Test(input, paced_input_is_known_from_the_start)
{
    input_paced(&machine->platform, (const uint8_t *)"ab", 2);
    cr_expect(machine->platform.input.is_paced);
    cr_expect_eq(machine->platform.input.count, 2);
    cr_expect_eq(machine->platform.input.bytes[1].at, 0);
}
