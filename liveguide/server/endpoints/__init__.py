"""From a `gramex.yaml` and authors' code to the classes of connections."""
