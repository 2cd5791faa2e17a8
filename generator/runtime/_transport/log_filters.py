"""Keeps what was sent out of the log of the HTTP library below.

At DEBUG, `httpcore2` writes down the headers of answers and the line that is no HTTP; a server may quote
the request in both, the query string of a redirect for example. While one of our requests runs, its lines
keep their event alone. Nothing changes for anybody else who uses the library in the same process.
"""

import logging

from .exchange import CURRENT

_LOGGERS = ("httpcore2.http11", "httpcore2.http2", "httpcore2.proxy", "httpcore2.connection")
_HARMLESS = ("connect_tcp.started", "start_tls.started")


def _cut(record: logging.LogRecord) -> bool:
    if CURRENT.get(None) is not None:
        message = record.getMessage()
        if not message.startswith(_HARMLESS):
            record.msg, record.args = message.partition(" ")[0], ()
    return True


def install_log_filters() -> None:
    """See to it; as often as you like."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_cut)
