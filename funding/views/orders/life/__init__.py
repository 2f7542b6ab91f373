"""The life of an order in words: steps, next action, deadlines, money, semesters, history."""
