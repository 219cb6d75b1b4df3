"""PostgreSQL from Debian's packages: a primary and its streaming replica."""

import os
import pwd
import secrets
from pathlib import Path

import psycopg

from tests.drills import packages, programs
from tests.drills.programs import Program, free_port, wait_until

NAME = "registry"


class Server(Program):
    """A server with a folder of its own, which belongs to whom PostgreSQL runs as."""

    def __init__(self, name: str, folder: Path, password: str):
        programs = packages.postgresql()
        assert programs, "PostgreSQL is not installed"
        self.programs = programs
        # initdb refuses to work for root.
        self.owner = "postgres" if os.geteuid() == 0 else None
        self.place = folder / name
        self.place.mkdir(mode=0o700)
        if self.owner:
            account = pwd.getpwnam(self.owner)
            os.chown(self.place, account.pw_uid, account.pw_gid)
        self.data = self.place / "data"
        self.port = free_port()
        self.password = password
        super().__init__(
            name,
            [
                *(str(self.programs / "postgres"), "-D", str(self.data)),
                *("-p", str(self.port), "-c", "listen_addresses=127.0.0.1"),
                *("-c", f"unix_socket_directories={self.place}"),
            ],
            folder=folder,
            is_up=self.answers,
            environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            user=self.owner,
        )

    def at(self, database: str) -> str:
        """Return the words by which libpq finds a database of this server."""
        return (
            f"host=127.0.0.1 port={self.port} user={NAME} password={self.password} "
            f"dbname={database} connect_timeout=2"
        )

    def url(self, database: str) -> str:
        """Return DATABASE_URL for a database of this server."""
        return f"postgres://{NAME}:{self.password}@127.0.0.1:{self.port}/{database}"

    def answers(self) -> bool:
        try:
            self.ask("SELECT 1", database="postgres")
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, statement: str, *, database: str = NAME) -> object:
        """Run a statement; return the first value of its answer, if it has one."""
        with psycopg.connect(self.at(database), autocommit=True) as connection:
            done = connection.execute(statement.encode())
            row = done.fetchone() if done.description else None
            return row and row[0]

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's own programs as the server's owner."""
        programs.run(
            [str(self.programs / program), *arguments],
            program,
            cwd=self.place,
            env=self.environment,
            user=self.owner,
            group=self.owner,
            extra_groups=[] if self.owner else None,
        )

    def make(self) -> None:
        """Make an empty database, and start."""
        # Not among the arguments, which everybody on the machine sees.
        word = self.place / "password"
        word.write_text(self.password)
        if self.owner:
            os.chown(word, *_ids(self.owner))
        self.run(
            "initdb",
            *("-D", str(self.data), "--username", NAME, "--pwfile", str(word)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8"),
            *("--locale", "C.UTF-8", "--no-sync"),
        )
        word.unlink()
        self.start()
        self.ask(f"CREATE DATABASE {NAME}", database="postgres")

    def copy(self, primary: "Server") -> None:
        """Become the replica of a primary that runs, and start."""
        self.run(
            "pg_basebackup",
            *("-d", primary.at("replication"), "-D", str(self.data)),
            *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
            # The primary keeps for this replica what it missed while it was away.
            *("--create-slot", "--slot", self.name),
        )
        self.start()
        primary.wait_for_replica()

    def wait_for_replica(self) -> None:
        """Wait until a replica follows this primary, and has all that it has."""
        wait_until(
            lambda: bool(
                self.ask(
                    "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
                    " AND replay_lsn = pg_current_wal_lsn()"
                )
            ),
            "the replica to follow the primary",
        )

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "-D", str(self.data))


def _ids(user: str) -> tuple[int, int]:
    account = pwd.getpwnam(user)
    return account.pw_uid, account.pw_gid


def pair(folder: Path) -> tuple[Server, Server]:
    """Return a primary and a replica, neither of which runs yet."""
    password = secrets.token_urlsafe(16)
    return Server("primary", folder, password), Server("replica", folder, password)
