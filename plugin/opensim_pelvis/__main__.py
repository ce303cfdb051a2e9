"""``python -m opensim_pelvis``: the command line, where no script is on the path."""

from opensim_pelvis.cli import main

if __name__ == "__main__":
    main()
