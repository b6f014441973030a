"""Is there an order in which the operations, one at a time, could have happened and given these answers?

Linearizability (Herlihy and Wing 1990), decided for each account by itself (it composes), by the just-in-time search of
Lowe (2017): a configuration is a state and the operations that have begun and not happened in it; when one returns, it
must have happened. An operation without an answer may happen up to `settle` after it began, or never.

A yes of a gate may be old by `bound`: it counts as begun that much earlier. A no may not: nothing but an end that has
at least begun explains it.
"""
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from chaos.history import FOREVER, NOTHING, OK, REFUSED, UNKNOWN, Operation
from chaos.model import READS, Model, State, conflict, touched

MOST_CONFIGURATIONS = 20_000


@dataclass
class Violation:
    rule: str
    name: str        # of the account
    at: Operation    # the operation that could not be explained
    history: list    # the operations that show it
    states: tuple = ()

    def describe(self):
        lines = [f"VIOLATION: {self.rule} (account {self.name})"]
        lines += [("  >>> " if operation is self.at else "      ") + operation.describe() for operation in self.history]
        lines += [f"      what it could be before: {state}" for state in self.states[:4]]
        return "\n".join(lines)


class Undecided(Exception):
    """Too many operations without an answer at one time."""


class Timed(NamedTuple):
    begins: float
    ends: float
    operation: Operation
    origin: Operation  # in the history: itself, or what needed the authorization


def prepared(operations, promises):
    """The operations as the search wants them, without those that say nothing."""
    result = []
    for operation in operations:
        if operation.outcome == NOTHING or (operation.outcome == UNKNOWN and operation.what in READS | {"sign_in"}):
            continue  # a sign-in without an answer made at most a session that nobody holds
        if operation.outcome == UNKNOWN:
            result.append(Timed(operation.invoke, operation.invoke + promises.settle, operation, operation))
            continue
        if operation.what == "check":
            result.append(read(operation, operation, promises))
            continue
        if operation.what in AUTHORIZED and (operation.status != 401 or operation.what == "profile"):
            authorized = Operation("authorized", operation.name, operation.invoke, operation.returned,
                                   REFUSED if operation.status == 401 else OK, operation.node, 0,
                                   {"sid": operation["sid"], "epoch": operation["epoch"]})
            result.append(read(authorized, operation, promises))
        if operation.what != "profile":
            result.append(Timed(operation.invoke, operation.returned, operation, operation))
        elif operation.outcome == OK:
            result.append(read(operation, operation, promises))
    return result


def without_unseen(timed):
    """Nobody looks at a session after its last answer, so what may have happened to it then makes no difference."""
    last = {}
    for one in timed:
        if one.operation.outcome != UNKNOWN:
            for sid in touched(one.operation):
                last[sid] = max(last.get(sid, 0), one.ends)
    return [one for one in timed
            if one.operation.outcome != UNKNOWN or one.operation.what not in ("refresh", "sign_out", "end_one")
            or one.begins < last.get(one.operation.get("target", one.operation["sid"]), 0)]


def likeness(operation):
    fields = tuple(sorted((key, value) for key, value in operation.fields.items() if key not in ("epoch", "expires")))
    return operation.what, fields


AUTHORIZED = {"change_password", "end_others", "end_one", "rename", "profile"}


def read(operation, origin, promises):
    early = 0
    if operation.outcome == OK:
        early = promises.profile_bound if operation.what == "profile" else promises.bound
    return Timed(operation.invoke - early, operation.returned, operation, origin)


class Search:
    """One account. A configuration is (state, reads not explained yet, operations not happened yet), as indexes."""

    def __init__(self, operations, promises, start=State()):
        self.model = Model(promises)
        self.timed = sorted(without_unseen(prepared(operations, promises)), key=lambda timed: timed.begins)
        self.operation = [timed.operation for timed in self.timed]
        self.is_read = [operation.what in READS for operation in self.operation]
        self.optional = [operation.outcome == UNKNOWN for operation in self.operation]
        self.alike = [likeness(operation) if operation.outcome == UNKNOWN else None for operation in self.operation]
        self.configurations = {(start, frozenset(), frozenset())}

    def run(self):
        """What has no explanation (Timed) and the states before it; nothing when all have one."""
        events = sorted([(timed.begins, 0, i) for i, timed in enumerate(self.timed)] +
                        [(timed.ends, 1, i) for i, timed in enumerate(self.timed) if not self.optional[i]])
        for moment, is_end, index in events:
            before = self.configurations
            self.configurations = set()
            for configuration in before:
                self.configurations |= self.end(configuration, index, moment) if is_end else {
                    self.begin(*decided, index) for decided in self.decide(configuration, index, moment)}
                if len(self.configurations) > MOST_CONFIGURATIONS:
                    raise Undecided
            self.configurations = self.prune(self.configurations)
            if not self.configurations:
                return self.timed[index], tuple({state for state, _, _ in before})
        return None

    def begin(self, state, reads, pending, index):
        operation = self.operation[index]
        if self.is_read[index]:
            return state, reads if self.model.satisfied(state, operation) else reads | {index}, pending
        if self.optional[index] and self.model.inert(state, operation):
            return state, reads, pending
        return state, reads, pending | {index}

    def decide(self, configuration, index, moment):
        """What is in doubt, and can't happen after `index` has begun, has happened by then or never will. As long as
        nothing comes that could tell, this is left open."""
        late = frozenset(i for i in configuration[2] if self.optional[i] and
                         self.timed[i].ends < self.timed[index].begins and
                         conflict(self.operation[i], self.operation[index]))
        if not late:
            return {configuration}
        return {(state, reads, pending - late)
                for state, reads, pending in self.reachable(configuration, late, moment, lambda *_: True)}

    def end(self, configuration, index, moment):
        """Every configuration in which `index` has happened, reached by what must not wait for later."""
        def has_happened(reads, pending):
            return index not in reads and index not in pending

        if has_happened(*configuration[1:]):
            return {configuration}
        return {found for found in self.reachable(configuration, {index}, moment,
                                                  lambda reads, pending: not has_happened(reads, pending))
                if has_happened(*found[1:])}

    def reachable(self, configuration, about, moment, goes_on):
        """All that can come of a configuration by operations that make a difference to those that it is `about`."""
        seen, ready = {configuration}, [configuration]
        while ready:
            state, reads, pending = ready.pop()
            if not goes_on(reads, pending):
                continue
            for candidate in self.concerned(about, pending):
                for after in self.model.steps(state, self.operation[candidate], moment):
                    following = self.settled(after, reads, pending - {candidate})
                    if following not in seen:
                        seen.add(following)
                        ready.append(following)
            if len(seen) > MOST_CONFIGURATIONS:
                raise Undecided
        return seen

    def settled(self, state, reads, pending):
        """Without what this state explains, and what can't change it any more."""
        reads = frozenset(i for i in reads if not self.model.satisfied(state, self.operation[i]))
        pending = frozenset(i for i in pending
                            if not (self.optional[i] and self.model.inert(state, self.operation[i])))
        return state, reads, pending

    def concerned(self, about, pending):
        """What is pending and makes a difference to them, directly or through others."""
        chosen, ready, rest = [], list(about), set(pending) - set(about)
        while ready:
            latest = ready.pop()
            if latest in pending:
                chosen.append(latest)
            near = {other for other in rest if conflict(self.operation[latest], self.operation[other])}
            rest -= near
            ready += near
        # Of several that would do the same, the first stands for all: it leaves the most open.
        first = {}
        for candidate in sorted(chosen):
            first.setdefault(self.alike[candidate] or candidate, candidate)
        return list(first.values())

    def prune(self, configurations):
        """Of two that differ only so that one owes less and may do more, the other adds nothing."""
        groups = defaultdict(list)
        for state, reads, pending in configurations:
            optional = frozenset(i for i in pending if self.optional[i])
            groups[state, pending - optional].append((reads, optional))
        kept = set()
        for (state, owed), variants in groups.items():
            for reads, optional in variants:
                if not any(other != (reads, optional) and other[0] <= reads and other[1] >= optional
                           for other in variants):
                    kept.add((state, reads, owed | optional))
        return kept


def search(operations, promises):
    return Search(operations, promises).run()


def shortened(operations, failing, promises):
    """A shorter history that still can't be explained: without reads, refusals and whole sessions it does not need."""
    operations = [operation for operation in operations if operation.invoke <= failing.returned]
    sessions = {operation.get("sid") for operation in operations} - {None, failing.get("sid"), failing.get("target")}

    def without(dropped):
        gone = {id(operation) for operation in dropped}
        left = [operation for operation in operations if operation is failing or id(operation) not in gone]
        try:
            found = search(left, promises)
        except Undecided:
            return None
        return left if found is not None and found[0].origin is failing else None

    groups = [[operation for operation in operations if operation.get("sid") == sid] for sid in sorted(sessions)]
    groups += [[operation] for operation in operations
               if operation.what in READS or operation.outcome in (REFUSED, NOTHING, UNKNOWN)]
    for group in groups:
        operations = without(group) or operations
    return operations


def check_account(name, operations, promises):
    """The first violation of an account, or nothing. Raises Undecided."""
    found = search(operations, promises)
    if found is None:
        return None
    (_, _, failing, origin), states = found
    history = shortened(sorted(operations, key=lambda operation: operation.invoke), origin, promises)
    return Violation(explain(origin, failing), name, origin, history, states)


def explain(at, failing):
    if at.what == "check" and at.outcome == OK:
        return "a gate let something pass that had ended longer ago than is promised"
    if at.what == "check":
        return "a gate said no to a live token"
    if failing.what == "authorized" and at.outcome == OK:
        return "a node obeyed a token that had ended longer ago than is promised"
    if failing.what == "profile":
        return "a profile was shown that is older than is promised, or never was"
    if at.what == "register" and at.outcome == OK:
        return "two accounts have one name"
    if at.outcome == REFUSED:
        return "a no that nothing acknowledged or in doubt explains: something acknowledged is lost"
    return "a yes that contradicts what was acknowledged: something is lost, doubled or resurrected"


def check(history, promises):
    """Every violation, and the names of accounts that could not be decided."""
    by_name = defaultdict(list)
    for operation in history.operations:
        by_name[operation.name].append(operation)
    violations, undecided = list(check_globally(history, promises)), []
    for name, operations in by_name.items():
        try:
            violation = check_account(name, [o for o in operations if not expired(o, promises)], promises)
        except Undecided:
            undecided.append(name)
            continue
        if violation:
            violations.append(violation)
    return violations, undecided


def expired(operation, promises):
    """A token at the end of its life may be refused; how a gate answers then is not the history's matter."""
    return operation.what in READS | AUTHORIZED and operation.outcome == REFUSED and \
        operation.returned + promises.leeway >= operation.get("expires", FOREVER)


def check_globally(history, promises):
    """What needs no order: tokens and sessions that are one, answers that never are right."""
    successors, owners = {}, {}
    for operation in history.operations:
        if operation.outcome == OK and operation.what in ("refresh", "sign_in"):
            key = (operation["sid"], operation["counter"])
            first = successors.setdefault(key, operation)
            if first["token"] != operation["token"]:
                yield Violation("two different refresh tokens for one counter", operation.name, operation,
                                [first, operation])
        if operation.outcome == OK and operation.what == "sign_in":
            first = owners.setdefault(operation["sid"], operation)
            if first is not operation:
                yield Violation("two sign-ins got one session", operation.name, operation, [first, operation])
        if operation.get("wrong"):
            yield Violation(operation["wrong"], operation.name, operation, [operation])
        if operation.what == "check" and operation.outcome == OK and \
                operation.invoke > operation.get("expires", FOREVER) + promises.leeway:
            yield Violation("a gate let an expired token pass", operation.name, operation, [operation])
