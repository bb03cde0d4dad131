//! A name that has to be typed before something is destroyed.

use crate::app::field::Field;
use crate::model::text::visible;

/// The name that is asked for, and what was typed so far.
#[derive(Debug)]
pub struct TypedName {
    wanted: String,
    /// Where it is typed.
    pub field: Field,
}

impl TypedName {
    /// Asks for this name.
    pub fn new(wanted: impl Into<String>) -> Self {
        Self { wanted: wanted.into(), field: Field::default() }
    }

    /// Returns the name as it is shown, and may be typed if it holds what no keyboard types.
    pub fn shown(&self) -> String {
        visible(&self.wanted).into_owned()
    }

    /// Returns whether the name was typed.
    pub fn is_typed(&self) -> bool {
        let typed = self.field.text();
        typed == self.wanted || typed == visible(&self.wanted)
    }
}
