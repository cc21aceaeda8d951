"""What judges of programs that log words in their signature have in common."""
import os
import subprocess


def assemble(folder, work, trapeze):
    """Makes WORK/program.elf of the folder's program.s, which includes what stands in WORK."""
    subprocess.run([trapeze, 'as', os.path.join(folder, 'program.s'), '-I', work, '--exe',
                    '-o', os.path.join(work, 'program.elf')], check=True)


def words_of(path, count):
    """A log, or None: a file of `count` lines of hexadecimal, and no more of it is read than that."""
    try:
        with open(path, 'rb') as file:
            lines = file.read(17 * count + 1).decode('ascii').split('\n')
        words = [int(line, 16) for line in lines[:-1]]
    except (OSError, ValueError):
        return None
    return words if len(words) == count and not lines[-1] else None
