"""Ask the server of this container whether it is well; exit code 0 says yes.

Standard library only. The server's address and its token are where it keeps them: in its workspace.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from pathlib import Path

TIMEOUT_S = 4.0


def main() -> None:
    """Exit with 0 when /api/health answers ok."""
    workspace = Path(
        os.environ.get("SIGHTLINE_WORKSPACE") or os.environ.get("AL_STORE_DIR") or "workspace"
    )
    try:
        address = json.loads((workspace / "server.json").read_text("utf-8"))["url"]
        asked = urllib.request.Request(f"{address}/api/health")
        token = _token(workspace)
        if token:
            asked.add_header("authorization", f"Bearer {token}")
        with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:
            told = json.load(answer)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"not well: {error}")
    sys.exit(0 if told.get("status") == "ok" else f"not well: {told}")


def _token(workspace: Path) -> str:
    """Return what the server asks for: the one that was set, else the one that it made."""
    given = os.environ.get("SIGHTLINE_TOKEN", "")
    for file in (Path(os.environ.get("SECRETS_DIR", "/run/secrets"), "token"), workspace / "token"):
        if not given and file.is_file():
            given = file.read_text("utf-8").strip()
    return given


if __name__ == "__main__":
    main()
