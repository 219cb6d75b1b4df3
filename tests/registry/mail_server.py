"""A mail server on this machine, that takes letters as slowly as one far away."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from queue import Queue

DELAY = 0.3
"""Seconds that the mail server takes for a letter."""


class MailServer(socketserver.ThreadingTCPServer):
    """Takes letters as slowly as one far away, and keeps them."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.letters: Queue = Queue()


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 ready")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.take_letter()
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def take_letter(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        # What is measured is that nobody waits for this.
        time.sleep(DELAY)
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server.letters.put(letter)

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
