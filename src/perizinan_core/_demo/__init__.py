"""The story that ``perizinan demo`` tells: made-up people, scans that it draws itself, every step shown."""
