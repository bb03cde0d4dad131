//! Who may read: the one word on top of the inspector, from what the layers say.
//!
//! The word is careful: it says "Not public" only when every layer was read, and names what was not.

/// What is known of one layer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fact<T> {
    /// Not asked, or no answer yet.
    #[default]
    Unasked,
    /// Read.
    Known(T),
    /// The read failed; the text names it (`s3:GetBucketAcl` denied, or the error).
    Unread(String),
    /// Nothing is set, or the server has no such layer: it neither grants nor holds back anything.
    Absent,
}

/// The four settings of Block Public Access (Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "Amazon's four settings, under Amazon's names")]
pub struct PublicAccessBlock {
    /// Refuses new public ACLs; closes nothing that stands.
    pub block_public_acls: bool,
    /// Takes the effect of standing public ACL grants away.
    pub ignore_public_acls: bool,
    /// Refuses new public policies; closes nothing that stands.
    pub block_public_policy: bool,
    /// Cuts a bucket with a public policy off for all but its own account and AWS services.
    pub restrict_public_buckets: bool,
}

/// What the layers of one bucket, or of one object in it, say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessFacts {
    /// `PolicyStatus.IsPublic`; no policy is `Known(false)`.
    pub policy_is_public: Fact<bool>,
    /// The bucket's own settings; none set is `Known` with all four off.
    pub public_access_block: Fact<PublicAccessBlock>,
    /// Whether ACLs are switched off (`BucketOwnerEnforced`).
    pub acls_disabled: Fact<bool>,
    /// Whether the ACL that counts here (the object's for an object, the bucket's for a bucket) grants anything to
    /// everyone or to every AWS user.
    pub acl_is_public: Fact<bool>,
}

/// The word on top of the inspector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Everyone may, unless the account blocks it, which was not read; says by what.
    Public(&'static str),
    /// Every layer was read, and none opens it.
    NotPublic,
    /// Some layer could not be read; the texts name each.
    Unknown(Vec<String>),
}

impl AccessFacts {
    /// Returns the word, or nothing while an answer is still on its way.
    pub fn verdict(&self) -> Option<Access> {
        let mut unread = Vec::new();
        let mut is_waiting = false;
        let mut known = |fact: &Fact<bool>| match fact {
            Fact::Known(value) => Some(*value),
            Fact::Absent => Some(false),
            Fact::Unread(what) => {
                unread.push(what.clone());
                None
            }
            Fact::Unasked => {
                is_waiting = true;
                None
            }
        };
        let block = |pick: fn(&PublicAccessBlock) -> bool| match &self.public_access_block {
            Fact::Known(block) => Fact::Known(pick(block)),
            Fact::Absent => Fact::Absent,
            Fact::Unread(what) => Fact::Unread(what.clone()),
            Fact::Unasked => Fact::Unasked,
        };
        let policy = known(&self.policy_is_public);
        let restricted = known(&block(|block| block.restrict_public_buckets));
        let acl = known(&self.acl_is_public);
        let ignored = known(&block(|block| block.ignore_public_acls));
        let disabled = known(&self.acls_disabled);
        // A layer opens the bucket only if it grants and nothing that could hold the grant back does.
        let by_policy = opens(policy, &[restricted]);
        let by_acl = opens(acl, &[ignored, disabled]);
        match (by_policy, by_acl) {
            (Some(true), _) => Some(Access::Public("by its bucket policy")),
            (_, Some(true)) => Some(Access::Public("by its ACL")),
            _ if is_waiting => None,
            (Some(false), Some(false)) => Some(Access::NotPublic),
            _ => {
                unread.sort();
                unread.dedup();
                Some(Access::Unknown(unread))
            }
        }
    }
}

/// Whether a grant stands: no if it is absent or surely held back, yes if it is there and surely not held back.
fn opens(grant: Option<bool>, held_back: &[Option<bool>]) -> Option<bool> {
    if grant == Some(false) || held_back.contains(&Some(true)) {
        return Some(false);
    }
    (grant == Some(true) && held_back.iter().all(|held| *held == Some(false))).then_some(true)
}

impl Access {
    /// Returns the word, the same everywhere.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Public(_) => "Public",
            Self::NotPublic => "Not public",
            Self::Unknown(_) => "Unknown",
        }
    }

    /// Returns what belongs beside the word.
    pub fn detail(&self) -> String {
        match self {
            Self::Public(by) => format!("{by}, unless the account blocks it"),
            Self::NotPublic => String::new(),
            Self::Unknown(unread) => format!("could not be read: {}", unread.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed() -> AccessFacts {
        AccessFacts {
            policy_is_public: Fact::Known(false),
            public_access_block: Fact::Known(PublicAccessBlock::default()),
            acls_disabled: Fact::Known(false),
            acl_is_public: Fact::Known(false),
        }
    }

    #[test]
    fn a_public_policy_is_public_unless_restricted() {
        let mut facts = AccessFacts { policy_is_public: Fact::Known(true), ..closed() };
        assert_eq!(facts.verdict(), Some(Access::Public("by its bucket policy")));
        facts.public_access_block =
            Fact::Known(PublicAccessBlock { restrict_public_buckets: true, ..Default::default() });
        assert_eq!(facts.verdict(), Some(Access::NotPublic));
    }

    #[test]
    fn refusing_new_grants_closes_nothing_that_stands() {
        let facts = AccessFacts {
            policy_is_public: Fact::Known(true),
            acl_is_public: Fact::Known(true),
            public_access_block: Fact::Known(PublicAccessBlock {
                block_public_acls: true,
                block_public_policy: true,
                ..Default::default()
            }),
            ..closed()
        };
        assert_eq!(facts.verdict().unwrap().word(), "Public");
    }

    #[test]
    fn an_ignored_or_disabled_acl_opens_nothing() {
        let mut facts = AccessFacts { acl_is_public: Fact::Known(true), ..closed() };
        assert_eq!(facts.verdict(), Some(Access::Public("by its ACL")));
        facts.acls_disabled = Fact::Known(true);
        assert_eq!(facts.verdict(), Some(Access::NotPublic));
        facts.acls_disabled = Fact::Known(false);
        facts.public_access_block = Fact::Known(PublicAccessBlock { ignore_public_acls: true, ..Default::default() });
        assert_eq!(facts.verdict(), Some(Access::NotPublic));
    }

    #[test]
    fn an_unread_layer_makes_it_unknown_and_is_named() {
        let facts = AccessFacts { acl_is_public: Fact::Unread("s3:GetObjectAcl denied".into()), ..closed() };
        assert_eq!(facts.verdict(), Some(Access::Unknown(vec!["s3:GetObjectAcl denied".into()])));
        let held_back = AccessFacts { acls_disabled: Fact::Known(true), ..facts };
        assert_eq!(held_back.verdict(), Some(Access::NotPublic), "a disabled ACL need not be read");
    }

    #[test]
    fn a_known_opening_does_not_wait_for_the_rest() {
        let facts = AccessFacts { acl_is_public: Fact::Unasked, policy_is_public: Fact::Known(true), ..closed() };
        assert_eq!(facts.verdict().unwrap().word(), "Public");
        let waiting = AccessFacts { acl_is_public: Fact::Unasked, ..closed() };
        assert_eq!(waiting.verdict(), None);
    }
}
