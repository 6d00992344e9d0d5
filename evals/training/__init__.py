"""Trains the cross-encoder that the reader uses: questions of our own, and what is made of them."""
