//! Four values instead of two, and how they are put together.
//!
//! What is not known may turn out either way; it weighs more than a condition, since whoever reads "depends" may act
//! on the condition.

/// Whether something is so. A condition and a gap carry their words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It is under a condition: `its own IAM policies allow it`.
    Depends(String),
    /// Nobody can say, because of what could not be read: `s3:GetBucketPolicy denied`.
    Unknown(String),
}

impl Truth {
    /// Returns whether it surely is not.
    pub fn is_no(&self) -> bool {
        *self == Self::No
    }

    /// Returns whether both are so.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Unknown(one), Self::Unknown(other)) => Self::Unknown(joined(one, ", ", &other)),
            (Self::Unknown(words), _) | (_, Self::Unknown(words)) => Self::Unknown(words),
            (Self::Depends(one), Self::Depends(other)) => Self::Depends(joined(one, " and ", &other)),
            (Self::Depends(words), _) | (_, Self::Depends(words)) => Self::Depends(words),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }

    /// Returns whether at least one of both is so.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Unknown(one), Self::Unknown(other)) => Self::Unknown(joined(one, ", ", &other)),
            (Self::Unknown(words), _) | (_, Self::Unknown(words)) => Self::Unknown(words),
            (Self::Depends(one), Self::Depends(other)) => Self::Depends(joined(one, " or ", &other)),
            (Self::Depends(words), _) | (_, Self::Depends(words)) => Self::Depends(words),
            (Self::No, Self::No) => Self::No,
        }
    }

    /// Returns whether it is known, and how it is.
    pub fn known(&self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Depends(_) | Self::Unknown(_) => None,
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Depends(words) => Self::Depends(format!("not {words}")),
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(is_so: bool) -> Self {
        if is_so { Self::Yes } else { Self::No }
    }
}

fn joined(one: String, word: &str, other: &str) -> String {
    if one == other { one } else { format!("{one}{word}{other}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> [Truth; 4] {
        [Truth::Yes, Truth::No, Truth::Depends("c".to_owned()), Truth::Unknown("r".to_owned())]
    }

    #[test]
    fn what_is_known_behaves_as_ever() {
        for (one, other) in [(true, true), (true, false), (false, true), (false, false)] {
            assert_eq!(Truth::from(one).and(other.into()).known(), Some(one && other));
            assert_eq!(Truth::from(one).or(other.into()).known(), Some(one || other));
            assert_eq!((!Truth::from(one)).known(), Some(!one));
        }
    }

    #[test]
    fn the_order_of_two_changes_no_value() {
        for one in all() {
            for other in all() {
                assert_eq!(one.clone().and(other.clone()), other.clone().and(one.clone()));
                assert_eq!(one.clone().or(other.clone()), other.clone().or(one.clone()));
            }
        }
    }

    #[test]
    fn a_gap_outweighs_a_condition_and_a_certain_end_outweighs_both() {
        let (yes, no, depends, unknown) = (Truth::Yes, Truth::No, &all()[2], &all()[3]);
        assert_eq!(depends.clone().and(unknown.clone()), *unknown);
        assert_eq!(depends.clone().or(unknown.clone()), *unknown);
        assert_eq!(unknown.clone().and(no.clone()), no);
        assert_eq!(unknown.clone().or(yes.clone()), yes);
        assert_eq!(depends.clone().and(yes), *depends);
        assert_eq!(depends.clone().or(no), *depends);
    }

    #[test]
    fn two_conditions_are_both_named() {
        let (one, other) = (Truth::Depends("a".to_owned()), Truth::Depends("b".to_owned()));
        assert_eq!(one.clone().and(other.clone()), Truth::Depends("a and b".to_owned()));
        assert_eq!(one.or(other), Truth::Depends("a or b".to_owned()));
    }
}
