"""What a history shows, for people."""
from collections import Counter
from statistics import quantiles

from chaos import history as histories
from chaos.checker import check
from chaos.history import OK
from chaos.model import Promises

ENOUGH = 50  # acknowledged operations; with fewer the history shows nothing


def promises_of(header):
    return Promises(**{key: header[key] for key in ("bound", "profile_bound", "grace", "leeway") if key in header})


def counts(operations):
    table = Counter((operation.what, operation.outcome) for operation in operations)
    outcomes = (histories.OK, histories.REFUSED, histories.UNKNOWN, histories.NOTHING)
    lines = [f"{'':<16}" + "".join(f"{outcome:>10}" for outcome in outcomes)]
    for what in sorted({what for what, _ in table}):
        lines.append(f"{what:<16}" + "".join(f"{table[what, outcome]:>10}" for outcome in outcomes))
    total = Counter(operation.outcome for operation in operations)
    lines.append(f"{'all':<16}" + "".join(f"{total[outcome]:>10}" for outcome in outcomes))
    return "\n".join(lines)


def lateness(operations):
    """How long after the answer to its sign-out a gate still let a token pass: (ends, seconds of those that were)."""
    ended, late = {}, {}
    for operation in operations:
        if operation.outcome == OK and operation.what in ("sign_out", "end_one"):
            sid = operation.get("target", operation["sid"])
            ended[sid] = min(ended.get(sid, operation.returned), operation.returned)
    for operation in operations:
        if operation.what == "check" and operation.outcome == OK and operation["sid"] in ended:
            after = operation.invoke - ended[operation["sid"]]
            if after > 0:
                late[operation["sid"]] = max(late.get(operation["sid"], 0), after)
    return len(ended), sorted(late.values())


def judge(path):
    """Prints what the history shows; the exit status: 0 it holds, 1 it does not, 2 it shows nothing."""
    history = histories.read(path)
    print(counts(history.operations))
    faults = Counter((fault["action"], fault["target"]) for fault in history.faults if "over" not in fault["action"])
    print("faults: " + ", ".join(f"{action} {target} {count}" for (action, target), count in sorted(faults.items())))
    ends, late = lateness(history.operations)
    if late:
        worst = quantiles(late, n=100)[98] if len(late) > 1 else late[0]
        print(f"of {ends} sign-outs, {len(late)} were seen to pass a gate after their answer; p99 {worst:.3f} s, "
              f"at most {late[-1]:.3f} s")
    violations, undecided = check(history, promises_of(history.header))
    for violation in violations[:10]:
        print(violation.describe())
    print(f"{len({operation.name for operation in history.operations})} accounts, "
          f"{len(history.operations)} operations, {len(history.faults)} faults; {len(undecided)} accounts undecided, "
          f"{len(violations)} violations")
    if violations:
        return 1
    acknowledged = sum(operation.outcome == OK for operation in history.operations)
    return 2 if undecided or acknowledged < ENOUGH else 0
