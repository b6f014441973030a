"""The request that nginx sends to the gate (docs/ops/nginx.md), and tokens for it."""
from _lib import wrk

PATH = "/gate/check"
HEADERS = {
    "Host": "app.example",
    "X-Original-URL": "http://app.example/orders/list?page=2",
    "X-Original-Method": "GET",
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Proto": "http",
    "Accept": "application/json",
}


def with_token(token):
    return {**HEADERS, "Authorization": f"Bearer {token}"}


def one_token(server):
    """Minted while nothing serves the folder."""
    return server.fill("tokens", 1).strip()


def measure(pid, port, token, seconds):
    """(Load, CPU µs a request); an answer that is no success is an error of the benchmark."""
    load, micros = wrk.run_measured(pid, port, PATH, seconds, with_token(token))
    check(load)
    return load, micros


def check(load):
    if load.bad or load.socket_errors:
        raise RuntimeError(f"{load.bad} answers were no success, {load.socket_errors} socket errors")
