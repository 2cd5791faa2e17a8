"""The commands and examples of the emulator's pages, run, with the output that the pages promise.

A block with `callr-sms-emulator serve` starts an emulator with those flags, on a free port and with a
folder of its own; bash runs the commands of the following blocks against it. A page without such a block
gets an emulator without flags. In an output `…` stands for anything. A hash of a page stands for the hash
that was returned in its place.
"""



def test_every_endpoint_of_the_control_api_is_documented() -> None:
    pass  # noqa: PLC0415 - of this test alone
