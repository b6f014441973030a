"""Asks Gatehouse and writes down what it answered. One client is one thread's."""
import base64
import hashlib
import http.client
import json
import socket

from chaos.history import NOTHING, OK, REFUSED, UNKNOWN, Operation

TIMEOUT = 6.0  # shorter than most of the outages: what was sent before one stays without an answer


class NotSent(Exception):
    pass


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def payload(token):
    """What an access token says. Its signature is the gates' matter."""
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def counter_of(refresh_token):
    """`ghr_`, then session id (16 bytes), counter (8), MAC (16) in base64url."""
    text = refresh_token.removeprefix("ghr_")
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))[16:24], "big")


class Client:
    """`nodes` and `gates`: name -> port. Connections are kept, and made anew after any failure."""

    def __init__(self, recorder, nodes, gates, clock_offset):
        self.recorder, self.nodes, self.gates = recorder, nodes, gates
        self.clock_offset = clock_offset  # of the wall clock against the recorder's
        self.connections = {}

    def close(self):
        for connection in self.connections.values():
            connection.close()
        self.connections = {}

    # -- one exchange

    def connection(self, node):
        connection = self.connections.get(node)
        if connection is None or connection.sock is None:
            port = self.nodes.get(node) or self.gates[node]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
            try:
                connection.connect()
            except OSError as failure:
                raise NotSent from failure
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections[node] = connection
        return connection

    def exchange(self, node, method, path, body, headers):
        """Status, headers and body; NotSent when nothing was sent; OSError or HTTPException when nobody knows."""
        connection = self.connection(node)
        try:
            connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self.connections.pop(node, None)
            raise
        if not content:
            return answer, {}
        try:
            return answer, json.loads(content)
        except ValueError:
            return answer, {"type": "what is not JSON"}

    def ask(self, operation, method, path, wanted, refusals, body=None, token=None, headers=None):
        """Fills in how `operation` ended and returns the answer's body; the caller records it."""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        operation.invoke = self.recorder.now()
        content, answer = {}, None
        try:
            answer, content = self.exchange(operation.node, method, path, body, headers)
            operation.status = answer.status
            operation.outcome = self.outcome(operation, content, wanted, refusals)
            if operation.status in (429, 503) and not answer.getheader("Retry-After"):
                operation.fields["wrong"] = f"{operation.status} without Retry-After"
        except NotSent:
            operation.outcome = NOTHING
        except (OSError, http.client.HTTPException):
            operation.outcome = UNKNOWN
        operation.returned = self.recorder.now()
        return content, answer

    @staticmethod
    def outcome(operation, content, wanted, refusals):
        status = operation.status
        if status == wanted:
            return OK
        if status == 429:
            return NOTHING
        if status in refusals:
            return REFUSED
        if status != 503:
            operation.fields["wrong"] = f"{operation.what} was answered {status} {content.get('type', '')}"
        return UNKNOWN

    def begin(self, what, name, node, **fields):
        return Operation(what, name, 0.0, 0.0, UNKNOWN, node, 0, fields)

    def done(self, operation):
        self.recorder.operation(operation)
        return operation

    # -- what a person does

    def register(self, node, name, password):
        operation = self.begin("register", name, node, password=digest(password))
        body, _ = self.ask(operation, "POST", "/v1/register", 201, (409,),
                           {"username": name, "email": f"{name}@example.org", "password": password})
        if operation.outcome == OK:
            operation.fields.update(account=body["id"], roles=",".join(body["roles"]))
        return self.done(operation)

    def sign_in(self, node, name, password):
        operation = self.begin("sign_in", name, node, password=digest(password))
        body, _ = self.ask(operation, "POST", "/v1/login", 200, (401,),
                           {"username": name, "password": password, "refresh_in": "body"})
        tokens = self.tokens(operation, body)
        return self.done(operation), tokens

    def refresh(self, node, name, sid, token):
        operation = self.begin("refresh", name, node, sid=sid, presented=counter_of(token))
        body, _ = self.ask(operation, "POST", "/v1/refresh", 200, (401,), {"refresh_token": token})
        tokens = self.tokens(operation, body)
        if operation.outcome == OK and operation.fields["answered_sid"] != sid:
            operation.fields["wrong"] = "a refresh gave another session's tokens"
        return self.done(operation), tokens

    def tokens(self, operation, body):
        if operation.outcome != OK:
            return None
        claims = payload(body["access_token"])
        key = "sid" if operation.what == "sign_in" else "answered_sid"
        operation.fields.update({key: claims["sid"], "account": claims["sub"], "epoch": claims["epoch"],
                                 "roles": ",".join(claims["roles"]), "counter": counter_of(body["refresh_token"]),
                                 "token": digest(body["refresh_token"])})
        if body["session_id"] != claims["sid"]:
            operation.fields["wrong"] = "session_id is not the token's sid"
        return Tokens(body["access_token"], body["refresh_token"], claims, claims["exp"] - self.clock_offset)

    def sign_out(self, node, name, sid, token):
        operation = self.begin("sign_out", name, node, sid=sid, presented=counter_of(token))
        self.ask(operation, "POST", "/v1/logout", 204, (), {"refresh_token": token})
        return self.done(operation)

    def with_token(self, what, node, name, tokens, **fields):
        return self.begin(what, name, node, sid=tokens.sid, epoch=tokens.epoch, expires=round(tokens.expires, 3),
                          **fields)

    def change_password(self, node, name, tokens, old, new):
        operation = self.with_token("change_password", node, name, tokens, old=digest(old), new=digest(new))
        self.ask(operation, "POST", "/v1/me/password", 204, (401, 403),
                 {"current_password": old, "new_password": new}, tokens.access)
        return self.done(operation)

    def end_others(self, node, name, tokens):
        operation = self.with_token("end_others", node, name, tokens)
        self.ask(operation, "DELETE", "/v1/sessions", 200, (401,), token=tokens.access)
        return self.done(operation)

    def end_one(self, node, name, tokens, target):
        operation = self.with_token("end_one", node, name, tokens, target=target)
        self.ask(operation, "DELETE", f"/v1/sessions/{target}", 204, (401, 404), token=tokens.access)
        return self.done(operation)

    def rename(self, node, name, tokens, display):
        operation = self.with_token("rename", node, name, tokens, display=display)
        self.ask(operation, "PATCH", "/v1/me", 200, (401,), {"display_name": display}, tokens.access)
        return self.done(operation)

    def profile(self, node, name, tokens):
        operation = self.with_token("profile", node, name, tokens)
        body, _ = self.ask(operation, "GET", "/v1/me", 200, (401,), token=tokens.access)
        if operation.outcome == OK:
            operation.fields.update(display=body["display_name"], roles=",".join(body["roles"]))
            if (body["username"], body["id"]) != (name, tokens.claims["sub"]):
                operation.fields["wrong"] = "somebody else's profile"
        return self.done(operation)

    # -- what an administrator does

    def administer(self, what, node, name, account, admin_token, roles=None):
        method, path = {"set_roles": ("PUT", "roles"), "disable": ("POST", "disable"), "enable": ("POST", "enable"),
                        "end_all": ("POST", "end-sessions")}[what]
        operation = self.begin(what, name, node)
        body = None
        if roles is not None:
            operation.fields["roles"] = ",".join(sorted(roles))
            body = {"roles": roles}
        self.ask(operation, method, f"/v1/admin/accounts/{account}/{path}", 200, (401, 403, 404), body, admin_token)
        return self.done(operation)

    # -- what a proxy asks

    def check(self, gate, name, tokens):
        operation = self.with_token("check", gate, name, tokens)
        _, answer = self.ask(operation, "GET", "/gate/check", 200, (401,), token=tokens.access,
                             headers={"X-Original-URL": "http://app.example/orders", "X-Original-Method": "GET"})
        if operation.outcome == OK:
            told = tuple(answer.getheader(f"X-Auth-{part}") for part in ("Subject", "Session", "Roles"))
            if told != (tokens.claims["sub"], tokens.sid, ",".join(tokens.claims["roles"])):
                operation.fields["wrong"] = f"a gate said who it is: {told}"
        return self.done(operation)


class Tokens:
    """What the holder of a session has; `expires` of the access token, by the recorder's clock."""

    def __init__(self, access, refresh, claims, expires):
        self.access, self.refresh, self.claims, self.expires = access, refresh, claims, expires
        self.sid, self.epoch = claims["sid"], claims["epoch"]
