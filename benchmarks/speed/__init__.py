"""What is measured, what should come of it, and how it is told: the figures of `guide/speed/`."""
