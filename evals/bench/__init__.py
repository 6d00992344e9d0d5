"""Measurements on public sets and on speed. Each takes the data folder as its argument."""
