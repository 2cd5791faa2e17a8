"""`python -m callr_sms_emulator` is `callr-sms-emulator`."""

from callr_sms_emulator.cli import main

main()
