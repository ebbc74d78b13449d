"""
Liveguide: interactive documentation for WebSockets, built from Markdown and served live.

The package has two halves that never import each other: `liveguide.builder`
turns a guide folder into a static site, and `liveguide.server` serves that
site together with the WebSocket endpoints that its pages talk to.
"""

__version__ = "0.1.0"
