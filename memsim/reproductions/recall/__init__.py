"""Findings of free and serial recall: models beside the numbers of people, and beside what the publications predict."""
