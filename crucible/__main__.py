"""`python -m crucible`: the same as the `crucible` command."""

from crucible.cli.main import main

if __name__ == "__main__":
    main()
