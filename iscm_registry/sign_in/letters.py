"""Letters of the sign-in: written and sent after the answer.

So the answer takes as long for an address that has an account as for one that has none,
and a mail server that is away costs nobody the change that they made.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial

from django.db import connections, transaction

logger = logging.getLogger(__name__)

# One: letters go out in turn, and whoever asks for many holds up letters only. What
# waits when a process is told to end is sent before it does.
_sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="letters")


def after_the_answer(send: Callable[[], object]) -> None:
    """Call `send` in the language of this request, once its changes are kept."""
    known = copy_context()
    transaction.on_commit(lambda: _sender.submit(known.run, partial(_try, send)))


def _try(send: Callable[[], object]) -> None:
    try:
        send()
    except Exception as error:
        # Its text may name the person whom the letter was for.
        logger.error("A letter could not be sent: %s.", type(error).__name__)
    finally:
        connections.close_all()
