//! Pictures of every dialog.
