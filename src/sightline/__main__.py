"""Start the command line: `sightline`, `python -m sightline`.

Its imports take most of the first second. Ctrl+C within them ends it as it does later on.
"""

from __future__ import annotations

import sys

STOPPED = 130
"""What a shell calls the end by Ctrl+C; the same as that of `CancelledError`."""
_NEXT = "run it again to go on"


def main() -> None:
    """Run a verb and leave with its exit code."""
    try:
        from sightline.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write(f"error: stopped\n  next: {_NEXT}\n")
        if "--json" in sys.argv:
            told = f'"code": "cancelled", "message": "stopped", "hint": "{_NEXT}"'
            sys.stdout.write(f'{{"error": {{{told}}}}}\n')
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
