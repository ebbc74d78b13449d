"""What looks at a served page as its readers' tools do: Lighthouse, axe, the Nu Html Checker."""
