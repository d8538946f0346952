"""The exercises: wrong versions for the laws to catch, and `trials`, where any subject meets any law."""
