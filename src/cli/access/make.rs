//! `access --make`: makes a place public or private.

use clap::{Args, builder::PossibleValuesParser};

use super::Access;
use crate::cli::exposure::{apply, differences, lines, plan, prove};
use crate::cli::location::End;
use crate::cli::output::say;
use crate::cli::question::Question;
use crate::cli::session::{Session, Stop};
use crate::model::access::exposure::{Aim, Choice, Exposure, Plan, Scope};
use crate::model::text::visible;

/// What is said of what is as wanted, and where there was no yes.
const UNCHANGED: &str = "nothing was changed";

/// What `access --make` is given.
#[derive(Debug, Clone, Args)]
pub struct Make {
    /// Let everyone read it, or keep all strangers out: a bucket, a prefix that ends in a slash, or an object
    #[arg(
        long = "make",
        value_name = "public|private",
        conflicts_with_all = ["who", "action", "context", "version_id", "from", "identity", "json"]
    )]
    pub aim: Option<Aim>,
    /// Which of the ways that are offered: policy, acl, grants, block [default: the first]
    #[arg(long, value_name = "WAY", requires = "aim", value_parser = PossibleValuesParser::new(["policy", "acl", "grants", "block"]))]
    by: Option<String>,
    /// Print what would be written, and write nothing
    #[arg(long, alias = "dryrun", requires = "aim")]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short, requires = "aim")]
    yes: bool,
}

impl Make {
    /// Returns whether anything is changed.
    pub fn writes(&self) -> bool {
        self.aim.is_some() && !self.dry_run
    }

    /// Returns the way that is meant. One that opens or closes more than was asked for must be named where nobody is asked.
    fn choose<'a>(&self, plan: &'a Plan, exposure: &Exposure) -> Result<&'a Choice, Stop> {
        let (scope, word) = (exposure.place(), exposure.word());
        let Some(name) = &self.by else {
            let first = plan.choices.first().ok_or_else(|| {
                say(&visible(&format!("cannot make {scope} {word} from here; what stands in the way is said above")));
                Stop::Told
            })?;
            if self.yes && !first.besides.is_empty() {
                let name = first.name;
                return Err(Stop::Use(format!("refused to do more than was asked for; --by {name} --yes means it")));
            }
            return Ok(first);
        };
        plan.choices.iter().find(|choice| choice.name == name).ok_or_else(|| {
            let offered: Vec<_> = plan.choices.iter().map(|choice| choice.name).collect();
            let offered = if offered.is_empty() { "none".to_owned() } else { offered.join(", ") };
            Stop::Use(format!("{name} does not make {scope} {word}; offered: {offered}"))
        })
    }
}

/// Makes a place public or private.
pub async fn make(session: &mut Session<'_>, access: &Access, aim: Aim) -> Result<(), Stop> {
    let (bucket, key) = End::in_bucket(&access.location, &session.base).map_err(Stop::Use)?;
    if bucket.is_arn() {
        return Err(Stop::Use(format!("{} is an access point; name its bucket", access.location)));
    }
    let scope = Scope::new(bucket.as_str(), &key);
    let exposure = Exposure { bucket, scope, aim, owner: access.owner.clone() };
    let (scope, word) = (exposure.place(), exposure.word());
    let plan = plan(session, &exposure).await?;
    let mut printed = Vec::new();
    if plan.is_reached {
        printed.push(format!("{scope} is {word} already: {}", plan.notes.join("; ")));
    } else {
        printed = lines(&plan);
    }
    let choice = if plan.is_reached { None } else { Some(access.make.choose(&plan, &exposure)) };
    if let Some(Ok(choice)) = &choice {
        printed.push(format!("To be written, by --by {}:", choice.name));
        printed.extend(differences(&choice.steps));
    }
    for line in &printed {
        session.output.line(&visible(line)).await?;
    }
    session.output.flush().await?;
    let Some(choice) = choice.transpose()? else { return Ok(()) };
    if access.make.dry_run {
        return Ok(());
    }
    if !access.make.yes {
        let who = if aim == Aim::Public { "; everyone on the internet may read it then?" } else { "?" };
        let what = format!("make {} {word}", visible(&scope));
        Question { what, more: who.to_owned(), refused: UNCHANGED }.ask().await?;
    }
    apply(session, &exposure, choice).await?;
    let because = prove(session, &exposure).await?;
    say(&visible(&format!("{scope} is {word} now: {because}")));
    Ok(())
}
