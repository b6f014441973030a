"""One storm: an administrator, a load and the faults, from the first request to the end of the last outage."""
import random
import time

from chaos.client import Client, digest
from chaos.history import OK, Operation
from chaos.load import Admin, Load
from chaos.nemesis import Nemesis

CLIENTS = 10
ACCOUNTS = 20  # in use at a time: few, so that clients meet


def create_admin(installation, recorder, client, seed):
    password = random.Random(f"admin {seed}").randbytes(12).hex()
    began = recorder.now()
    installation.create_admin(Admin.NAME, password)
    recorder.operation(Operation("register", Admin.NAME, began, recorder.now(), OK, "command line", 0,
                                 {"password": digest(password), "roles": "admin"}))
    admin = Admin(client, password, list(installation.nodes))
    admin.sign_in()
    return admin


def storm(options, installation, recorder, faults, enough=float("inf")):
    """options: seconds, seed, rate. Over when the time is, or `enough` was acknowledged. Returns the load, the nemesis
    and what makes clients."""
    clock_offset = time.time() - recorder.now()

    def make_client():
        return Client(recorder, installation.nodes, installation.gates, clock_offset)

    admin = create_admin(installation, recorder, make_client(), options.seed)
    load = Load(make_client, options.seed, CLIENTS, options.rate, ACCOUNTS, admin)
    nemesis = Nemesis(installation, recorder, faults)
    load.start()
    nemesis.start()
    try:
        deadline = time.monotonic() + options.seconds
        while time.monotonic() < deadline and recorder.acknowledged < enough:
            if load.stop_event.wait(0.2) or nemesis.failure:
                break
    finally:
        nemesis.stop()
        load.stop()
    if nemesis.failure:
        raise nemesis.failure
    return load, nemesis, make_client
