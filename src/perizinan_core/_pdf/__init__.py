"""
A strict reader of PDF files, for signing and verification.

It repairs nothing: what a lenient viewer would mend is an error here, because a repaired file is
not the file that was signed. It is bounded in depth, in number of steps and in unpacked bytes, so
a hostile file costs little.
"""
