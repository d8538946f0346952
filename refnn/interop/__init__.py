"""refnn beside other libraries: adapters that put them under its laws."""
