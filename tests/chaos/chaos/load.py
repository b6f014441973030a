"""The mixed load: clients that share accounts, so that two nodes meet at one session, and a pool of partners for races.

What is remembered here only serves to choose the next request. It may be out of date; the history alone is judged.
"""
import random
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from chaos.history import NOTHING, OK, UNKNOWN

ROLES = (["member"], ["admin"], ["admin", "member"])
LIFE = 90         # operations of an account until another takes its place
ENDED_KEPT = 12   # tokens of ended sessions that are tried again, an account
CALM = 0.15       # seconds a client waits after an answer that was none


class Account:
    def __init__(self, name, password, account_id):
        self.name, self.password, self.id = name, password, account_id
        self.old_passwords = []
        self.maybe_passwords = []  # of changes without an answer
        self.sessions = {}         # sid -> Tokens: the newest
        self.older = deque(maxlen=ENDED_KEPT)  # Tokens that have a successor, or whose session has ended
        self.disabled = False
        self.uses = 0


class Plan:
    """What clients share: who is at work on what, and who is next."""

    def __init__(self, seed, accounts):
        self.lock = threading.Lock()
        self.random = random.Random(seed)
        self.active, self.retired, self.wanted, self.made = [], [], accounts, 0
        self.doubtful_names = []  # (name, password) of registrations without an answer

    def next_name(self):
        with self.lock:
            self.made += 1
            return f"person-{self.made}"

    def add(self, account):
        with self.lock:
            self.active.append(account)

    def choose(self, chance):
        """An account to use; nothing: one must be made."""
        with self.lock:
            for account in [account for account in self.active if account.uses >= LIFE]:
                self.active.remove(account)
                self.retired.append(account)
            if len(self.active) < self.wanted and (not self.active or chance.random() < 0.5):
                return None
            account = chance.choice(self.active)
            account.uses += 1
            return account

    def everyone(self):
        with self.lock:
            return self.retired + self.active


class Worker:
    def __init__(self, number, plan, client, partner_clients, partners, admin):
        self.chance = random.Random(f"{plan.random.random()}")
        self.number, self.plan, self.client, self.admin = number, plan, client, admin
        self.partner_clients, self.partners = partner_clients, partners
        self.acts = self.table()
        self.failure = None

    def table(self):
        return [(32, self.check_newest), (12, self.check_older), (17, self.refresh), (5, self.refresh_twice),
                (4, self.refresh_and_sign_out), (4, self.sign_out), (6, self.sign_in), (2, self.sign_in_wrongly),
                (2, self.change_password), (1, self.change_password_twice), (1, self.end_others), (1, self.end_one),
                (2, self.set_roles), (1, self.disable), (1, self.end_all), (1, self.refresh_older),
                (2, self.refresh_and_set_roles), (4, self.profile), (2, self.rename)]

    def run(self, stop, pause):
        try:
            while not stop.is_set():
                answered = self.act()
                stop.wait(pause * self.chance.uniform(0.5, 1.5) if answered else CALM * self.chance.uniform(1, 3))
        except Exception as failure:  # of this program, not of Gatehouse
            self.failure = failure
            stop.set()

    def node(self):
        return self.chance.choice(sorted(self.client.nodes))

    def gate(self):
        return self.chance.choice(sorted(self.client.gates))

    def password(self):
        return self.chance.randbytes(12).hex()

    def act(self):
        """One operation, or a race of two. False: no answer came."""
        account = self.plan.choose(self.chance)
        if account is None:
            return self.register()
        if account.disabled and self.chance.random() < 0.3:
            return self.enable(account)
        if not account.sessions and self.chance.random() < 0.6:
            return self.sign_in(account)
        weights, acts = zip(*self.acts)
        return self.chance.choices(acts, weights)[0](account)

    def race(self, other, *arguments):
        """`other` (a method of a client) at the same time on another connection; returns its future."""
        def run():
            client = self.partner_clients.get()
            try:
                return getattr(client, other)(*arguments)
            finally:
                self.partner_clients.put(client)
        return self.partners.submit(run)

    # -- registering

    def register(self):
        name, password = self.plan.next_name(), self.password()
        rival, rival_password = None, self.password()
        if self.chance.random() < 0.2:
            rival = self.race("register", self.node(), name, rival_password)
        outcomes = [(self.client.register(self.node(), name, password), password)]
        if rival:
            outcomes.append((rival.result(), rival_password))
        for operation, used in outcomes:
            if operation.outcome == OK:
                self.plan.add(Account(name, used, operation["account"]))
            elif operation.outcome == UNKNOWN:
                self.plan.doubtful_names.append((name, used))
        return outcomes[0][0].outcome != UNKNOWN

    # -- sessions

    def sign_in(self, account):
        password = account.password
        if account.maybe_passwords and self.chance.random() < 0.5:
            password = self.chance.choice(account.maybe_passwords)
        operation, tokens = self.client.sign_in(self.node(), account.name, password)
        if tokens:
            account.sessions[tokens.sid] = tokens
            if password != account.password:
                account.old_passwords.append(account.password)
                account.password = password
        return answered(operation)

    def sign_in_wrongly(self, account):
        password = self.chance.choice(account.old_passwords) if account.old_passwords else self.password()
        return answered(self.client.sign_in(self.node(), account.name, password)[0])

    def pick(self, account):
        sessions = list(account.sessions.values())
        return self.chance.choice(sessions) if sessions else None

    def ended(self, account, sid):
        tokens = account.sessions.pop(sid, None)
        if tokens:
            account.older.append(tokens)

    def renewed(self, account, old, operation, tokens):
        if tokens:
            newest = account.sessions.get(tokens.sid)
            if newest is None or counter(newest) < operation["counter"]:
                account.sessions[tokens.sid] = tokens
            account.older.append(old)
        elif answered(operation) and operation.outcome != NOTHING:
            self.ended(account, old.sid)

    def refresh(self, account):
        tokens = self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        operation, renewed = self.client.refresh(self.node(), account.name, tokens.sid, tokens.refresh)
        self.renewed(account, tokens, operation, renewed)
        return answered(operation)

    def refresh_twice(self, account):
        tokens = self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        others = [self.race("refresh", self.node(), account.name, tokens.sid, tokens.refresh)
                  for _ in range(self.chance.choice((1, 1, 2)))]
        answer = self.refresh_these(account, tokens)
        for other in others:
            self.renewed(account, tokens, *other.result())
        return answer

    def refresh_these(self, account, tokens):
        operation, renewed = self.client.refresh(self.node(), account.name, tokens.sid, tokens.refresh)
        self.renewed(account, tokens, operation, renewed)
        return answered(operation)

    def refresh_and_sign_out(self, account):
        tokens = self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        other = self.race("sign_out", self.node(), account.name, tokens.sid, tokens.refresh)
        operation, renewed = self.client.refresh(self.node(), account.name, tokens.sid, tokens.refresh)
        if other.result().outcome == OK:
            self.ended(account, tokens.sid)
            if renewed:  # the very token that must not live
                account.older.append(renewed)
                return answered(self.client.check(self.gate(), account.name, renewed))
        return answered(operation)

    def refresh_and_set_roles(self, account):
        tokens = self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        other = self.race("refresh", self.node(), account.name, tokens.sid, tokens.refresh)
        answer = self.set_roles(account)
        self.renewed(account, tokens, *other.result())
        return answer

    def refresh_older(self, account):
        """One with a successor (a retry, or reuse), or of a session that ended."""
        if not account.older:
            return self.refresh(account)
        tokens = self.chance.choice(list(account.older))
        operation, _ = self.client.refresh(self.node(), account.name, tokens.sid, tokens.refresh)
        if operation.outcome not in (OK, UNKNOWN, NOTHING):
            self.ended(account, tokens.sid)
        return answered(operation)

    def sign_out(self, account):
        tokens = self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        operation = self.client.sign_out(self.node(), account.name, tokens.sid, tokens.refresh)
        if operation.outcome == OK:
            self.ended(account, tokens.sid)
            return answered(self.client.check(self.gate(), account.name, tokens))
        return answered(operation)

    def end_others(self, account):
        tokens = self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        operation = self.client.end_others(self.node(), account.name, tokens)
        if operation.outcome == OK:
            self.only(account, tokens)
        return answered(operation)

    def end_one(self, account):
        tokens, target = self.pick(account), self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        operation = self.client.end_one(self.node(), account.name, tokens, target.sid)
        if operation.outcome == OK:
            self.ended(account, target.sid)
        return answered(operation)

    def rename(self, account):
        """And looks, on some node, whether it is so."""
        tokens = self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        operation = self.client.rename(self.node(), account.name, tokens, self.chance.randbytes(4).hex())
        if operation.outcome == OK:
            return answered(self.client.profile(self.node(), account.name, tokens))
        return answered(operation)

    def profile(self, account):
        tokens = self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        return answered(self.client.profile(self.node(), account.name, tokens))

    def only(self, account, tokens):
        for sid in [sid for sid in account.sessions if sid != tokens.sid]:
            self.ended(account, sid)

    # -- passwords

    def change_password(self, account):
        tokens = self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        new = self.password()
        operation = self.client.change_password(self.node(), account.name, tokens, account.password, new)
        self.password_changed(account, tokens, operation, new)
        return answered(operation)

    def change_password_twice(self, account):
        tokens, other_tokens = self.pick(account), self.pick(account)
        if tokens is None:
            return self.sign_in(account)
        new, other_new = self.password(), self.password()
        other = self.race("change_password", self.node(), account.name, other_tokens, account.password, other_new)
        operation = self.client.change_password(self.node(), account.name, tokens, account.password, new)
        self.password_changed(account, tokens, operation, new)
        self.password_changed(account, other_tokens, other.result(), other_new)
        return answered(operation)

    def password_changed(self, account, tokens, operation, new):
        if operation.outcome == OK:
            account.old_passwords.append(account.password)
            account.password = new
            self.only(account, tokens)
        elif operation.outcome == UNKNOWN:
            account.maybe_passwords.append(new)

    # -- administration

    def set_roles(self, account):
        roles = self.chance.choice(ROLES)
        return answered(self.admin.do(self.client, "set_roles", self.node(), account, roles))

    def disable(self, account):
        operation = self.admin.do(self.client, "disable", self.node(), account)
        if operation.outcome in (OK, UNKNOWN):
            account.disabled = True
            for sid in list(account.sessions):
                self.ended(account, sid)
        return answered(operation)

    def enable(self, account):
        operation = self.admin.do(self.client, "enable", self.node(), account)
        account.disabled = operation.outcome != OK
        return answered(operation)

    def end_all(self, account):
        operation = self.admin.do(self.client, "end_all", self.node(), account)
        if operation.outcome == OK:
            for sid in list(account.sessions):
                self.ended(account, sid)
        return answered(operation)

    # -- gates

    def check_newest(self, account):
        tokens = self.pick(account)
        if tokens is None:
            return self.check_older(account)
        return answered(self.client.check(self.gate(), account.name, tokens))

    def check_older(self, account):
        if not account.older:
            return True
        return answered(self.client.check(self.gate(), account.name, self.chance.choice(list(account.older))))


def answered(operation):
    return operation.outcome not in (UNKNOWN, NOTHING)


def counter(tokens):
    from chaos.client import counter_of
    return counter_of(tokens.refresh)


class Admin:
    """The administrator's session, renewed before its access token expires. Safe to use from any thread."""

    NAME = "chaos-admin"

    def __init__(self, client, password, nodes):
        self.client, self.password, self.nodes = client, password, nodes
        self.lock = threading.Lock()
        self.tokens = None

    def sign_in(self):
        for node in self.nodes:
            _, tokens = self.client.sign_in(node, self.NAME, self.password)
            if tokens:
                self.tokens = tokens
                return
        raise RuntimeError("the administrator can't sign in")

    def do(self, client, what, node, account, roles=None):
        return client.administer(what, node, account.name, account.id, self.tokens.access, roles)


class Load:
    """`clients` threads that make about `rate` operations a second together, until stopped."""

    def __init__(self, make_client, seed, clients, rate, accounts, admin):
        self.plan = Plan(seed, accounts)
        self.partners = ThreadPoolExecutor(4)
        self.partner_clients = ClientPool(make_client, 4)
        self.workers = [Worker(number, self.plan, make_client(), self.partner_clients, self.partners, admin)
                        for number in range(clients)]
        self.stop_event = threading.Event()
        self.threads = [threading.Thread(target=worker.run, args=(self.stop_event, clients / rate))
                        for worker in self.workers]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stop_event.set()
        for thread in self.threads:
            thread.join()
        self.partners.shutdown()
        failures = [worker.failure for worker in self.workers if worker.failure]
        if failures:
            raise failures[0]


class ClientPool:
    def __init__(self, make_client, count):
        self.free = deque(make_client() for _ in range(count))
        self.ready = threading.Semaphore(count)

    def get(self):
        self.ready.acquire()
        return self.free.pop()

    def put(self, client):
        self.free.append(client)
        self.ready.release()
