"""What a page that watches its own connections is told."""
