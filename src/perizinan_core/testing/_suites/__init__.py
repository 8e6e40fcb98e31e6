"""What each kind of plugin must do, as tests that its author inherits; exported by `perizinan_core.testing`."""
