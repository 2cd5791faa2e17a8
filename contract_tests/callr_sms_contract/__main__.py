"""`python -m callr_sms_contract`."""

from callr_sms_contract.cli import main

if __name__ == "__main__":
    main()
