"""Gatehouse under faults: a load that writes down what it was told, and a checker of what was written down."""
