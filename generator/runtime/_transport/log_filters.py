"""Filters that keep personal data out of the log of the HTTP library.

At DEBUG, `httpcore2` logs the headers of responses and lines that are not HTTP; a server may quote the
request in both, for example the query string in a redirect. While a request of this client runs, only the
name of the event is logged. Other users of the library in the same process are not affected.
"""

import logging

from .exchange import CURRENT

_LOGGERS = ("httpcore2.http11", "httpcore2.http2", "httpcore2.proxy", "httpcore2.connection")
_HARMLESS = ("connect_tcp.started", "start_tls.started")


def _cut(record: logging.LogRecord) -> bool:
    if CURRENT.get() is not None:
        message = record.getMessage()
        if not message.startswith(_HARMLESS):
            record.msg, record.args = message.partition(" ")[0], ()
    return True


def install_log_filters() -> None:
    """Install the filters. Repeated calls have no effect."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_cut)
