"""Run `callr-sms-emulator` as `python -m callr_sms_emulator`."""

from callr_sms_emulator.cli import main

if __name__ == "__main__":
    main()
