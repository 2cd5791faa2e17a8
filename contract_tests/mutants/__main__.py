"""`python -m contract_tests.mutants`."""

from contract_tests.mutants._cli import main

if __name__ == "__main__":
    main()
