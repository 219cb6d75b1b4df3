"""nginx as deploy/nginx.conf configures it, in a folder of a test."""

import os
import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.serving import ROOT

needs_nginx = pytest.mark.skipif(
    not shutil.which("nginx"), reason="needs nginx. Debian: apt install nginx"
)


def configuration(
    folder: Path, *addresses: str, tls_at: str = "", without: str = ""
) -> Path:
    """Write deploy/nginx.conf for another place, and what Debian puts around it.

    The nodes are at `addresses`. With `tls_at`, a port or a socket, nginx speaks HTTPS
    there, and else HTTP at a socket in the folder. A line `without` is left out.
    """
    text = (ROOT / "deploy/nginx.conf").read_text()
    servers = " ".join(f"server {urlsplit(address).netloc};" for address in addresses)
    changes = [
        (r"server 127\.0\.0\.1:8000;", servers),
        (re.escape(without), ""),
        (r"listen 80;", f"listen unix:{folder}/plain.sock;"),
        (r"/var/cache/nginx-registry levels", f"{folder}/kept levels"),
    ]
    if tls_at:
        changes += [
            (r"listen 443", f"listen {tls_at}"),
            (r"/etc/ssl/(certs|private)/", f"{folder}/"),
        ]
    else:
        changes += [
            (r"listen 443 ssl http2;", f"listen unix:{folder}/door.sock;"),
            (r"ssl_\w+ .*;", ""),
        ]
    for what, by in changes:
        text, times = re.subn(what, by, text)
        assert times, f"There is no {what} in deploy/nginx.conf any more."
    (folder / "registry.conf").write_text(text)
    whole = folder / "nginx.conf"
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        # Of the same user as the folder.
        ("user root;\n" if os.geteuid() == 0 else "")
        + f"daemon off; worker_processes 1; pid {folder}/nginx.pid;\n"
        + f"events {{ worker_connections 1024; }}\nhttp {{ access_log off; {temporary} "
        + f"include {folder}/registry.conf; }}\n"
    )
    return whole


def make_certificate(folder: Path, host: str) -> None:
    """Make what `configuration` names with `tls_at`, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "registry.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "registry.key").write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def command(folder: Path, whole: Path) -> list[str]:
    return ["nginx", "-p", str(folder), "-c", str(whole), "-e", f"{folder}/error.log"]


@contextmanager
def nginx(folder: Path, *addresses: str, without: str = ""):
    """Serve in front of these, and give the path of the socket to ask at."""
    path = folder / "door.sock"
    whole = configuration(folder, *addresses, without=without)
    process = subprocess.Popen(command(folder, whole))
    try:
        until = time.monotonic() + 60
        while not path.exists():
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < until, "nginx does not listen"
            time.sleep(0.05)
        yield str(path)
    finally:
        process.terminate()
        process.wait(timeout=30)


def connect(path: str) -> socket.socket:
    door = socket.socket(socket.AF_UNIX)
    door.settimeout(60)
    door.connect(path)
    return door


def ask(path: str, request: bytes) -> bytes:
    with connect(path) as door:
        door.sendall(request)
        return b"".join(iter(lambda: door.recv(65536), b""))
