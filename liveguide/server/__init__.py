"""Flow (b): a guide's routes, its authors' functions and its built site, served by Tornado."""
