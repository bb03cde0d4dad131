//! Key scripts through every dialog.
