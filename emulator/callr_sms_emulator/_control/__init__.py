"""The control API: what the emulator offers beside the vendor's API, all of it under `/_emulator/`.

One table has every endpoint (`endpoints.py`), and `control.yaml` beside this package describes them.
"""

from callr_sms_emulator._control.router import Control

__all__ = ["Control"]
