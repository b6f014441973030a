"""After the storm: every account is held to what it was told. These are operations like all others, of the same
history; but now nothing is broken, so an answer must come."""
import queue
import threading
import time

from chaos.history import NOTHING, OK, UNKNOWN

THREADS = 4
PATIENCE = 30.0  # seconds for one answer: by then everything must have found together again


class Verifier:
    def __init__(self, client, recorder):
        self.client, self.recorder = client, recorder
        self.turn = 0

    def until_answered(self, ask, *arguments):
        deadline = time.monotonic() + PATIENCE
        while True:
            result = ask(*arguments)
            operation = result[0] if isinstance(result, tuple) else result
            if operation.outcome not in (UNKNOWN, NOTHING):
                return result
            if time.monotonic() > deadline:
                self.recorder.operation(missing(operation, self.recorder.now()))
                return result
            time.sleep(0.1)

    def next(self, names):
        self.turn += 1
        return sorted(names)[self.turn % len(names)]

    def account(self, account):
        for password in {account.password, *account.maybe_passwords, *account.old_passwords[-1:]}:
            node = self.next(self.client.nodes)
            operation, _ = self.until_answered(self.client.sign_in, node, account.name, password)
            if operation.outcome == OK and password != account.password:
                account.old_passwords.append(account.password)
                account.password = password
        account.maybe_passwords = []
        for tokens in list(account.sessions.values()):
            self.session(account, tokens)
        for tokens in list(account.older):
            self.until_answered(self.client.check, self.next(self.client.gates), account.name, tokens)

    def session(self, account, tokens):
        for gate in sorted(self.client.gates):
            self.until_answered(self.client.check, gate, account.name, tokens)
        node = self.next(self.client.nodes)
        operation, renewed = self.until_answered(self.client.refresh, node, account.name, tokens.sid, tokens.refresh)
        if renewed:
            self.until_answered(self.client.profile, node, account.name, renewed)
            account.sessions[tokens.sid] = renewed
        elif operation.outcome not in (UNKNOWN, NOTHING):
            account.older.append(account.sessions.pop(tokens.sid))


def missing(operation, now):
    operation.fields["wrong"] = f"no answer, {PATIENCE:.0f} s after everything ran again"
    operation.invoke = operation.returned = now
    operation.outcome = NOTHING
    return operation


def verify(plan, make_client, recorder):
    work = queue.SimpleQueue()
    for account in plan.everyone():
        work.put(account)
    failures = []

    def run():
        verifier = Verifier(make_client(), recorder)
        try:
            for name, password in plan.doubtful_names[len(threads)::THREADS]:
                verifier.until_answered(verifier.client.sign_in, verifier.next(verifier.client.nodes), name, password)
            while True:
                try:
                    account = work.get_nowait()
                except queue.Empty:
                    return
                verifier.account(account)
        except Exception as failure:  # of this program
            failures.append(failure)

    threads = []
    for _ in range(THREADS):
        threads.append(threading.Thread(target=run))
        threads[-1].start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
