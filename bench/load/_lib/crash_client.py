"""A client that remembers what was acknowledged, and afterwards holds the server to it.

Each client has accounts of its own and one request at a time, so at a crash at most one of its operations is in doubt:
sent, but not acknowledged. Such a one may have happened or not; it may not have happened by halves.
"""
import http.client
from collections import Counter
from dataclasses import dataclass, field

from _lib.gatehouse import exchange


class Down(Exception):
    """The server went away before it answered."""


@dataclass
class Session:
    access: str
    refresh: str
    spent: list = field(default_factory=list)  # older refresh tokens, the newest last
    ended: bool = False
    rotation_in_doubt: bool = False


@dataclass
class Account:
    name: str
    passwords: list                            # two when a change is in doubt: one of them holds
    old_passwords: list = field(default_factory=list)
    sessions: list = field(default_factory=list)
    touched: bool = True                       # since the last verification

    def live(self):
        return [session for session in self.sessions if not session.ended]


class Client:
    def __init__(self, number, random):
        self.number, self.random = number, random
        self.accounts = []
        self.registrations_in_doubt = []
        self.made = 0
        self.connection = None
        self.acknowledged, self.verified = Counter(), Counter()
        self.violations = []

    # -- talking

    def connect(self, port):
        self.close()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)

    def close(self):
        if self.connection:
            self.connection.close()

    def ask(self, method, path, body=None, token=None, headers=None):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            return exchange(self.connection, method, path, body, headers)
        except (OSError, http.client.HTTPException) as failure:
            raise Down from failure

    def sign_in(self, name, password):
        return self.ask("POST", "/v1/login", {"username": name, "password": password, "refresh_in": "body"})

    def refresh(self, token):
        return self.ask("POST", "/v1/refresh", {"refresh_token": token})

    def gate(self, token):
        return self.ask("GET", "/gate/check", token=token,
                        headers={"X-Original-URL": "http://app.example/orders", "X-Original-Method": "GET"})[0]

    # -- the load

    def work(self, stop):
        """Operations in random order until the server is gone or `stop` is set."""
        try:
            while not stop.is_set():
                self.operate()
        except Down:
            pass

    def operate(self):
        account = self.random.choice(self.accounts) if self.accounts else None
        session = self.random.choice(account.live()) if account and account.live() else None
        certain = account is not None and len(account.passwords) == 1
        draw = self.random.random()
        if account is None or draw < 0.08:
            self.register()
        elif session is None or draw < 0.20:
            self.start_session(account)
        elif draw < 0.75:
            self.rotate(account, session)
        elif draw < 0.92 or not certain:
            self.end_session(account, session)
        else:
            self.change_password(account, session)

    def new_password(self):
        return self.random.randbytes(12).hex()

    def register(self):
        self.made += 1
        name, password = f"client{self.number}-{self.made}", self.new_password()
        self.registrations_in_doubt.append((name, password))
        status, body = self.ask("POST", "/v1/register",
                                {"username": name, "email": f"{name}@example.org", "password": password})
        self.registrations_in_doubt.pop()
        if self.expect(status, 201, "register", body):
            self.accounts.append(Account(name, [password]))

    def start_session(self, account):
        account.touched = True
        status, body = self.sign_in(account.name, account.passwords[-1])
        if len(account.passwords) == 1 and self.expect(status, 200, "sign in", body):
            account.sessions.append(Session(body["access_token"], body["refresh_token"]))

    def rotate(self, account, session):
        account.touched = session.rotation_in_doubt = True
        status, body = self.refresh(session.refresh)
        if self.expect(status, 200, "rotate", body):
            self.take(session, body)

    @staticmethod
    def take(session, body):
        session.rotation_in_doubt = False
        session.spent.append(session.refresh)
        session.access, session.refresh = body["access_token"], body["refresh_token"]

    def end_session(self, account, session):
        account.touched = True
        account.sessions.remove(session)  # in doubt until it is acknowledged
        status, body = self.ask("POST", "/v1/logout", {"refresh_token": session.refresh})
        if self.expect(status, 204, "sign out", body):
            session.ended = True
            account.sessions.append(session)

    def change_password(self, account, session):
        account.touched = True
        old, new = account.passwords[0], self.new_password()
        others = [other for other in account.live() if other is not session]
        account.passwords = [old, new]
        account.sessions = [kept for kept in account.sessions if kept not in others]
        status, body = self.ask("POST", "/v1/me/password", {"current_password": old, "new_password": new},
                                token=session.access)
        if self.expect(status, 204, "change password", body):
            account.passwords = [new]
            account.old_passwords.append(old)
            for other in others:
                other.ended = True
                account.sessions.append(other)
        else:
            account.passwords = [old]
            account.sessions += others

    def expect(self, status, wanted, operation, body):
        if status == wanted:
            self.acknowledged[operation] += 1
            return True
        if status not in (429, 503):
            self.violations.append(f"{operation}: {status} instead of {wanted}: {body}")
        return False

    # -- holding it to what it said

    def verify(self, everything=False):
        for name, password in self.registrations_in_doubt:
            self.hold(self.sign_in(name, password)[0] in (200, 401), "a registration in doubt is whole or not there", name)
        self.registrations_in_doubt = []
        for account in self.accounts:
            if account.touched or everything or self.random.random() < 0.02:
                self.verify_passwords(account)
                for session in list(account.sessions):
                    self.verify_session(account, session)
                account.touched = False

    def hold(self, holds, rule, about):
        self.verified[rule] += 1
        if not holds:
            self.violations.append(f"{rule}: {about}")

    def verify_passwords(self, account):
        answers = [self.sign_in(account.name, password) for password in account.passwords]
        statuses = [status for status, _ in answers]
        self.hold(statuses.count(200) == 1, "the password last acknowledged signs in", f"{account.name} {answers}")
        if len(account.passwords) == 2:
            now = account.passwords[statuses.index(200)] if 200 in statuses else account.passwords[0]
            account.passwords = [now]
        elif account.old_passwords:
            status = self.sign_in(account.name, account.old_passwords[-1])[0]
            self.hold(status == 401, "a password that was replaced is refused", f"{account.name} {status}")

    def verify_session(self, account, session):
        if session.ended:
            gate, refresh = self.gate(session.access), self.refresh(session.refresh)[0]
            self.hold((gate, refresh) == (401, 401), "an ended session's tokens are refused",
                      f"{account.name} gate {gate} refresh {refresh}")
            account.sessions.remove(session)
            return
        gate = self.gate(session.access)
        self.hold(gate == 200, "a live session passes the gate", f"{account.name} {gate}")
        if len(session.spent) >= 2 and self.random.random() < 0.1:
            self.present_spent(account, session)
        else:
            self.present_newest(account, session)

    def present_newest(self, account, session):
        # Were the rotation that gave it lost, the counter would be one behind, and this token one never issued: reuse.
        status, body = self.refresh(session.refresh)
        self.hold(status == 200, "the refresh token last acknowledged rotates", f"{account.name} {status}")
        if status != 200:
            account.sessions.remove(session)
            return
        doubtful, presented = session.rotation_in_doubt, session.refresh
        self.take(session, body)
        again = self.refresh(presented)
        self.hold(again[0] == 200 and again[1]["refresh_token"] == session.refresh,
                  "the same successor comes back" + (" for a rotation in doubt" if doubtful else ""), account.name)

    def present_spent(self, account, session):
        status = self.refresh(session.spent[-2])[0]
        gate = self.gate(session.access)
        self.hold((status, gate) == (401, 401), "a refresh token two rotations old is reuse, and ends its session",
                  f"{account.name} refresh {status} gate {gate}")
        account.sessions.remove(session)
