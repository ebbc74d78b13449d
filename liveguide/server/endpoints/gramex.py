"""
The names that Gramex gives a meaning to and we do not.

A `gramex.yaml` written for Gramex may use them: each is worth a warning, where
a name that nobody knows is a slip of the pen.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SECTIONS = _words(
    """
    alert app cache email encrypt eventlog gramexlog handlers help import log mime ms pip
    schedule sms storelocations test threadpool variables version watch
    """
)
"""Top-level keys, beside `url`."""

HANDLERS = _words(
    """
    AdminHandler AuthHandler BaseHandler BaseWebSocketHandler CaptureHandler ChatGPT ChatHandler
    ComicHandler CommentHandler DataHandler DBAuth DirectoryHandler DriveHandler EmailAuth
    FacebookGraphHandler FileHandler FilterHandler FormHandler FunctionHandler GoogleAuth
    IntegratedAuth JSONHandler LDAPAuth MessageHandler MLHandler MLPredictor
    ModelHandler OAuth2 OpenAPIHandler PPTXHandler ProcessHandler ProxyHandler SAMLAuth
    SAMLAuth2 SMSAuth TwitterAuth TwitterRESTHandler UploadHandler
    """
)
"""Handlers, beside `WebSocketHandler` and those of logging in and out."""

KEYS = _words(
    """
    cache cookie cors error headers log methods mime priority
    ratelimit redirect session set_user template transform user_key
    xsrf_cookies
    """
)
"""Keys of an entry or of its `kwargs`."""
