#!/usr/bin/env python3
"""Checks a trace against the rules of the Chrome trace format (JSON object form), as Perfetto reads
it ("Trace Event Format", Google): what each phase needs, and that slices of one thread nest.

    perfetto.py FILE        prints what is wrong, and exits 1
    perfetto.py --self-test plants faults, each of which must be seen"""
import json
import sys

NEEDS = {"X": ("name", "ts", "dur", "pid", "tid"), "i": ("name", "ts", "pid", "tid"),
         "C": ("name", "ts", "pid", "args"), "M": ("name", "pid", "args")}
METADATA = {"process_name": ("name", str), "thread_name": ("name", str),
            "thread_sort_index": ("sort_index", int)}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_event(event):
    """What is wrong with one event."""
    phase = event.get("ph")
    if phase not in NEEDS:
        return f"phase {phase!r}"
    for key in NEEDS[phase]:
        if key not in event:
            return f"no {key}"
    for key in ("ts", "dur"):
        if key in event and (not is_number(event[key]) or event[key] < 0):
            return f"{key} is {event[key]!r}"
    for key in ("pid", "tid"):
        if key in event and not isinstance(event[key], int):
            return f"{key} is {event[key]!r}"
    if phase == "i" and event.get("s", "t") not in ("t", "p", "g"):
        return f"scope {event['s']!r}"
    if phase == "C" and not (event["args"] and all(map(is_number, event["args"].values()))):
        return "a counter without numbers"
    if phase == "M":
        key, kind = METADATA.get(event["name"], (None, None))
        if key is None or not isinstance(event["args"].get(key), kind):
            return f"metadata {event['name']!r}"
    return None


def check_nesting(slices):
    """Slices of one thread lie within one another, or apart."""
    open_until = []
    # Sorted by start, and the longer first; thousandths keep sums of decimals exact.
    for start, end in sorted(slices, key=lambda pair: (pair[0], -pair[1])):
        while open_until and open_until[-1] <= start:
            open_until.pop()
        if open_until and end > open_until[-1]:
            return f"the slice from {start / 1000} to {end / 1000} crosses the end of another"
        if end > start:
            open_until.append(end)
    return None


def check(trace):
    """All that is wrong with a trace."""
    if not isinstance(trace, dict) or not isinstance(trace.get("traceEvents"), list):
        return ["no list of traceEvents"]
    if trace.get("displayTimeUnit", "ms") not in ("ms", "ns"):
        return ["displayTimeUnit is neither ms nor ns"]
    wrong, threads, named = [], {}, set()
    for number, event in enumerate(trace["traceEvents"]):
        why = check_event(event) if isinstance(event, dict) else "no object"
        if why:
            wrong.append(f"event {number}: {why}")
        elif event["ph"] == "X":
            start = round(event["ts"] * 1000)
            threads.setdefault((event["pid"], event["tid"]), []).append(
                (start, start + round(event["dur"] * 1000)))
        elif event["ph"] == "M" and event["name"] == "thread_name":
            named.add((event["pid"], event["tid"]))
    for thread, slices in threads.items():
        why = check_nesting(slices)
        if why:
            wrong.append(f"thread {thread}: {why}")
        if thread not in named:
            wrong.append(f"thread {thread} has no name")
    if not threads:
        wrong.append("no slices")
    return wrong


def self_test():
    name = {"ph": "M", "name": "thread_name", "pid": 1, "tid": 1, "args": {"name": "a"}}
    slice_ = {"ph": "X", "name": "s", "pid": 1, "tid": 1, "ts": 1.5, "dur": 2}
    counter = {"ph": "C", "name": "c", "pid": 1, "ts": 1, "args": {"n": 3}}
    good = [name, slice_, counter, dict(slice_, ts=2, dur=1), dict(slice_, ts=4, dur=0)]
    planted = [dict(slice_, dur=-1), dict(slice_, ts="1"), dict(slice_, ph="Z"),
               dict(slice_, ts=3, dur=2), dict(slice_, tid=7), dict(counter, args={"n": "x"}),
               {"ph": "X", "name": "s"}, dict(name, args={})]
    seen = all(check({"traceEvents": good + [fault]}) for fault in planted)
    return seen and not check({"traceEvents": good}) and check([]) and check({"traceEvents": []})


def main():
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(0 if self_test() else 1)
    with open(sys.argv[1], encoding="utf-8") as file:
        wrong = check(json.load(file))
    for line in wrong[:20]:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
