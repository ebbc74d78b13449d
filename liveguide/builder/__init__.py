"""Flow (a): a guide folder of Markdown pages becomes a static site."""
