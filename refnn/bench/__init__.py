"""refnn beside its peers: `refnn bench` measures the machine, then every row of the catalogue on every library.

Data first: `row` says what a row, a contender and a measurement are, `catalogue` lists the rows, `problems` draws their
inputs. `peers` holds one module for each library, refnn among them, with one function for each kind of work: read two
of them side by side to see what is compared. `timing` is the clock, `limits` asks what the machine could do at best,
`worker` is the process in which all that happens and `session` asks it. `table`, `record` and `roofline` show what came
out; `ladder` climbs the kernels' chapter rung by rung.
"""
