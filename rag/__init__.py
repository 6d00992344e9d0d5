"""The engine: articles in, quoted answers out. Knows no web framework."""
