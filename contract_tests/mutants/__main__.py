"""`python -m mutants`."""

from mutants.cli import main

if __name__ == "__main__":
    main()
