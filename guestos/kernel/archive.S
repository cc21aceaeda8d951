/* The files that the file system holds at boot, packed by tools/pack.py. */
.section .archive, "a"
.globl archive_start, archive_end
.balign 16
archive_start:
    .incbin "archive.bin"
archive_end:
