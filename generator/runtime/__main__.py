"""`python -m callr_sms_client` is the command line, for where its command is not on the path."""

from ._cli import main

if __name__ == "__main__":
    main()
