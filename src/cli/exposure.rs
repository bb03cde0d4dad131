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
use crate::model::document::{DocumentKind, DocumentWrite, difference};
use crate::model::error::Kind;
use crate::model::location::ObjectRef;
use crate::model::name::BucketName;
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
        Ok(self.aim.plan(&self.scope, &evidence, &standing))
    }

    async fn gather(&self, session: &mut Session<'_>) -> Result<Evidence, Stop> {
        let object = match &self.scope.part {
            Part::Object(key) => Some(ObjectRef::new(self.bucket.clone(), key.as_str())),
            Part::Whole | Part::Below(_) => None,
        };
        let source = Source::Server { bucket: self.bucket.clone(), object, owner: self.owner.clone() };
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
            if let Err(stop) = self.write(session, step).await {
                if let Stop::Failed(error) = &stop {
                    say_error(error);
                }
                if written.is_empty() {
                    say("nothing was changed");
                    return Err(Stop::Told);
                }
                say("what was written before that stands; so it is put back:");
                self.tell_way_back(&written);
                return Err(Stop::Told);
            }
            written.push(step);
        }
        say("written; so it is put back:");
        self.tell_way_back(&written);
        Ok(())
    }

    async fn write(&self, session: &mut Session<'_>, step: &Step) -> Result<(), Stop> {
        let change = DocumentWrite { seen: step.before.clone(), new: step.after.clone(), mfa: None };
        let written = write(session, self.bucket.clone(), step.kind, change).await?;
        if written.is_whole {
            return Ok(());
        }
        say(&format!("the server does not keep the {} as it was written", step.kind.facts().title));
        Err(Stop::Told)
    }

    /// Says by which commands the documents are put back: the last that was written first.
    fn tell_way_back(&self, written: &[&Step]) {
        for step in written.iter().rev() {
            let name = step.kind.facts().name;
            say(&format!("  bucketry settings s3://{} {name} --restore", visible(self.bucket.as_str())));
        }
    }

    /// Proves that the aim is reached, and says by what. The one place that judges whether it is.
    pub async fn prove(&self, session: &mut Session<'_>) -> Result<String, Stop> {
        let outlook = self.aim.outlook(&self.scope, &self.gather(session).await?);
        if self.aim.is_met_by(&outlook) {
            return Ok(outlook.because);
        }
        let words = format!("it is not certain that {} is {} now: {}", self.scope, self.word(), outlook.because);
        say(&visible(&words));
        Err(Stop::Told)
    }

    /// Returns what the place is to be.
    pub fn word(&self) -> &'static str {
        match self.aim {
            Aim::Public => "public",
            Aim::Private => "private",
        }
    }
}

/// Returns what stands in the way, and the ways that are offered.
pub fn lines(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if !plan.obstacles.is_empty() {
        lines.push("In the way:".to_owned());
    }
    for obstacle in &plan.obstacles {
        let remedy = match obstacle.remedy {
            Remedy::Lifted => " (switched off by what follows)",
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
        lines.push(format!("{}:", step.kind.facts().title));
        lines.extend(difference(step.before.as_ref(), step.after.as_ref()).into_iter().map(|line| format!("  {line}")));
    }
    lines
}
