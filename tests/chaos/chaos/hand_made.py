"""Histories written by hand, for the tests: each method adds an operation and returns it."""
from chaos.history import OK, REFUSED, UNKNOWN, History, Operation

REFUSALS = {"register": 409, "change_password": 403, "end_one": 404}


class Story:
    """One account's operations; a moment or (invoke, return) each. A single moment lasts a tenth of a second."""

    def __init__(self, name="ada"):
        self.name = name
        self.operations = []

    def add(self, what, when, outcome, **fields):
        invoke, returned = when if isinstance(when, tuple) else (when, when + 0.1)
        status = fields.pop("status", 200 if outcome == OK else REFUSALS.get(what, 401) if outcome == REFUSED else 503)
        operation = Operation(what, self.name, invoke, returned, outcome, "node", status, fields)
        self.operations.append(operation)
        return operation

    def register(self, when, outcome=OK, password="p1", account="id"):
        return self.add("register", when, outcome, password=password, account=account, roles="member")

    def sign_in(self, when, sid="s", outcome=OK, password="p1", epoch=1, roles="member", account="id"):
        told = {"sid": sid, "account": account, "epoch": epoch, "roles": roles, "counter": 0, "token": f"{sid}0"}
        return self.add("sign_in", when, outcome, password=password, **(told if outcome == OK else {}))

    def refresh(self, when, presented, sid="s", outcome=OK, epoch=1, roles="member", counter=None, token=None):
        counter = presented + 1 if counter is None else counter
        told = {"epoch": epoch, "roles": roles, "counter": counter, "token": token or f"{sid}{counter}"}
        return self.add("refresh", when, outcome, sid=sid, presented=presented, **(told if outcome == OK else {}))

    def sign_out(self, when, sid="s", outcome=OK):
        return self.add("sign_out", when, outcome, sid=sid, presented=0)

    def change_password(self, when, old, new, sid="s", outcome=OK, epoch=1, **fields):
        return self.add("change_password", when, outcome, sid=sid, epoch=epoch, old=old, new=new, **fields)

    def check(self, when, sid="s", outcome=OK, epoch=1, expires=1e9):
        return self.add("check", when, outcome, sid=sid, epoch=epoch, expires=expires)

    def end_others(self, when, sid="s", outcome=OK, epoch=1):
        return self.add("end_others", when, outcome, sid=sid, epoch=epoch)

    def end_one(self, when, target, sid="s", outcome=OK, epoch=1):
        return self.add("end_one", when, outcome, sid=sid, target=target, epoch=epoch)

    def rename(self, when, display, sid="s", outcome=OK, epoch=1):
        return self.add("rename", when, outcome, sid=sid, epoch=epoch, display=display)

    def profile(self, when, display="", sid="s", outcome=OK, epoch=1, roles="member"):
        told = {"display": display, "roles": roles} if outcome == OK else {}
        return self.add("profile", when, outcome, sid=sid, epoch=epoch, **told)

    def administer(self, what, when, outcome=OK, **fields):
        return self.add(what, when, outcome, **fields)

    def history(self):
        return History({}, self.operations, [])


def unknown(when, until=None):
    return {"when": (when, until or when + 1), "outcome": UNKNOWN}
