"""A child process, as `perizinan_core.confined.start_child` starts it: its one argument is its channel."""

import sys

from perizinan_core.confined._serving import serve_inherited

if __name__ == "__main__":
    serve_inherited(int(sys.argv[1]))
