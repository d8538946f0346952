"""The machinery of `refnn check`: a subject in a process of its own, its calls recorded, its failures explained."""
