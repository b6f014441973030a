#!/usr/bin/python3
"""A real SMTP server (aiosmtpd) on a free port of 127.0.0.1, for tests.

smtp_server.py FOLDER [--tls starttls|implicit] [--login USER:PASSWORD] [--port PORT]

Prints its port, then a line for each message it took; the message itself is FOLDER/NNNN.eml. What it does with a message
depends on the recipient's local part: `later` 451, `unknown` 550, `content` 554 after the data, `hangs` is never
answered, `dies` loses its connection in the middle.
"""
import argparse
import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, folder):
        self.folder = folder
        self.taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local == "later":
            return "451 4.7.1 greylisted"
        if local == "unknown":
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].split("@")[0]
        if local == "hangs":
            print("hangs", flush=True)
            await asyncio.sleep(3600)
        if local == "dies":
            server.transport.abort()
            return "451 gone"
        if local == "content":
            return "554 5.6.0 not wanted"
        self.taken += 1
        (self.folder / f"{self.taken:04}.eml").write_bytes(envelope.content)
        print(f"taken {self.taken} {envelope.mail_from} {','.join(envelope.rcpt_tos)} tls={session.ssl is not None}",
              flush=True)
        return "250 OK"


def context_of(folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--tls", choices=("starttls", "implicit"))
    arguments.add_argument("--login")
    arguments.add_argument("--port", type=int, default=0)
    given = arguments.parse_args()
    handler = Handler(given.folder)

    def authenticate(server, session, envelope, mechanism, data):
        login = f"{data.login.decode()}:{data.password.decode()}"
        return AuthResult(success=login == given.login, handled=login == given.login)

    def connection():
        options = {"enable_SMTPUTF8": True, "hostname": "mail.test"}
        if given.tls == "starttls":
            options |= {"tls_context": context_of(given.folder), "require_starttls": True}
        if given.login:
            options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": given.tls == "starttls"}
        return SMTP(handler, **options)

    tls = context_of(given.folder) if given.tls == "implicit" else None
    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", given.port, ssl=tls)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
