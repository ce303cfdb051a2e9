"""``python -m opensim_pelvis``, and the script: Ctrl-C is heard from here on."""

import sys

from opensim_pelvis.io.interruption import end_interrupted, watched


def main() -> None:
    """Run the command line in a process of its own."""
    try:
        with watched(to_the_end=True):
            from opensim_pelvis.cli import commands as cli

            cli.main()
    except KeyboardInterrupt:
        sys.exit(end_interrupted())


if __name__ == "__main__":
    main()
