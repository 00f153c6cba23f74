"""Ask `sightline serve` of this container whether it takes requests; exit code 0 says yes.

Standard library only; no key is needed for this. SIGHTLINE_READY_URL names another address.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request

ADDRESS = "http://127.0.0.1:8100/ready"
TIMEOUT_S = 4.0


def main() -> None:
    """Exit with 0 when /ready says so."""
    try:
        address = os.environ.get("SIGHTLINE_READY_URL", ADDRESS)
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:
            told = json.load(answer)
    except (OSError, ValueError) as error:
        sys.exit(f"not ready: {error}")
    sys.exit(0 if told.get("ready") else f"not ready: {told}")


if __name__ == "__main__":
    main()
