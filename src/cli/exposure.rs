//! Makes a place public or private for the commands that do: looks, shows what would be written, writes, and proves it.

use serde_json::Value;

use super::access::gather;
use super::output::{say, say_error};
use super::session::{Session, Stop};
use super::settings::{read, write};
use crate::model::access::Fact;
use crate::model::access::evidence::{Evidence, Source};
use crate::model::access::exposure::{Aim, Choice, Part, Plan, Remedy, Scope, Standing, Step};
use crate::model::access::who::Account;
use crate::model::document::{DocumentKind, DocumentWrite};
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Request};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix};
use crate::model::shell::command;
use crate::model::text::visible;

/// A place that is to be made public or private.
pub struct Exposure {
    pub bucket: BucketName,
    pub scope: Scope,
    pub aim: Aim,
    /// Whose the bucket is, if that was said.
    pub owner: Option<Account>,
}

impl Exposure {
    /// Returns how it is done, from what stands there now.
    pub async fn plan(&self, session: &mut Session<'_>) -> Result<Plan, Stop> {
        let evidence = self.gather(session).await?;
        let standing = Standing {
            policy: self.standing(session, DocumentKind::Policy).await?,
            block: self.standing(session, DocumentKind::PublicAccessBlock).await?,
            acl: self.standing(session, DocumentKind::Acl).await?,
        };
        if matches!(self.scope.part, Part::Object(_)) && evidence.layers.kept == Fact::Absent {
            let cause = "there is no such object; for all below a prefix write a slash behind it";
            return Err(Stop::Failed(Error::new(Kind::NotFound, "judge", self.place(), cause)));
        }
        let mut plan = self.aim.plan(&self.scope, &evidence, &standing);
        plan.notes.extend(evidence.notes);
        Ok(plan)
    }

    async fn gather(&self, session: &mut Session<'_>) -> Result<Evidence, Stop> {
        let (bucket, prefix) = (self.bucket.clone(), Prefix::from(self.scope.extent().prefix));
        let source = Source::Server { bucket, prefix, object: self.object(), owner: self.owner.clone() };
        Ok(*gather(session, source, None).await?)
    }

    /// Reads a document. That it may not be read, or that the server has none such, is for the plan to tell.
    async fn standing(&self, session: &mut Session<'_>, kind: DocumentKind) -> Result<Fact<Value>, Stop> {
        match read(session, self.bucket.clone(), kind).await {
            Ok(document) => Ok(document.map_or(Fact::Absent, Fact::Known)),
            Err(Stop::Failed(error)) if matches!(error.kind, Kind::Denied | Kind::Unsupported) => {
                Ok(Fact::Unread(error.to_string()))
            }
            Err(stop) => Err(stop),
        }
    }

    /// Writes what a choice writes, in its order. Stops at the first failure, and says what was written before and how it
    /// is put back.
    pub async fn apply(&self, session: &mut Session<'_>, choice: &Choice) -> Result<(), Stop> {
        let mut written: Vec<&Step> = Vec::new();
        for step in &choice.steps {
            match self.write(session, step).await {
                Ok(true) => written.push(step),
                Ok(false) => {
                    written.push(step);
                    say(&format!("the server does not keep the {} as it was written", step.title()));
                    return self.stop_after(&written);
                }
                Err(Stop::Failed(error)) => {
                    say_error(&error);
                    if !is_refusal(error.kind) {
                        say(&format!("whether the {} was written is not known", step.title()));
                        written.push(step);
                    }
                    return self.stop_after(&written);
                }
                Err(stop) => return Err(stop),
            }
        }
        say("written; so it is put back:");
        self.tell_way_back(&written);
        Ok(())
    }

    /// Says what stands after a failure.
    fn stop_after(&self, written: &[&Step]) -> Result<(), Stop> {
        if written.is_empty() {
            say("nothing was changed");
        } else {
            say(
                "what was written stands, and may take some seconds to count before the same is tried again; so it is put back:",
            );
            self.tell_way_back(written);
        }
        Err(Stop::Told)
    }

    /// Writes one thing, and returns whether the server keeps it as it was written.
    async fn write(&self, session: &mut Session<'_>, step: &Step) -> Result<bool, Stop> {
        match step {
            Step::Document { kind, before, after } => {
                let change = DocumentWrite { seen: before.clone(), new: after.clone(), mfa: None };
                Ok(write(session, self.bucket.clone(), *kind, change).await?.is_whole)
            }
            Step::ObjectAcl { before, after } => {
                let Some(object) = self.object() else { return Ok(true) };
                let (seen, new) = (Box::new(before.clone()), Box::new(after.clone()));
                let asked = session.ask(|ticket| Request::WriteObjectAcl { ticket, object, seen, new });
                let pick = |report| match report {
                    Report::ObjectAclWritten { ticket } if ticket == asked => Some(true),
                    _ => None,
                };
                session.answer(asked, pick).await
            }
        }
    }

    /// Returns the object, if it is about one.
    fn object(&self) -> Option<ObjectRef> {
        match &self.scope.part {
            Part::Object(key) => Some(ObjectRef::new(self.bucket.clone(), key.as_str())),
            Part::Whole | Part::Below(_) => None,
        }
    }

    /// Says by which commands the documents are put back: the last that was written first.
    fn tell_way_back(&self, written: &[&Step]) {
        for step in written.iter().rev() {
            let (place, bucket) = (self.place(), format!("s3://{}", self.bucket));
            let words = match step {
                Step::Document { kind, .. } => ["settings", &bucket, kind.facts().name, "--restore"].to_vec(),
                Step::ObjectAcl { .. } if self.aim == Aim::Public => {
                    ["access", &place, "--make", "private", "--by", "grants"].to_vec()
                }
                Step::ObjectAcl { .. } => ["access", &place, "--make", "public", "--by", "acl"].to_vec(),
            };
            say(&format!("  {}", command(std::iter::once("bucketry").chain(words))));
        }
    }

    /// Proves that the aim is reached, and says by what. The one place that judges whether it is.
    pub async fn prove(&self, session: &mut Session<'_>) -> Result<String, Stop> {
        let outlook = self.aim.outlook(&self.scope, &self.gather(session).await?);
        if self.aim.is_met_by(&outlook) {
            return Ok(outlook.because);
        }
        let words = format!("it is not certain that {} is {} now: {}", self.place(), self.word(), outlook.because);
        say(&visible(&words));
        Err(Stop::Told)
    }

    /// Returns the place as it can be given again, with its profile.
    pub fn place(&self) -> String {
        match &self.scope.part {
            Part::Whole => format!("s3://{}", self.bucket),
            Part::Below(key) | Part::Object(key) => format!("s3://{}/{key}", self.bucket),
        }
    }

    /// Returns what the place is to be.
    pub fn word(&self) -> &'static str {
        match self.aim {
            Aim::Public => "public",
            Aim::Private => "private",
        }
    }
}

/// Returns whether a failed write has surely changed nothing.
fn is_refusal(kind: Kind) -> bool {
    matches!(kind, Kind::Conflict | Kind::Denied | Kind::Invalid | Kind::Unsupported | Kind::NotFound)
}

/// Returns what stands in the way, and the ways that are offered.
pub fn lines(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if !plan.obstacles.is_empty() {
        lines.push("In the way:".to_owned());
    }
    for obstacle in &plan.obstacles {
        let remedy = match obstacle.remedy {
            Remedy::Lifted => " (what follows switches off as much as it needs)",
            Remedy::Passed | Remedy::None => "",
        };
        lines.push(format!("  {}: {}{remedy}", obstacle.layer.name(), obstacle.words));
    }
    if !plan.choices.is_empty() {
        lines.push("Ways:".to_owned());
    }
    for choice in &plan.choices {
        lines.push(format!("  {:<7} {}", choice.name, choice.title));
        lines.extend(choice.besides.iter().map(|words| format!("          besides: {words}")));
    }
    lines.extend(plan.notes.iter().map(|note| format!("Note: {note}")));
    lines
}

/// Returns the difference that a choice makes, document by document.
pub fn differences(choice: &Choice) -> Vec<String> {
    let mut lines = Vec::new();
    for step in &choice.steps {
        lines.push(format!("{}:", step.title()));
        lines.extend(step.difference().into_iter().map(|line| format!("  {line}")));
    }
    lines
}
