"""`python -m contract_tests`."""

from contract_tests._cli import main

if __name__ == "__main__":
    main()
