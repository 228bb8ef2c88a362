"""The one place that speaks SQL. The row is the truth: whatever else knows about an evaluation learned it here.

Nothing outside of this package sees a table, a connection or a driver's error.
"""
