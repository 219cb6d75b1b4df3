"""Has the index built when something is published, before anybody searches.

A thread of each process that serves looks at the revision once a second: the index of
a large registry takes longer than a reader waits. So the files of an old index, which
may hold what was retracted, go at once too.
"""

import logging
import threading
import time

from iscm_registry.outages import DATABASE_ERRORS
from iscm_registry.search import index

logger = logging.getLogger(__name__)

LOOKED_EVERY = 1.0
"""Seconds between two looks at the revision."""


def keep_ready() -> None:
    """Keep the index at the registry's revision for as long as this process lives."""
    threading.Thread(target=_keep, name="search-keeper").start()


def _keep() -> None:
    told = ""
    # Not a daemon, which the end of the process would cut off inside the index.
    while threading.main_thread().is_alive():
        try:
            index.obtain()
        except (index.NotReady, *DATABASE_ERRORS):
            pass  # another process builds, or there is no database to ask now
        except Exception as error:
            # The next look may do better. A fault that stays is told once.
            if told != (told := repr(error)):
                logger.exception("The search index could not be built.")
        time.sleep(LOOKED_EVERY)
