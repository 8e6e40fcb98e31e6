"""``perizinan new``: a plugin or an authority to begin with, whose tests are green at once."""
