"""The request handlers: the ASGI application, the REST API and the JSON-RPC API."""

from callr_sms_emulator._handlers.app import App, create_app

__all__ = ["App", "create_app"]
