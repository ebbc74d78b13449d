"""Who may come, and how much: before anything is answered."""
