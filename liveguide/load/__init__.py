"""The load tool: many clients of a WebSocket server, and what became of every message."""
