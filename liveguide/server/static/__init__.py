"""The built files, sent from memory with each page's policy."""
