"""`trapeze lab`: see help below."""

import signal
import sys

from tree import HERE, Lab, Trouble, enclosing, lab_numbers, starter_of

HELP = """usage: trapeze lab COMMAND ...

for students
  list                      the labs, and what each is about
  start N DIR [--through]   make DIR, a copy of this tree without the solutions of lab N;
                            --through: nor those of the labs before it
  test [N]                  in such a folder: build it, and say of each exercise whether it
                            passed, failed (and how), or is not written yet

for instructors
  grade N DIR... [--through] [--format FORMAT,...] [--out DIR]
                            grade submissions: points for each exercise, by this tree's own tests
                            and build files. DIR is a submission, or a folder of submissions.
                            --through: students wrote the labs before N, too
                            --format: text (as it is without), gradescope, autolab, junit
                            --out: write a file a submission and format there, and points.csv
  mutants N DIR...          score students' own tests (labs/labN/own.c): do they accept right
                            solutions, and which wrong ones do they catch?
  bank [N]                  check every solution of the bank: wrong ones fail the claim that they
                            name, right ones pass; prints the table

exit status: 0 all is well (grade: all were graded), 1 something failed, 2 usage
"""


class Usage(Exception):
    """What was wrong with the command line."""


def number_of(word):
    if not word.isdigit():
        raise Usage(f"'{word}' is no lab's number")
    return int(word)


def take_options(words, flags=(), values=()):
    """Splits words into operands and options."""
    operands, options = [], {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if word == "--":
            operands += rest
        elif name in values:
            options[name] = value if equals else next(rest, None)
            if options[name] is None:
                raise Usage(f"{name} wants a value")
        elif word in flags:
            options[word] = True
        elif word.startswith("-") and word != "-":
            raise Usage(f"no such option: {word}")
        else:
            operands.append(word)
    return operands, options


def want(operands, least, most, what):
    if len(operands) < least or len(operands) > most:
        raise Usage(f"wants {what}")


def command_list(words):
    want(take_options(words)[0], 0, 0, "nothing more")
    for number in lab_numbers(HERE):
        lab = Lab(HERE, number)
        print(f"{number}  {lab.title}")
        for exercise, title in lab.titles.items():
            print(f"     {exercise}. {title} ({lab.points[exercise]} points)")
        if lab.real:
            print(f"     then: {lab.real['title']} ({lab.real_points} points)")
    return 0


def command_start(words):
    import cut
    operands, options = take_options(words, flags=["--through"])
    want(operands, 2, 2, "N DIR")
    lab = cut.start(HERE, number_of(operands[0]), operands[1], "--through" in options)
    print(f"{operands[1]}: lab {lab.number}, {lab.title}. Its handout is {lab.folder}/handout.md; "
          f"there, ./dev lab test says how far you are.")
    return 0


def command_test(words):
    import report
    import test
    operands, _ = take_options(words)
    want(operands, 0, 1, "one lab's number at most")
    root = enclosing(".")
    if not root:
        raise Trouble("this folder is no tree of Trapeze: change to the one that `start` made")
    starter = starter_of(root)
    if not operands and not starter:
        raise Usage("wants a lab's number, in a tree that is no starter")
    lab = Lab(root, number_of(operands[0]) if operands else starter["lab"])
    results = test.test(root, lab)
    print(report.lines(lab, results), end="")
    return 0 if all(result.passed for result in results) else 1


def command_grade(words):
    import grade
    operands, options = take_options(words, ["--through"], ["--format", "--out"])
    want(operands, 2, 10**6, "N DIR...")
    formats = options.get("--format", "text").split(",")
    unknown = [name for name in formats if name not in grade.FORMATS]
    if unknown:
        raise Usage(f"no such format: {unknown[0]} (there are {', '.join(grade.FORMATS)})")
    return grade.command(Lab(HERE, number_of(operands[0])), operands[1:], formats,
                         options.get("--out"), "--through" in options)


def command_mutants(words):
    import mutants
    operands, _ = take_options(words)
    want(operands, 2, 10**6, "N DIR...")
    return mutants.command(Lab(HERE, number_of(operands[0])), operands[1:])


def command_bank(words):
    import bank
    operands, _ = take_options(words)
    want(operands, 0, 1, "one lab's number at most")
    return bank.command([number_of(word) for word in operands] or lab_numbers(HERE))


COMMANDS = {"list": command_list, "start": command_start, "test": command_test,
            "grade": command_grade, "mutants": command_mutants, "bank": command_bank}


def leave(number, _):
    """Told to end: what was begun is ended, and what was made is removed, on the way out."""
    sys.exit(128 + number)


def main(words):
    signal.signal(signal.SIGTERM, leave)
    name = words[0] if words else ""
    if name in ("help", "--help", "-h") or "--help" in words[1:] or "-h" in words[1:]:
        print(HELP, end="")
        return 0
    try:
        if name not in COMMANDS:
            raise Usage(f"unknown command '{name}'" if name else "no command given")
        return COMMANDS[name](words[1:])
    except Usage as error:
        said = f"trapeze lab{' ' + name if name in COMMANDS else ''}: {error}"
        print(f"{said} (see trapeze lab help)", file=sys.stderr)
        return 2
    except Trouble as error:
        print(f"trapeze lab: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return 130


sys.exit(main(sys.argv[1:]))
