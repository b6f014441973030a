"""What an account may do: the rules of identity and gate as a state and its steps.

A state is a value. `steps` says which states an operation can lead to, given what it answered; none means that this
answer can't be given here. Operations that change nothing are `satisfied` or not. The rules are those that the
documentation promises, written down a second time on purpose: code shared with Gatehouse would share its mistakes.
"""
from dataclasses import dataclass
from typing import NamedTuple

from chaos.history import OK, REFUSED, UNKNOWN


@dataclass(frozen=True)
class Promises:
    """What is promised in seconds, and how long an operation without an answer may still take effect."""
    bound: float = 0.0      # from the answer to an end until every gate refuses, or says that it can't decide
    grace: float = 10.0     # a refresh token just used gives the same successor again
    leeway: float = 5.0     # an access token is accepted for so long after its expiry
    profile_bound: float = 0.0  # by which a profile that is shown may be old
    settle: float = 40.0
    slack: float = 0.05     # of the server's clock against ours: milliseconds are cut off, threads wait


class Session(NamedTuple):
    counter: int
    rotated_from: float  # the last rotation happened between these two moments
    rotated_to: float


class State(NamedTuple):
    exists: bool = False
    account: str = ""    # its id; empty while nobody has been told
    password: str = ""
    active: bool = True
    epoch: int = 1       # that of tokens made now
    least_epoch: int = 1  # older ones are void
    roles: str = "member"
    display: str = ""
    sessions: frozenset = frozenset()  # of (id, Session): the live ones. An id that is not here has ended

    def session(self, sid):
        return next((session for known, session in self.sessions if known == sid), None)

    def without(self, *sids):
        return self._replace(sessions=frozenset(item for item in self.sessions if item[0] not in sids))

    def with_session(self, sid, session):
        return self._replace(sessions=self.without(sid).sessions | {(sid, session)})

    def only(self, sid):
        return self._replace(sessions=frozenset(item for item in self.sessions if item[0] == sid))

    def voided(self):
        return self._replace(epoch=self.epoch + 1, least_epoch=self.epoch + 1)


READS = {"check", "authorized", "profile"}
# What touches one session only; all else concerns the account as a whole.
OF_A_SESSION = {"check", "authorized", "refresh", "sign_out", "end_one"}


def touched(operation):
    return {operation.get("sid"), operation.get("target")} - {None}


def conflict(one, other):
    """False only where the order of the two can't matter."""
    if one.what in OF_A_SESSION and other.what in OF_A_SESSION:
        return bool(touched(one) & touched(other))
    narrow, wide = (one, other) if one.what in OF_A_SESSION else (other, one)
    if narrow.what not in OF_A_SESSION:
        return not narrow.what == wide.what == "sign_in"
    if wide.what == "sign_in":
        return bool(touched(narrow) & touched(wide))
    if narrow.outcome != UNKNOWN:
        return True  # it says what the account was: roles, epoch, and that its session lived
    # Without an answer it says nothing. Whether it comes before what ends its session, or after, and then does nothing,
    # is the same; only that the session lives to do something is not.
    return bool(touched(narrow) & touched(wide))


class Model:
    def __init__(self, promises):
        self.promises = promises
        self._steps = {what: getattr(self, what) for what in (
            "register", "sign_in", "refresh", "sign_out", "change_password", "end_others", "end_one", "end_all",
            "set_roles", "disable", "enable", "rename")}

    # -- what changes nothing

    def satisfied(self, state, operation):
        """check (at a gate), authorized (a token that an identity node let through), profile (what it showed)."""
        if operation.what == "profile":
            return (state.display, state.roles) == (operation["display"], operation["roles"])
        session, epoch = state.session(operation["sid"]), operation["epoch"]
        good = session is not None and epoch >= state.least_epoch
        return good if operation.outcome == OK else not good

    @staticmethod
    def inert(state, operation):
        """True when an operation without an answer can't change anything any more, now or later."""
        if operation.what in ("refresh", "sign_out", "end_one"):
            return state.session(operation.get("target", operation["sid"])) is None
        if operation.what == "change_password":
            return state.session(operation["sid"]) is None or state.password != operation["old"]
        if operation.what == "rename":
            return state.session(operation["sid"]) is None
        return operation.what == "register" and state.exists

    # -- what changes something: the states it can lead to. `until`: it has happened before this moment

    def steps(self, state, operation, until):
        return self._steps[operation.what](state, operation, until)

    def register(self, state, operation, _):
        if operation.outcome == REFUSED:
            return [state] if state.exists else []
        if state.exists:
            return []
        return [State(exists=True, account=operation.get("account", ""), password=operation["password"],
                      roles=operation.get("roles", "member"))]

    def sign_in(self, state, operation, until):
        right = state.exists and state.active and state.password == operation["password"]
        if operation.outcome == REFUSED:
            return [] if right else [state]
        if not right or not self.fresh_tokens(state, operation) or state.session(operation["sid"]) is not None:
            return []
        if operation["counter"] != 0 or state.account not in ("", operation["account"]):
            return []
        now = Session(0, operation.invoke, min(operation.returned, until))
        return [state._replace(account=operation["account"]).with_session(operation["sid"], now)]

    @staticmethod
    def fresh_tokens(state, operation):
        """An access token says what the account is at the very moment of the operation."""
        return operation["epoch"] == state.epoch and operation["roles"] == state.roles

    def refresh(self, state, operation, until):
        sid, presented = operation["sid"], operation["presented"]
        session = state.session(sid)
        if operation.outcome == OK:
            return self.refreshed(state, operation, session, until)
        if session is None:
            return [state] if operation.outcome == REFUSED else []
        after = []
        if operation.outcome == UNKNOWN and presented == session.counter:
            rotated = Session(presented + 1, operation.invoke, until)
            after.append(state.with_session(sid, rotated))
        if self.may_be_reuse(session, operation, until):
            after.append(state.without(sid))
        return after

    def refreshed(self, state, operation, session, until):
        presented = operation["presented"]
        if session is None or operation["counter"] != presented + 1 or not self.fresh_tokens(state, operation):
            return []
        if presented == session.counter:
            rotated = Session(presented + 1, operation.invoke, min(operation.returned, until))
            return [state.with_session(operation["sid"], rotated)]
        within = operation.invoke - session.rotated_to <= self.promises.grace + self.promises.slack
        return [state] if presented == session.counter - 1 and within else []

    def may_be_reuse(self, session, operation, until):
        """Only a token that was given out can be presented: its counter is the session's or an older one."""
        if operation["presented"] >= session.counter:
            return False
        latest = (until if operation.outcome == UNKNOWN else operation.returned) - session.rotated_from
        return operation["presented"] < session.counter - 1 or latest > self.promises.grace - self.promises.slack

    def sign_out(self, state, operation, _):
        return [state.without(operation["sid"])] if operation.outcome in (OK, UNKNOWN) else []

    def change_password(self, state, operation, _):
        session = state.session(operation["sid"])
        allowed = state.active and session is not None
        if operation.outcome == REFUSED:
            if operation.status == 403:
                return [state] if state.password != operation["old"] else []
            return [state] if not allowed or operation["epoch"] < state.least_epoch else []
        if not allowed or state.password != operation["old"]:
            return []
        return [state.only(operation["sid"])._replace(password=operation["new"])]

    def rename(self, state, operation, _):
        allowed = state.active and state.session(operation["sid"]) is not None
        if operation.outcome == REFUSED:
            return [state] if not allowed or operation["epoch"] < state.least_epoch else []
        return [state._replace(display=operation["display"])] if allowed else []

    def end_others(self, state, operation, _):
        if operation.outcome == REFUSED:
            return [state] if not self.token_is_good(state, operation) else []
        return [state.only(operation["sid"])]

    def end_one(self, state, operation, _):
        if operation.outcome == REFUSED:
            if operation.status == 404:
                return [state] if state.session(operation["target"]) is None else []
            return [state] if not self.token_is_good(state, operation) else []
        if operation.outcome == OK and state.session(operation["target"]) is None:
            return []
        return [state.without(operation["target"])]

    @staticmethod
    def token_is_good(state, operation):
        return state.session(operation["sid"]) is not None and operation["epoch"] >= state.least_epoch

    # By an administrator, whose own session nobody touches: there is no "no".

    def end_all(self, state, operation, _):
        return [state.only(None)] if operation.outcome in (OK, UNKNOWN) and state.exists else []

    def set_roles(self, state, operation, _):
        if operation.outcome == REFUSED or not state.exists:
            return []
        return [state.voided()._replace(roles=operation["roles"])]

    def disable(self, state, operation, _):
        if operation.outcome == REFUSED or not state.exists:
            return []
        return [state.only(None).voided()._replace(active=False)]

    def enable(self, state, operation, _):
        if operation.outcome == REFUSED or not state.exists:
            return []
        return [state._replace(active=True, epoch=state.epoch + 1)]
