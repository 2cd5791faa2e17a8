"""Everything that can go wrong, as one tree.

```text
CallrError
├── ConfigurationError          the client is configured wrongly; also a ValueError
├── ArgumentError               an argument breaks the contract; also a ValueError
├── CallrConnectionError        the network failed
│   ├── CallrTimeoutError       the network took too long
│   └── ClientClosedError       the client was closed while a call waited
├── ProtocolError               the response breaks the contract: cut off, HTML, not JSON, wrong types
├── WebhookError                a webhook request is not a valid event: not JSON, wrong types, too old
│   └── WebhookSignatureError   its signature is missing, malformed or wrong
├── NotFinalError               the timeout passed before a status was final
└── ApiError                    the API responded with an error
    ├── BadRequestError         400
    ├── AuthenticationError     401
    ├── PermissionDeniedError   403
    ├── NotFoundError           404
    ├── MethodNotAllowedError   405
    ├── RateLimitError          429
    └── ServerError             500 to 599
```

`str()` and `repr()` of an error name the operation, the parameter and the rule, never a value: no text, no
phone number, no credentials. Of a server's message they show only the code words that the client knows. The
full message is in `ApiError.message`, which may quote values; so may `word` and `parameter`, which are taken
from it, and `response` and `last_result`, which a pickled error does not have.
"""

from .api import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    MethodNotAllowedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    class_of,
)
from .base import (
    ArgumentError,
    CallrConnectionError,
    CallrError,
    CallrTimeoutError,
    ClientClosedError,
    ConfigurationError,
    NotFinalError,
    Outcome,
    ProtocolError,
    RequestSummary,
    WebhookError,
    WebhookSignatureError,
)

__all__ = [
    "ApiError",
    "ArgumentError",
    "AuthenticationError",
    "BadRequestError",
    "CallrConnectionError",
    "CallrError",
    "CallrTimeoutError",
    "ClientClosedError",
    "ConfigurationError",
    "MethodNotAllowedError",
    "NotFinalError",
    "NotFoundError",
    "Outcome",
    "PermissionDeniedError",
    "ProtocolError",
    "RateLimitError",
    "RequestSummary",
    "ServerError",
    "WebhookError",
    "WebhookSignatureError",
    "class_of",
]
