"""What came of a lab, for people and for the systems that they use."""

import json
from xml.etree import ElementTree

from tree import Trouble


def of_exercise(results):
    """Results by exercise, in order; None, the test on something real, last."""
    found = {}
    for result in results:
        found.setdefault(result.exercise, []).append(result)
    return dict(sorted(found.items(), key=lambda item: (item[0] is None, item[0] or 0)))


def points(lab, exercise, results):
    """What an exercise's results are worth: its claims share its points equally."""
    most = lab.real_points if exercise is None else lab.points.get(exercise, 0)
    return round(most * sum(result.score for result in results) / len(results), 2), most


def name_of(lab, exercise, results):
    if exercise is None:
        return f"something real: {results[0].text}"
    return f"exercise {exercise}: {lab.titles.get(exercise) or ''}".rstrip(": ")


def complaint(result):
    """What a person needs to know about a claim that did not pass."""
    text = f"    {result.text}\n" if result.text != result.claimed else ""
    text += f"      claimed: {result.claimed}\n      seen:    {result.seen}\n"
    return text + (f"      read:    {result.read}\n" if result.read else "")


def lines(lab, results, with_points=False):
    """A line an exercise: passed, failed and how, or not written yet."""
    text, total, most = f"Lab {lab.number}: {lab.title}\n", 0, 0
    for exercise, those in of_exercise(results).items():
        worth, out_of = points(lab, exercise, those)
        total, most = total + worth, most + out_of
        failed = [result for result in those if not result.passed]
        missing = [result for result in failed if result.verdict == "missing"]
        if not failed:
            said = "passed"
        elif failed[0].verdict == "untested":
            said, failed = "not tested", []
        elif missing:
            said = f"not written yet: {missing[0].seen}"
        else:
            said = f"failed: {len(failed)} of {len(those)} claims"
        score = f" [{worth:g} of {out_of:g}]" if with_points else ""
        text += f"  {name_of(lab, exercise, those)}{score}: {said}\n"
        text += "".join(complaint(result) for result in failed if result.verdict != "missing")
    if with_points:
        text += f"  {total:g} of {most:g} points\n"
    return text


def total(lab, results):
    return round(sum(points(lab, exercise, those)[0]
                     for exercise, those in of_exercise(results).items()), 2)


def total_most(lab):
    return sum(lab.points.values()) + lab.real_points


def graded_text(lab, graded):
    return f"{graded.name}\n{lines(lab, graded.results, True)}" + "".join(
        f"  {note}\n" for note in graded.notes)


def gradescope(lab, graded):
    """results.json as Gradescope's autograders write it: a test an exercise."""
    tests = []
    for exercise, those in of_exercise(graded.results).items():
        worth, most = points(lab, exercise, those)
        tests.append({"name": name_of(lab, exercise, those), "score": worth, "max_score": most,
                      "status": "passed" if worth == most else "failed",
                      "output": "".join(complaint(each) for each in those if not each.passed),
                      "visibility": "visible"})
    return json.dumps({"score": total(lab, graded.results), "tests": tests,
                       "output": "\n".join(graded.notes), "visibility": "visible",
                       "stdout_visibility": "hidden"}, indent=1) + "\n"


def autolab(lab, graded):
    """The line that Autolab looks for at the end of an autograder's output."""
    scores = {"real" if exercise is None else f"exercise{exercise}": points(lab, exercise, those)[0]
              for exercise, those in of_exercise(graded.results).items()}
    return json.dumps({"scores": scores}) + "\n"


def junit(lab, graded):
    """JUnit's XML: a case a claim."""
    failures = sum(not result.passed for result in graded.results)
    suite = ElementTree.Element("testsuite", name=f"{graded.name}: lab {lab.number}, {lab.title}",
                                tests=str(len(graded.results)), failures=str(failures))
    for result in graded.results:
        group = "real" if result.exercise is None else f"exercise{result.exercise}"
        case = ElementTree.SubElement(suite, "testcase", name=printable(result.text),
                                      classname=f"lab{lab.number}.{group}")
        if not result.passed:
            failure = ElementTree.SubElement(case, "failure", type=result.verdict,
                                             message=printable(result.seen))
            failure.text = printable(complaint(result))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def printable(text):
    """What XML can hold: a submission chooses what it says."""
    return "".join(c if c in "\n\t" or (c >= " " and c.isprintable()) else "?" for c in text)


FORMATS = {"text": (graded_text, ".txt"), "gradescope": (gradescope, ".results.json"),
           "autolab": (autolab, ".autolab.json"), "junit": (junit, ".junit.xml")}


def table(lab, all_graded):
    """points.csv: a row a submission."""
    keys = [*lab.points, *([None] if lab.real else [])]
    rows = [["submission", *("real" if key is None else f"exercise {key}" for key in keys), "total"]]
    for graded in all_graded:
        groups = of_exercise(graded.results)
        worth = [points(lab, key, groups[key])[0] if key in groups else 0 for key in keys]
        rows.append([graded.name, *(f"{each:g}" for each in worth),
                     f"{total(lab, graded.results):g}"])
    return rows


def write_csv(path, rows):
    import csv
    try:
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    except OSError as error:
        raise Trouble(f"{path}: {error.strerror}") from None


def aligned(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "".join("  ".join([row[0].ljust(widths[0]),
                              *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip()
                   + "\n" for row in rows)
