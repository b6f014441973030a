"""The history: one JSON object a line. What the load writes is all that the checker knows.

The first line is the header (seed, settings, the promised bounds), each further one an operation or a fault:

  {"kind": "operation", "what": "refresh", "name": "ada-1", "invoke": 1.25, "return": 1.26, "outcome": "ok", ...}
  {"kind": "fault", "at": 1.3, "target": "identity-1", "action": "kill", "seconds": 2.0}

Times are seconds since the start of the run, all by one monotonic clock. Outcomes:

  ok        acknowledged
  refused   a "no": 401, 403, 404, 409
  unknown   503, a timeout, a connection that broke: it may have happened, happen still, or never happen
  nothing   429, or a connection that was never made: it has not happened

No password and no token stands in it, only digests of them and what a token says.
"""
import json
import threading
import time
from dataclasses import dataclass, field

OK, REFUSED, UNKNOWN, NOTHING = "ok", "refused", "unknown", "nothing"
FOREVER = float("inf")

UNSHOWN = ("answered_sid", "expires")


@dataclass(slots=True)
class Operation:
    what: str
    name: str               # of the account: what happens to one account does not touch another
    invoke: float
    returned: float
    outcome: str
    node: str = ""          # who was asked
    status: int = 0         # of HTTP; 0: none came
    fields: dict = field(default_factory=dict)  # what was asked for, and `answer` of what came back

    def __getitem__(self, key):
        return self.fields[key]

    def get(self, key, default=None):
        return self.fields.get(key, default)

    def describe(self):
        details = " ".join(f"{key}={str(value)[-8:]}" for key, value in self.fields.items() if key not in UNSHOWN)
        return (f"{self.invoke:10.4f} … {self.returned:10.4f}  {self.node or '-':<11} {self.what:<15} "
                f"{self.outcome:<8} {self.status or '-':<4} {details}")


class Recorder:
    """Thread-safe. An operation is written when it has returned, or was given up."""

    def __init__(self, path, header):
        self._file = open(path, "w", encoding="utf-8")
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self.acknowledged = 0
        self.write({"kind": "header", **header})

    def now(self):
        return time.monotonic() - self._began

    def write(self, entry):
        line = json.dumps(entry, separators=(",", ":")) + "\n"
        with self._lock:
            self._file.write(line)

    def operation(self, operation):
        self.acknowledged += operation.outcome == OK
        self.write({"kind": "operation", "what": operation.what, "name": operation.name,
                    "invoke": round(operation.invoke, 6), "return": round(operation.returned, 6),
                    "outcome": operation.outcome, "node": operation.node, "status": operation.status,
                    **operation.fields})

    def fault(self, **details):
        self.write({"kind": "fault", "at": round(self.now(), 6), **details})

    def close(self):
        with self._lock:
            self._file.close()


@dataclass
class History:
    header: dict
    operations: list
    faults: list


KNOWN = ("kind", "what", "name", "invoke", "return", "outcome", "node", "status")


def operation_of(entry):
    return Operation(entry["what"], entry["name"], entry["invoke"], entry["return"], entry["outcome"],
                     entry.get("node", ""), entry.get("status", 0),
                     {key: value for key, value in entry.items() if key not in KNOWN})


def read(path):
    history = History({}, [], [])
    with open(path, encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            kind = entry["kind"]
            if kind == "header":
                history.header = entry
            elif kind == "operation":
                history.operations.append(operation_of(entry))
            else:
                history.faults.append(entry)
    return history
