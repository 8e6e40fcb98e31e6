"""
The part of the room that touches hostile bytes; it runs in a process of its own (`child`).

`judge` is the door: it finds out what a file is (`sniffing`), then lets the module for that kind look
closely. Nothing here writes, prints, opens a path or knows a language: it notes codes and numbers in
`Observations`.
"""
