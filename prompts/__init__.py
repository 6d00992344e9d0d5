"""Prompt texts for a model, one Markdown file per task and role."""
