"""``python -m noc_console``: the same as the ``noc-console`` command."""

from noc_console.entry import run

if __name__ == "__main__":
    run()
