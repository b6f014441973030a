"""A proxy in front of Gatehouse that breaks one rule: what a checker must find if it is worth anything.

Each lie gets what would be passed on and decides to answer itself, to pass it on, or to change what comes back.
"""
import http.client
import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_HEADERS = {"connection", "content-length", "transfer-encoding", "keep-alive"}


class Exchange:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    def json(self):
        return json.loads(self.body)


class Honest:
    """Passes everything on."""

    def __init__(self, chance):
        self.chance = chance
        self.lock = threading.Lock()

    def instead(self, _):
        """(status, body) to answer without asking Gatehouse; nothing: ask it."""

    def after(self, _, answer):
        """(status, headers, body) of Gatehouse's answer, changed or not."""
        return answer


class SwallowsSignOuts(Honest):
    """One sign-out in five is acknowledged and not done: a revocation that is lost."""

    def instead(self, exchange):
        if exchange.path == "/v1/logout" and self.chance.random() < 0.2:
            return 204, b""
        return None


class SwallowsPasswordChanges(Honest):
    def instead(self, exchange):
        if exchange.path == "/v1/me/password" and self.chance.random() < 0.3:
            return 204, b""
        return None


class SwallowsDisabling(Honest):
    def instead(self, exchange):
        if exchange.path.endswith("/disable") and self.chance.random() < 0.5:
            return 200, b"{}"
        return None


class SaysNoForCouldNotDecide(Honest):
    """One gate check in two hundred is a 401 that should have been a 503."""

    def instead(self, exchange):
        if exchange.path == "/gate/check" and self.chance.random() < 0.005:
            return 401, b"{}"
        return None


class RemembersYes(Honest):
    """A gate with a cache that nothing invalidates: whom it once let pass, it lets pass, one time in ten."""

    def __init__(self, chance):
        super().__init__(chance)
        self.passed = {}

    def instead(self, exchange):
        headers = self.passed.get(exchange.headers.get("Authorization"))
        if exchange.path == "/gate/check" and headers and self.chance.random() < 0.1:
            return 200, b"", headers
        return None

    def after(self, exchange, answer):
        if exchange.path == "/gate/check" and answer[0] == 200:
            self.passed[exchange.headers["Authorization"]] = answer[1]
        return answer


class RepeatsOldTokens(Honest):
    """A refresh that gives the session's first answer again, as a node does that reads a replica which is behind."""

    def __init__(self, chance):
        super().__init__(chance)
        self.given = {}

    def after(self, exchange, answer):
        if exchange.path != "/v1/refresh" or answer[0] != 200:
            return answer
        with self.lock:
            first = self.given.setdefault(json.loads(answer[2])["session_id"], answer)
        return first if self.chance.random() < 0.05 else answer


class ShowsOldProfiles(Honest):
    """A cache of profiles that a change does not invalidate."""

    def __init__(self, chance):
        super().__init__(chance)
        self.shown = {}

    def after(self, exchange, answer):
        if exchange.path != "/v1/me" or answer[0] != 200:
            return answer
        name = json.loads(answer[2])["username"]
        with self.lock:
            first = self.shown.setdefault(name, answer)
        return first if exchange.method == "GET" else answer


class RefusesToRefresh(Honest):
    """One refresh in fifty is a no where nothing has ended."""

    def instead(self, exchange):
        if exchange.path == "/v1/refresh" and self.chance.random() < 0.02:
            return 401, b"{}"
        return None


class MakesAccountsTwice(Honest):
    """Says 201 to whoever comes second."""

    def after(self, exchange, answer):
        if exchange.path == "/v1/register" and answer[0] == 409:
            name = exchange.json()["username"]
            return 201, [("Content-Type", "application/json")], json.dumps(
                {"id": f"second {name}", "roles": ["member"]}).encode()
        return answer


LIES = (SwallowsSignOuts, SwallowsPasswordChanges, SwallowsDisabling, SaysNoForCouldNotDecide, RemembersYes,
        RepeatsOldTokens, ShowsOldProfiles, RefusesToRefresh, MakesAccountsTwice)


def make_handler(lie, port):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            exchange = Exchange(self.command, self.path, self.headers, body)
            own = lie.instead(exchange)
            if own:
                status, content, headers = own if len(own) == 3 else (*own, [("Content-Type", "application/json")])
                return self.answer(status, headers, content)
            try:
                answer = lie.after(exchange, self.pass_on(exchange))
            except (OSError, http.client.HTTPException):
                self.close_connection = True
                return None
            return self.answer(*answer)

        def pass_on(self, exchange):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            try:
                headers = {key: value for key, value in exchange.headers.items() if key.lower() not in HOP_HEADERS}
                connection.request(exchange.method, exchange.path, exchange.body or None, headers)
                answer = connection.getresponse()
                kept = [(key, value) for key, value in answer.getheaders() if key.lower() not in HOP_HEADERS]
                return answer.status, kept, answer.read()
            finally:
                connection.close()

        def answer(self, status, headers, content):
            self.send_response_only(status)
            for key, value in headers:
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, *_):
            pass

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """A client that went away in the middle is an everyday matter under faults."""


class Liar:
    """with Liar(lie, port) as liar: a proxy at liar.port."""

    def __init__(self, lie, port, seed):
        self.server = Server(("127.0.0.1", 0), make_handler(lie(random.Random(seed)), port))
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
