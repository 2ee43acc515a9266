"""The demonstration model: scenes it learns from, its training, and the checker that scores it.

A small LTX-shaped model that knows coloured shapes and a few motions, and nothing else.
"""
