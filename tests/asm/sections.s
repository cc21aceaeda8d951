# Sections in groups, kept by the linker, and beside others, as gcc writes them for C++, for -g3 and
# for functions that can be patched.
    .section .text.same, "axG", @progbits, same, comdat
    .weak same
    .type same, @function
same:
    call elsewhere
    ret
    .size same, . - same
    .section .rodata.same, "aG", @progbits, same, comdat
    .dword same, elsewhere

# The same name again, in other groups and in none: three sections.
    .section .debug_macro, "", @progbits
    .2byte 5
    .section .debug_macro, "G", @progbits, wm4.0.first, comdat
    .byte 1
    .section .debug_macro, "G", @progbits, wm4.0.second, comdat
    .byte 2, 3
    .section .debug_macro, "G", @progbits, wm4.0.first, comdat
    .byte 4
    .section .rodata.text, "aMSG", @progbits, 1, kept_together
    .string "a group that is no comdat"

    .section .data.kept, "awR"
kept:
    .dword 1

# Two sections of one name, each beside another's code.
    .text
first:
    nop
    .section .text.second, "ax", @progbits
second:
    nop
    .section patchable, "awo", @progbits, first
    .dword first
    .section patchable, "awo", @progbits, second
    .dword second
    .section patchable.same, "awoG", @progbits, same, same, comdat
    .dword same
    .pushsection .text.same, "axG", @progbits, same, comdat
    nop
    .popsection
    .dword same + 4
