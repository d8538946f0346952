"""The exercises: `course`, their content; `museum`, `claims` and `mutants`, what they are made of; `trials` of laws."""
