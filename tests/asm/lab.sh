#!/bin/sh
# A lab program as a student writes it: mistyped, told so, corrected, run; from two kinds of image.
#     lab.sh TRAPEZE hello.s
set -eu
trapeze=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

sed -e 's/lbu  a0/lbbu a0/' -e 's/addi a1, a1, 1/addi a1, a1, 5000/' "$source" > wrong.s
status=0
"$trapeze" as --exe wrong.s -o program.elf 2> said || status=$?
[ $status = 1 ] && [ ! -e program.elf ]
grep -q "^wrong.s:6:5: unknown instruction 'lbbu'; did you mean lbu?" said
grep -q '^wrong.s:10:18: immediate 5000 is out of range: it goes from -2048 to 2047' said
grep -q '^trapeze as: 2 errors; nothing was written' said

sed -e 's/la   a1, text/la   a1, txet/' -e 's/beqz a0, done/beqz a0, doen/' "$source" > wrong.s
status=0
"$trapeze" as --exe wrong.s -o program.elf 2> said || status=$?
[ $status = 1 ] && [ ! -e program.elf ] && [ "$(wc -l < said)" = 3 ]
grep -q '^wrong.s:4: txet is defined nowhere; did you mean text?' said
grep -q '^wrong.s:7: doen is defined nowhere; did you mean done?' said

"$trapeze" as -g --exe "$source" -o program.elf --listing program.lst
grep -q '00000008 03c50500 ' program.lst
for way in "" --vmm; do
    [ "$("$trapeze" run --max 100000 $way program.elf)" = "hello from assembly" ]
done
"$trapeze" as --flat "$source" -o program.bin
[ "$("$trapeze" run --max 100000 --load 0x80000000 program.bin)" = "hello from assembly" ]
"$trapeze" dis program.elf | grep -q '<next>:'
