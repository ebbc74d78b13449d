"""What only `--watch` needs: pages that reload, routes that reload, and errors in the page."""
