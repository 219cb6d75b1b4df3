"""Ends with status 0 if the registry on this machine can answer readers, else with 1.

python deploy/is_well.py
"""

import http.client
import os
import sys


def main() -> int:
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    port = int(os.environ.get("PORT") or "8000")
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/healthz/", headers={"Host": host or "localhost"})
        answer = asked.getresponse()
        said = answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        said = f"No answer: {error}"
    else:
        if answer.status == http.HTTPStatus.OK and said.startswith("ok"):
            return 0
    sys.stderr.write(f"{said}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
