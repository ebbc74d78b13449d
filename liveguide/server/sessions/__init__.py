"""Who a reader is: sessions, and the pages to log in and out."""
