"""Masking (RFC 6455, section 5.3), by Tornado's C extension where it was built."""

from __future__ import annotations

try:
    from tornado.speedups import websocket_mask as unmask
except ImportError:  # a Tornado without its extension

    def unmask(mask: bytes, data: bytes) -> bytes:
        """Return *data*, each byte combined with one of the four of *mask* in turn."""
        size = len(data)
        repeated = (mask * (size // 4 + 1))[:size]
        combined = int.from_bytes(data, "little") ^ int.from_bytes(repeated, "little")
        return combined.to_bytes(size, "little")


__all__ = ["unmask"]
