//! One place that is to be made public or private, and what came of what was written for it.

use super::{Aim, Choice, Part, Scope, Step};
use crate::model::access::Fact;
use crate::model::access::acl::{Grant, Grantee, Right};
use crate::model::access::evidence::{Evidence, Source};
use crate::model::access::truth::Truth;
use crate::model::access::who::Account;
use crate::model::change::grant_text;
use crate::model::error::{Error, Kind};
use crate::model::job::Item;
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix};
use crate::model::shell::command;

/// A place that is to be made public or private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The bucket.
    pub bucket: BucketName,
    /// What of it.
    pub scope: Scope,
    /// What is wanted of it.
    pub aim: Aim,
    /// Whose the bucket is, if that was said.
    pub owner: Option<Account>,
}

/// How a step ended.
#[derive(Debug, Clone)]
pub enum StepEnd {
    /// It is written, and was read back.
    Written,
    /// It is written, and the server keeps something else.
    Altered,
    /// It was refused, and changed nothing.
    Refused(Error),
    /// It failed, and may have been written.
    Uncertain(Error),
    /// An earlier one ended otherwise than it should.
    Untried,
}

/// What came of a choice, step by step.
#[derive(Debug, Clone)]
pub struct Exposed {
    /// The ends of the steps, in their order.
    pub ends: Vec<StepEnd>,
}

impl Exposure {
    /// Returns what making this public or private means; nothing for what is not on S3.
    pub fn of(item: &Item, aim: Aim) -> Option<Self> {
        let (bucket, part) = match item {
            Item::File(_) | Item::Folder(_) => return None,
            Item::Bucket(bucket) => (bucket, Part::Whole),
            Item::Prefix { bucket, prefix } if prefix.is_root() => (bucket, Part::Whole),
            Item::Prefix { bucket, prefix } => (bucket, Part::Below(prefix.as_str().to_owned())),
            Item::Object(object) => (&object.bucket, Part::Object(object.key.as_str().to_owned())),
        };
        let scope = Scope { bucket: bucket.as_str().to_owned(), part };
        Some(Self { bucket: bucket.clone(), scope, aim, owner: None })
    }

    /// Returns where what decides about it is read.
    pub fn source(&self) -> Source {
        let prefix = Prefix::from(self.scope.extent().prefix);
        Source::Server { bucket: self.bucket.clone(), prefix, object: self.object(), owner: self.owner.clone() }
    }

    /// Returns the object, if it is about one.
    pub fn object(&self) -> Option<ObjectRef> {
        match &self.scope.part {
            Part::Object(key) => Some(ObjectRef::new(self.bucket.clone(), key.as_str())),
            Part::Whole | Part::Below(_) => None,
        }
    }

    /// Returns the place as it can be given again, with its profile.
    pub fn place(&self) -> String {
        match &self.scope.part {
            Part::Whole => format!("s3://{}", self.bucket),
            Part::Below(key) | Part::Object(key) => format!("s3://{}/{key}", self.bucket),
        }
    }

    /// Returns what is to be done, in short: `Make public: s3://b/k`.
    pub fn title(&self) -> String {
        format!("Make {}: {}", self.word(), self.place())
    }

    /// Returns what the place is to be.
    pub fn word(&self) -> &'static str {
        match self.aim {
            Aim::Public => "public",
            Aim::Private => "private",
        }
    }

    /// Fails for an object that is not there.
    pub fn check(&self, evidence: &Evidence) -> Result<(), Error> {
        if matches!(self.scope.part, Part::Object(_)) && evidence.layers.kept == Fact::Absent {
            let cause = "there is no such object; for all below a prefix write a slash behind it";
            return Err(Error::new(Kind::NotFound, "judge", self.place(), cause));
        }
        Ok(())
    }

    /// Returns why the place is as wanted by what was read; else what leaves that open. The one place that judges it.
    pub fn proof(&self, evidence: &Evidence) -> Result<String, String> {
        let outlook = self.aim.outlook(&self.scope, evidence);
        if self.aim.is_met_by(&outlook) {
            let more = if self.leaves_older(evidence) {
                "; that is of the current version: older ones have ACLs of their own, which were not read"
            } else {
                ""
            };
            return Ok(format!("{}{more}", outlook.because));
        }
        Err(format!("it is not certain that {} is {} now: {}", self.place(), self.word(), outlook.because))
    }

    /// Returns whether older versions of the object, if it has any, may be public by their own ACLs.
    fn leaves_older(&self, evidence: &Evidence) -> bool {
        let layers = &evidence.layers;
        let is_ignored = [&layers.bucket_block, &layers.account_block]
            .iter()
            .any(|block| block.known().is_some_and(|block| block.ignore_public_acls));
        let is_object = matches!(self.scope.part, Part::Object(_));
        self.aim == Aim::Private && is_object && !is_ignored && layers.acls_are_disabled() != Truth::Yes
    }

    /// Returns the command that puts back what a step wrote, as it stood before; nothing where no command says that.
    pub fn way_back(&self, step: &Step) -> Option<String> {
        let before = match step {
            Step::Document { kind, .. } => {
                let bucket = format!("s3://{}", self.bucket);
                return Some(command(["bucketry", "settings", &bucket, kind.facts().name, "--restore"]));
            }
            Step::ObjectAcl { before, .. } => before,
        };
        // The owner keeps full control anyway, and the right to write means nothing of an object.
        let is_own = |grant: &&Grant| {
            let Grantee::Account { id, .. } = &grant.grantee else { return false };
            grant.permission == "FULL_CONTROL" && before.owner.as_ref() == Some(id)
        };
        let grants = before.grants.iter().filter(|grant| !is_own(grant) && grant.permission != Right::Write.name());
        let grants: Option<Vec<String>> = grants.map(grant_text).collect();
        let (grants, place) = (grants?, self.place());
        let acl = match grants.as_slice() {
            [] => vec!["--acl", "private"],
            grants => grants.iter().flat_map(|grant| ["--grant", grant]).collect(),
        };
        Some(command(["bucketry", "set", &place].into_iter().chain(acl)))
    }

    /// Returns what a person must mean twice before a choice is made: whom it lets in, and where else.
    pub fn dangers(&self, choice: &Choice) -> Vec<String> {
        if self.aim == Aim::Private {
            return Vec::new();
        }
        let besides = choice.besides.iter().map(|words| format!("Besides: {words}"));
        std::iter::once(format!("Everyone on the internet may read {} then", self.place())).chain(besides).collect()
    }
}

impl StepEnd {
    /// Returns how a write ended that failed.
    pub fn failed(error: Error) -> Self {
        if error.is_refusal() { Self::Refused(error) } else { Self::Uncertain(error) }
    }

    /// Returns why it did not end as it should, if somebody said so.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Refused(error) | Self::Uncertain(error) => Some(error),
            Self::Written | Self::Altered | Self::Untried => None,
        }
    }

    /// Returns it in words, behind what was to be written.
    pub fn words(&self) -> String {
        match self {
            Self::Written => "written and read back".to_owned(),
            Self::Altered => "written, but the server does not keep it as it was written".to_owned(),
            Self::Refused(error) => format!("not written: {error}"),
            Self::Uncertain(error) => format!("whether it was written is not known: {error}"),
            Self::Untried => "not written: what comes before it did not end as it should".to_owned(),
        }
    }
}

impl Exposed {
    /// Returns whether all is written, and stands as it was written.
    pub fn is_whole(&self) -> bool {
        self.ends.iter().all(|end| matches!(end, StepEnd::Written))
    }

    /// Returns the steps that stand, or may, in the order in which they are put back: the last first.
    pub fn standing<'a>(&'a self, choice: &'a Choice) -> impl Iterator<Item = &'a Step> {
        self.standing_ends(choice).map(|(step, _)| step)
    }

    /// Returns these steps with how they ended.
    pub fn standing_ends<'a>(&'a self, choice: &'a Choice) -> impl Iterator<Item = (&'a Step, &'a StepEnd)> {
        let stands = |end: &StepEnd| !matches!(end, StepEnd::Refused(_) | StepEnd::Untried);
        choice.steps.iter().zip(&self.ends).rev().filter(move |(_, end)| stands(end))
    }
}
