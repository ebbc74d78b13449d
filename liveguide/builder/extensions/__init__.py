"""What our pages add to Markdown, one feature per file."""
