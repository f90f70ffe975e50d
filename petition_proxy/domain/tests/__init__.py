"""Tests of the pure rules; they run with plain Python."""
