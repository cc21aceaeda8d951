/* The 16550A to its driver: registers and numbers are the PC16550D data sheet's. */
#include "uart.h"

#include <criterion/criterion.h>

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR, FCR = IIR };

static struct uart fresh(void)
{
    struct uart uart;
    uart_reset(&uart);
    return uart;
}

static void set(struct uart *uart, unsigned reg, uint8_t value)
{
    uint8_t sent;
    cr_expect_not(uart_write(uart, reg, value, &sent), "register %u sends nothing", reg);
}

static struct uart with_fifos(void)
{
    struct uart uart = fresh();
    set(&uart, FCR, 0x01);
    return uart;
}

Test(uart, after_reset_the_transmitter_is_empty_and_nothing_interrupts)
{
    struct uart uart = fresh();
    cr_expect_eq(uart_read(&uart, LSR), 0x60);
    cr_expect_eq(uart_read(&uart, IIR), 0x01);
    cr_expect_eq(uart_read(&uart, IER), 0x00);
    cr_expect_not(uart_irq(&uart));
}

Test(uart, a_written_byte_goes_out_at_once)
{
    struct uart uart = fresh();
    uint8_t sent = 0;
    cr_expect(uart_write(&uart, DATA, 'x', &sent));
    cr_expect_eq(sent, 'x');
    cr_expect_eq(uart_read(&uart, LSR), 0x60);
}

Test(uart, with_dlab_set_the_first_registers_are_the_divisor)
{
    struct uart uart = fresh();
    set(&uart, LCR, 0x83);
    set(&uart, DATA, 0x34);
    set(&uart, IER, 0x12);
    cr_expect_eq(uart_read(&uart, DATA), 0x34);
    cr_expect_eq(uart_read(&uart, IER), 0x12);
    set(&uart, LCR, 0x03);
    cr_expect_eq(uart_read(&uart, IER), 0x00, "IER is a register of its own");
}

Test(uart, without_fifos_there_is_room_for_one_byte)
{
    struct uart uart = fresh();
    cr_expect(uart_has_room(&uart));
    uart_receive(&uart, 'a');
    cr_expect_not(uart_has_room(&uart));
    cr_expect_eq(uart_read(&uart, LSR), 0x61);
    cr_expect_eq(uart_read(&uart, DATA), 'a');
    cr_expect_eq(uart_read(&uart, LSR), 0x60);
    cr_expect(uart_has_room(&uart));
}

Test(uart, the_fifo_has_sixteen_places_and_keeps_their_order)
{
    struct uart uart = with_fifos();
    for (int round = 0; round < 3; round++) { /* the ring wraps */
        for (uint8_t i = 0; i < 16; i++) {
            cr_expect(uart_has_room(&uart));
            uart_receive(&uart, (uint8_t)('a' + i));
        }
        cr_expect_not(uart_has_room(&uart));
        for (uint8_t i = 0; i < 16 - round; i++)
            cr_expect_eq(uart_read(&uart, DATA), 'a' + i);
        set(&uart, FCR, 0x03);
    }
}

Test(uart, an_empty_receiver_reads_as_zero)
{
    struct uart uart = with_fifos();
    cr_expect_eq(uart_read(&uart, DATA), 0);
    cr_expect_eq(uart.count, 0);
}

Test(uart, overrun_in_the_fifo_loses_the_new_byte_and_is_told_once)
{
    struct uart uart = with_fifos();
    for (uint8_t i = 0; i < 17; i++)
        uart_receive(&uart, i);
    cr_expect_eq(uart_read(&uart, LSR), 0x63);
    cr_expect_eq(uart_read(&uart, LSR), 0x61, "reading LSR clears the error");
    for (uint8_t i = 0; i < 16; i++)
        cr_expect_eq(uart_read(&uart, DATA), i);
    cr_expect_eq(uart_read(&uart, LSR), 0x60);
}

Test(uart, overrun_without_fifos_loses_the_old_byte)
{
    struct uart uart = fresh();
    uart_receive(&uart, 'a');
    uart_receive(&uart, 'b');
    cr_expect_eq(uart_read(&uart, LSR), 0x63);
    cr_expect_eq(uart_read(&uart, DATA), 'b');
}

Test(uart, switching_the_fifos_empties_them)
{
    struct uart uart = with_fifos();
    uart_receive(&uart, 'a');
    set(&uart, FCR, 0x01);
    cr_expect_eq(uart.count, 1, "no change, no reset");
    set(&uart, FCR, 0x00);
    cr_expect_eq(uart_read(&uart, LSR), 0x60);
    uart_receive(&uart, 'b');
    set(&uart, FCR, 0x01);
    cr_expect_eq(uart_read(&uart, LSR), 0x60);
}

Test(uart, fcr_can_clear_the_receiver_alone)
{
    struct uart uart = with_fifos();
    uart_receive(&uart, 'a');
    set(&uart, FCR, 0x05);
    cr_expect_eq(uart.count, 1, "bit 2 is for the transmitter");
    set(&uart, FCR, 0x03);
    cr_expect_eq(uart.count, 0);
}

Test(uart, iir_tells_of_fifos_in_its_high_bits)
{
    struct uart uart = with_fifos();
    cr_expect_eq(uart_read(&uart, IIR), 0xc1);
    set(&uart, FCR, 0x00);
    cr_expect_eq(uart_read(&uart, IIR), 0x01);
}

Test(uart, received_data_interrupt_while_there_are_any)
{
    struct uart uart = with_fifos();
    uart_receive(&uart, 'a');
    cr_expect_not(uart_irq(&uart), "not enabled");
    set(&uart, IER, 0x01);
    cr_expect(uart_irq(&uart));
    cr_expect_eq(uart_read(&uart, IIR), 0xc4);
    cr_expect_eq(uart_read(&uart, IIR), 0xc4, "reading IIR does not clear it");
    uart_read(&uart, DATA);
    cr_expect_not(uart_irq(&uart));
}

Test(uart, below_the_trigger_level_the_reason_is_the_timeout)
{
    struct uart uart = with_fifos();
    set(&uart, FCR, 0x41); /* trigger at 4 */
    set(&uart, IER, 0x01);
    for (int i = 0; i < 3; i++)
        uart_receive(&uart, 'a');
    cr_expect(uart_irq(&uart));
    cr_expect_eq(uart_read(&uart, IIR), 0xcc);
    uart_receive(&uart, 'a');
    cr_expect_eq(uart_read(&uart, IIR), 0xc4);
}

Test(uart, enabling_the_transmitter_interrupt_raises_it)
{
    struct uart uart = fresh();
    set(&uart, IER, 0x02);
    cr_expect(uart_irq(&uart));
}

Test(uart, reading_iir_clears_the_transmitter_interrupt)
{
    struct uart uart = fresh();
    uint8_t sent;
    set(&uart, IER, 0x02);
    cr_expect_eq(uart_read(&uart, IIR), 0x02);
    cr_expect_eq(uart_read(&uart, IIR), 0x01);
    cr_expect_not(uart_irq(&uart));
    uart_write(&uart, DATA, 'x', &sent);
    cr_expect(uart_irq(&uart), "the transmitter ran empty again");
}

Test(uart, reading_iir_for_another_reason_keeps_the_transmitter_interrupt)
{
    struct uart uart = fresh();
    set(&uart, IER, 0x03);
    uart_receive(&uart, 'a');
    cr_expect_eq(uart_read(&uart, IIR), 0x04);
    uart_read(&uart, DATA);
    cr_expect_eq(uart_read(&uart, IIR), 0x02);
}

Test(uart, line_errors_come_before_data_before_transmitter)
{
    struct uart uart = fresh();
    set(&uart, IER, 0x07);
    uart_receive(&uart, 'a');
    uart_receive(&uart, 'b');
    cr_expect_eq(uart_read(&uart, IIR), 0x06);
    uart_read(&uart, LSR);
    cr_expect_eq(uart_read(&uart, IIR), 0x04);
    uart_read(&uart, DATA);
    cr_expect_eq(uart_read(&uart, IIR), 0x02);
    cr_expect_eq(uart_read(&uart, IIR), 0x01);
}

Test(uart, loopback_receives_what_is_sent)
{
    struct uart uart = with_fifos();
    uint8_t sent;
    set(&uart, MCR, 0x10);
    cr_expect_not(uart_write(&uart, DATA, 'x', &sent), "nothing leaves");
    cr_expect_eq(uart_read(&uart, DATA), 'x');
}

Test(uart, loopback_brings_modem_outputs_back_as_inputs)
{
    static const struct {
        uint8_t mcr, msr;
    } rows[] = {{0x11, 0x20}, {0x12, 0x10}, {0x14, 0x40}, {0x18, 0x80}, {0x10, 0x00}};
    struct uart uart = fresh();
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        set(&uart, MCR, rows[i].mcr);
        cr_expect_eq(uart_read(&uart, MSR), rows[i].msr, "MCR %#x", rows[i].mcr);
    }
    set(&uart, MCR, 0x00);
    cr_expect_eq(uart_read(&uart, MSR), 0xb0, "DCD, DSR and CTS of a ready other side");
}

Test(uart, reserved_bits_do_not_stick_and_scratch_keeps_all)
{
    struct uart uart = fresh();
    set(&uart, IER, 0xff);
    set(&uart, MCR, 0xff);
    set(&uart, SCR, 0xa5);
    cr_expect_eq(uart_read(&uart, IER), 0x0f);
    cr_expect_eq(uart_read(&uart, MCR), 0x1f);
    cr_expect_eq(uart_read(&uart, SCR), 0xa5);
}

Test(uart, status_registers_cannot_be_written)
{
    struct uart uart = fresh();
    set(&uart, LSR, 0xff);
    set(&uart, MSR, 0xff);
    cr_expect_eq(uart_read(&uart, LSR), 0x60);
    cr_expect_eq(uart_read(&uart, MSR), 0xb0);
}

Test(uart, firmware_takes_bytes_as_a_driver_would)
{
    struct uart uart = with_fifos();
    uint8_t byte;
    cr_expect_not(uart_take(&uart, &byte));
    uart_receive(&uart, 'a');
    cr_expect(uart_take(&uart, &byte));
    cr_expect_eq(byte, 'a');
    cr_expect_eq(uart_read(&uart, LSR), 0x60);
}
