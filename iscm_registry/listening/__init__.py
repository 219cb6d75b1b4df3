"""Where the registry may listen: one rule for gunicorn, `serve` and `runserver`.

An app, because a command of Django is replaced only by an app that stands first.
"""

from ipaddress import ip_address

from environs import Env


def why_not_listen(address: str) -> str:
    """Return why nobody may listen there, or nothing.

    The demonstration asks for no second factor and speaks plain HTTP, and pages for
    developers show everything: neither is for other machines. A Unix socket is for
    this one.
    """
    env = Env()
    plain = [name for name in ("DEMO", "DEBUG") if env.bool(name, False)]
    if not plain or is_this_machine(address) or env.bool("DEMO_ON_NETWORK", False):
        return ""
    return (
        f"Other machines reach {address}, and {plain[0]} is on: the registry then "
        "speaks plain HTTP and asks for less at sign-in. Let it listen at 127.0.0.1 "
        "(which BIND=127.0.0.1 says to gunicorn and `serve`), or, where everybody on "
        "the network may do everything, set DEMO_ON_NETWORK=1."
    )


def is_this_machine(address: str) -> bool:
    if address == "localhost" or address.startswith("unix:"):
        return True
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
