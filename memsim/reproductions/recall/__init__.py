"""Findings of free recall: models beside the numbers of people, and beside what the publications predict."""
