"""How gunicorn serves the registry, in production and in the demonstration.

    python -m gunicorn -c deploy/gunicorn.conf.py iscm_registry.wsgi:application

What differs between machines comes from the environment: BIND, PORT,
WEB_CONCURRENCY, WEB_THREADS, ACCESS_LOG and LOG_LEVEL.

A request holds a thread from its first byte to its last, however slowly it comes: in
production a proxy stands in front that waits for the whole of it (deploy/nginx.conf).
"""

import os
import sys
from pathlib import Path

from iscm_registry.listening import why_not_listen

# An address without a port, or a socket: 127.0.0.1, 0.0.0.0, [::], unix:/run/iscm.sock.
_address = os.environ.get("BIND") or "127.0.0.1"
if _reason := why_not_listen(_address):
    sys.exit(_reason)
_port = os.environ.get("PORT") or "8000"
bind = _address if _address.startswith("unix:") else f"{_address}:{_port}"

# Threads share what a process holds in memory (pages, the search index), so a few
# processes with some threads serve more from less memory than many processes.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)

# gunicorn believes no header about schemes, users or its place among addresses, from
# nobody: who sends them may be a program on this machine that passes on what it was
# sent. Behind a proxy, Django reads X-Forwarded-Proto (see BEHIND_PROXY).
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
forwarded_allow_ips = ""
header_map = "drop"

# A page asks with a dozen headers, none of which is long but the cookies.
limit_request_fields = 50
limit_request_field_size = 8190
# Not a byte more is waited for, once a connection has been idle for so long.
keepalive = 5
# Of idle connections, a process holds this many.
worker_connections = 500

# Each process opens its own database pool and index: nothing is shared by a fork.
preload_app = False

# A heartbeat file on a slow disk makes gunicorn think that a busy worker is dead.
if Path("/dev/shm").is_dir():  # noqa: S108 - only gunicorn's own unnamed files
    worker_tmp_dir = "/dev/shm"  # noqa: S108 - the same

# It would put a socket into the home folder, and nothing here uses it.
control_socket_disable = True

loglevel = os.environ.get("LOG_LEVEL") or "info"

# Off unless asked for (ACCESS_LOG=- for the terminal), and without the reader's
# address: who read what is nobody's business.
accesslog = os.environ.get("ACCESS_LOG") or None
access_log_format = '%(t)s "%(r)s" %(s)s %(b)s %(M)sms'


def post_worker_init(worker) -> None:
    from iscm_registry.drawn_ahead import keep_drawn
    from iscm_registry.search.keeper import keep_ready
    from iscm_registry.wsgi import application

    keep_ready()
    keep_drawn(application)
