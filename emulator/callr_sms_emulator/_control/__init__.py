"""The control API: everything under `/_emulator/`, which is not part of the vendor's API.

`endpoints.py` has the table of all endpoints, `control.yaml` describes them.
"""

from callr_sms_emulator._control.router import Control

__all__ = ["Control"]
