"""Plugins: what they may do, the records they return, and how they are loaded."""
