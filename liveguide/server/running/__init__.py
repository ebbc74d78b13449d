"""The life of the process: listen, reload, stop."""
