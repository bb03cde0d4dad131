//! `access`: who may do what with a bucket or an object, and why.

mod make;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::anonymous;
use super::location::End;
use super::output::{say, say_error};
use super::session::{Session, Stop};
use crate::model::access::action::Action;
use crate::model::access::case::Place;
use crate::model::access::context::Context;
use crate::model::access::evidence::{Evidence, Source};
use crate::model::access::finding::{Answer, Label};
use crate::model::access::inquiry::{Inquiry, is_owner, notes};
use crate::model::access::verdict::Verdict;
use crate::model::access::who::{Account, Who};
use crate::model::error::Kind;
use crate::model::fault::nearest;
use crate::model::job::{Report, Request};
use crate::model::location::ObjectRef;
use crate::model::name::{BucketName, Prefix, VersionId};
use crate::model::text::visible;

/// Depends, unknown, or out of reach.
const OPEN: u8 = 3;

/// What the page of the command says at its end.
pub const PAGE_END: &str = "\
Without --as, the answers are for anonymous callers, any AWS user, this caller, the owner's account and everyone whom the \
policy or an ACL names; without --action, for listing, reading, writing, deleting and changing permissions. Each answer is \
yes, no, depends (on a condition, which is named) or unknown (for want of a document that could not be read, which is \
named). A condition key that is not given with --context is absent from the request, except for TLS, the time, and what \
follows from who asks.

Of this caller it is told too what it tried just now (HeadBucket, HeadObject and the like, which change nothing), and, \
where IAM may be asked, what that says of its policies; not with --context or --identity, which are about other requests.

The policies of an organization and of VPC endpoints, permission boundaries and session policies cannot be seen from \
here: each can only take away.

--test sends one HEAD and one LIST as somebody without credentials would, and prints what they meet: a test that says the contrary of the verdict shows that something decides which cannot be seen. Nothing but HEAD and GET is sent. It is compared with the verdict for whatever request may come, whatever --context says. With --json it is the list \
anonymous_test.

--from DIR reads what else the server would be asked for from files, as `aws s3api get-...`, `head-object` and `aws \
s3control get-...` print them, or bare: policy.json, public-access-block.json, account-public-access-block.json, \
ownership-controls.json, bucket-acl.json, object-acl.json, object-tagging.json, head-object.json and \
request-payment.json. A file that is not there is a thing that is not set; a file policy.denied (and so on) is a thing \
that could not be read.

--make public lets everyone read the objects of a bucket, of a prefix that ends in a slash, or one object, by a statement \
that is added to the policy that stands, and switches off only what of the bucket's Block Public Access is in its way. \
--make private takes out what lets strangers in, or with --by block switches Block Public Access on. What stands in the \
way, the ways (one object that has an ACL may also be opened by that, with --by acl), what each opens or closes besides, and the difference are printed first; without a terminal to ask on \
--yes is needed, and --by where more than was asked for would open or close. What was written is proved by reading all \
of it again, and put back by `bucketry settings s3://BUCKET NAME --restore`.

Exit codes: for one question (--as and --action) 0 yes, 1 no, 3 depends, unknown or out of reach; for several 0, or 3 if \
an answer is unknown; 2 wrong use.";

/// What `access` is given.
#[derive(Debug, Clone, Args)]
pub struct Access {
    /// s3://bucket/key, or s3://bucket for any object in it
    location: String,
    /// Who: anonymous, any-aws-user, the ARN of a user, role or session, an account, or service:NAME
    #[arg(long = "as", value_name = "WHO", value_parser = Who::parse)]
    who: Option<Who>,
    /// What, such as s3:GetObject
    #[arg(long, value_parser = action_of)]
    action: Option<Action>,
    /// A condition key of the request, such as aws:SourceIp=203.0.113.9; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair_of)]
    context: Vec<(String, String)>,
    /// The version that requests name
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,
    /// Take the documents from files in a folder, not from a server
    #[arg(long, value_name = "DIR", requires = "owner")]
    from: Option<PathBuf>,
    /// The account that the bucket belongs to
    #[arg(long, value_name = "ACCOUNT", value_parser = account_of)]
    owner: Option<Account>,
    /// The caller's own IAM policy
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Send one HEAD and one LIST without credentials too, and print what they meet beside the verdict
    #[arg(long, conflicts_with = "from")]
    test: bool,
    /// Print one object of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    make: make::Make,
}

fn action_of(text: &str) -> Result<Action, String> {
    Action::parse(text).ok_or_else(|| match nearest(text, Action::all().map(|action| action.name)) {
        Some(near) => format!("it is no action on a bucket or an object; did you mean {near}?"),
        None => "it is no action on a bucket or an object".to_owned(),
    })
}

fn account_of(text: &str) -> Result<Account, String> {
    match Who::parse(text) {
        Ok(Who::Account(account)) => Ok(account),
        _ => Err("write the twelve digits of an account, or a canonical user ID".to_owned()),
    }
}

fn pair_of(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(key, _)| key.contains(':'));
    let (key, value) = pair.ok_or_else(|| "write KEY=VALUE".to_owned())?;
    let is_address = ["aws:SourceIp", "aws:VpcSourceIp"].iter().any(|name| name.eq_ignore_ascii_case(key));
    if is_address && value.parse::<std::net::IpAddr>().is_err() {
        return Err(format!("{value} is no address; a request comes from one, such as 203.0.113.9"));
    }
    Ok((key.to_owned(), value.to_owned()))
}

impl Access {
    /// Returns whether anything is changed.
    pub fn writes(&self) -> bool {
        self.make.writes()
    }

    /// Returns the place in question, and where its documents are read.
    fn place(&self, session: &Session<'_>) -> Result<(Place, Source), String> {
        let (bucket, key) = End::in_bucket(&self.location, &session.base)?;
        if bucket.is_arn() {
            return Err(format!(
                "{} is an access point, which has a policy of its own; name its bucket",
                self.location
            ));
        }
        let key = Some(key).filter(|key| !key.is_empty());
        if key.is_none() && self.version_id.is_some() {
            return Err("--version-id is for an object: write s3://bucket/key".to_owned());
        }
        let prefix = Prefix::root();
        let object = key.map(|key| self.object(&bucket, key));
        let place = Place::of(&bucket, &prefix, object.as_ref());
        let source = match (&self.from, &self.owner) {
            (Some(folder), Some(owner)) => {
                Source::Folder { path: session.base.folder.join(folder), owner: owner.clone() }
            }
            _ => Source::Server { bucket, prefix, object, owner: self.owner.clone() },
        };
        Ok((place, source))
    }

    fn object(&self, bucket: &BucketName, key: String) -> ObjectRef {
        let version = self.version_id.as_deref().map(VersionId::from);
        ObjectRef { version, ..ObjectRef::new(bucket.clone(), key) }
    }

    /// Checks what the caller's own policy is said to be of.
    fn check_identity(&self) -> Result<(), String> {
        match &self.who {
            _ if self.identity.is_none() => Ok(()),
            Some(Who::Anonymous | Who::Service(_)) => {
                Err("--identity is the IAM policy of a caller, and this one has none".to_owned())
            }
            None if self.from.is_some() => {
                Err("--identity is the IAM policy of one caller: say with --as of whom".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Returns what is asked.
    fn inquiry(&self) -> Inquiry {
        let mut context = Context::default();
        for (key, value) in &self.context {
            context.add(key, value);
        }
        Inquiry { who: self.who.clone(), action: self.action, context, is_open: false }
    }

    /// Returns what the answers mean to a script.
    fn code(&self, verdicts: &[Verdict]) -> u8 {
        match verdicts {
            [only] if self.who.is_some() && self.action.is_some() => match only.finding.answer {
                Answer::Yes => 0,
                Answer::No => 1,
                Answer::Depends | Answer::Unknown => OPEN,
            },
            several if several.iter().any(|verdict| verdict.finding.answer == Answer::Unknown) => OPEN,
            _ => 0,
        }
    }
}

/// Runs `access`.
pub async fn access(session: &mut Session<'_>, access: &Access) -> Result<(), Stop> {
    if let Some(aim) = access.make.aim {
        return make::make(session, access, aim).await;
    }
    access.check_identity().map_err(Stop::Use)?;
    let (place, source) = access.place(session).map_err(Stop::Use)?;
    let identity = access.identity.as_ref().map(|path| session.base.folder.join(path));
    let tested = anonymous::tested(&source).filter(|_| access.test);
    let evidence = match gather(session, source, identity).await {
        // A document that cannot be right was wrongly given; anything else is out of reach.
        Err(Stop::Failed(error)) if error.kind == Kind::Invalid => return Err(Stop::Use(error.to_string())),
        Err(Stop::Failed(error)) => {
            say_error(&error);
            return Err(Stop::Answered(OPEN));
        }
        answer => answer?,
    };
    let verdicts = access.inquiry().judge(&place, &evidence);
    let test = match tested {
        Some(item) => Some(anonymous::test(session, item).await?),
        None => None,
    };
    if access.json {
        let tested = test.as_ref().map(|test| anonymous::value(test, &place, &evidence));
        session.output.json(&value(&evidence, &verdicts, tested)).await?;
    } else {
        let tested = test.iter().flat_map(|test| anonymous::lines(test, &place, &evidence));
        for line in lines(&evidence, &verdicts).into_iter().chain(tested) {
            session.output.line(&line).await?;
        }
    }
    session.output.flush().await?;
    for note in notes(&evidence) {
        say(&visible(&note));
    }
    match access.code(&verdicts) {
        0 => Ok(()),
        code => Err(Stop::Answered(code)),
    }
}

/// Reads all that decides.
pub async fn gather(
    session: &mut Session<'_>,
    source: Source,
    identity: Option<PathBuf>,
) -> Result<Box<Evidence>, Stop> {
    let asked = session.ask(|ticket| Request::Gather { ticket, source, identity });
    let pick = |report| match report {
        Report::Gathered { ticket, evidence } if ticket == asked => Some(evidence),
        _ => None,
    };
    session.answer(asked, pick).await
}

fn value(evidence: &Evidence, verdicts: &[Verdict], tested: Option<Value>) -> Value {
    let statement = |label: &Label| label.sid.as_ref().map_or_else(|| json!(label.number), |sid| json!(sid));
    let answer = |verdict: &Verdict| {
        let finding = &verdict.finding;
        json!({
            "who": verdict.who.name(),
            "action": verdict.action.name,
            "resource": verdict.resource,
            "answer": finding.answer.word(),
            "layer": finding.layer.name(),
            "because": finding.because,
            "statement": finding.statement.as_ref().map(statement),
        })
    };
    let mut value = json!({
        "policy_is_public": evidence.layers.policy_is_public(),
        "bucket_is_public": evidence.layers.bucket_is_public(),
        "answers": verdicts.iter().map(answer).collect::<Vec<_>>(),
    });
    if let (Some(fields), Some(tested)) = (value.as_object_mut(), tested) {
        fields.insert("anonymous_test".to_owned(), tested);
    }
    value
}

fn lines(evidence: &Evidence, verdicts: &[Verdict]) -> Vec<String> {
    let word = |is_so: Option<bool>| match is_so {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let (policy, bucket) = (evidence.layers.policy_is_public(), evidence.layers.bucket_is_public());
    let mut lines = vec![format!("Policy is public: {}", word(policy)), format!("Bucket is public: {}", word(bucket))];
    let mut last = None;
    for verdict in verdicts {
        if last != Some(&verdict.who) {
            let role = match evidence.this_caller() {
                _ if is_owner(&verdict.who, &evidence.layers) => " (the owner's account)",
                Some(who) if who.name() == verdict.who.name() && who != Who::Unnamed => " (this caller)",
                _ => "",
            };
            lines.push(format!("{}{role}", visible(&verdict.who.name())));
            last = Some(&verdict.who);
        }
        let (finding, action) = (&verdict.finding, verdict.action.name);
        lines.push(format!("  {action:<22} {:<8} {}", finding.answer.word(), visible(&finding.because)));
    }
    lines
}
