"""The settings of a process whose database may not grow: its disk is full.

SQLite then answers as it does when the file system has no room left.
"""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

_options = DATABASES["default"]["OPTIONS"]
_options["init_command"] += f" PRAGMA max_page_count={os.environ['MOST_PAGES']};"
