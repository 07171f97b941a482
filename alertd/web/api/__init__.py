"""The JSON API, `/api/v1`: one declaration an operation, from which the door, the checks and the description come.

`blueprint` puts it together; `shapes` stands alone, for the commands print the same shapes.
"""
