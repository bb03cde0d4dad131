//! The whole screen as pictures.
