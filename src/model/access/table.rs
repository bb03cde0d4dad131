//! Who may do what at one place, as a table, and the one line on top of it.

use super::action::Action;
use super::case::Place;
use super::evidence::Evidence;
use super::finding::Answer;
use super::inquiry::{Inquiry, is_owner};
use super::verdict::Verdict;
use super::who::{Kind, Principal, Who};
use super::word::{Access, Openness};

/// A column: what a person asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// To see the names of objects.
    List,
    /// To read objects.
    Read,
    /// To write objects.
    Write,
    /// To delete objects.
    Delete,
    /// To change who may do what.
    Permit,
}

/// What stands where a row and a column meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    decides: usize,
    verdicts: Vec<Verdict>,
}

/// All that one caller may do.
#[derive(Debug, Clone)]
pub struct Row {
    /// Who.
    pub who: Who,
    /// What the row is called.
    pub label: String,
    /// One cell for each question, in their order.
    pub cells: Vec<Cell>,
}

/// The table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The one line on top.
    pub headline: Headline,
    /// The callers, strangers first.
    pub rows: Vec<Row>,
}

/// The one line on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// The word.
    pub openness: Openness,
    /// Why, in plain words.
    pub because: String,
}

impl Question {
    /// All of them, from left to right.
    pub const ALL: [Self; 5] = [Self::List, Self::Read, Self::Write, Self::Delete, Self::Permit];

    /// Returns what is asked, behind "may".
    pub fn verb(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Permit => "change permissions",
        }
    }

    /// Returns the question that an action belongs to.
    fn of(action: Action) -> Self {
        match action.name {
            "s3:ListBucket" => Self::List,
            "s3:GetObject" => Self::Read,
            "s3:PutObject" => Self::Write,
            "s3:DeleteObject" => Self::Delete,
            _ => Self::Permit,
        }
    }

    /// Returns the actions that are meant; one that is allowed is enough.
    pub fn actions(self) -> Vec<Action> {
        Action::asked().filter(|action| Self::of(*action) == self).collect()
    }
}

impl Cell {
    /// Returns what comes of several verdicts, of which one that allows is enough; nothing of none.
    fn new(verdicts: Vec<Verdict>) -> Option<Self> {
        let weight = |verdict: &Verdict| match verdict.finding.answer {
            Answer::Yes => 4,
            Answer::Unknown => 3,
            Answer::Depends => 2,
            // What something holds back says more than what nothing allows.
            Answer::No => u8::from(verdict.finding.is_held_back),
        };
        let numbered = verdicts.iter().enumerate().rev();
        let decides = numbered.max_by_key(|(_, verdict)| weight(verdict)).map(|(at, _)| at)?;
        Some(Self { decides, verdicts })
    }

    /// Returns the verdict that decides, if there is one: there is.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdicts.get(self.decides)
    }

    /// Returns the verdicts on the other actions that belong to the question.
    pub fn others(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().enumerate().filter(|(at, _)| *at != self.decides).map(|(_, verdict)| verdict)
    }

    /// Returns the answer.
    pub fn answer(&self) -> Answer {
        self.verdict().map_or(Answer::Unknown, |verdict| verdict.finding.answer)
    }
}

impl Row {
    fn new(who: Who, place: &Place, evidence: &Evidence, inquiry: &Inquiry) -> Self {
        let judge = |question: Question| inquiry.judge_one(place, evidence, &who, &question.actions());
        let cells = Question::ALL.into_iter().filter_map(|question| Cell::new(judge(question))).collect();
        let label = label(&who, evidence);
        Self { who, label, cells }
    }

    /// Returns what the caller may, with a certain answer.
    fn answered(&self, answer: Answer) -> Vec<&'static str> {
        let pairs = Question::ALL.into_iter().zip(&self.cells);
        pairs.filter(|(_, cell)| cell.answer() == answer).map(|(question, _)| question.verb()).collect()
    }
}

fn label(who: &Who, evidence: &Evidence) -> String {
    match who {
        _ if evidence.this_caller().as_ref() == Some(who) => "this caller".to_owned(),
        who if is_owner(who, &evidence.layers) => "the owner".to_owned(),
        Who::Anonymous => "anonymous".to_owned(),
        Who::Unnamed => "this caller".to_owned(),
        Who::AnyUser => "any AWS user".to_owned(),
        Who::Account(_) | Who::Federated(_) => who.name(),
        Who::Service(name) => name.clone(),
        Who::Principal(Principal { kind, account, .. }) => {
            let number = account.number.as_deref().unwrap_or_default();
            match kind {
                Kind::User(name) => format!("user {name} of {number}"),
                Kind::Role(name) => format!("role {name} of {number}"),
                Kind::Session { role, name } => format!("session {name} of {role} of {number}"),
                Kind::FederatedUser(name) => format!("federated {name} of {number}"),
            }
        }
    }
}

impl Table {
    /// Judges what everybody there is a reason to ask for may do, whatever request they send.
    pub fn new(place: &Place, evidence: &Evidence) -> Self {
        let inquiry = Inquiry::open();
        let callers = inquiry.callers(evidence).into_iter();
        let rows: Vec<Row> = callers.map(|who| Row::new(who, place, evidence, &inquiry)).collect();
        Self { headline: Headline::new(place, evidence, &rows), rows }
    }

    /// Returns a cell by its row and its column, both counted from 0.
    pub fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        self.rows.get(row)?.cells.get(column)
    }
}

impl Headline {
    fn new(place: &Place, evidence: &Evidence, rows: &[Row]) -> Self {
        let of = |who: Who, answer: Answer| {
            let row = rows.iter().find(|row| row.who == who);
            row.map(|row| row.answered(answer)).filter(|verbs| !verbs.is_empty())
        };
        let told = |openness, because: String| Self { openness, because };
        if let Some(verbs) = of(Who::Anonymous, Answer::Yes) {
            return told(Openness::Public, format!("anyone may {}, without signing in", listed(&verbs)));
        }
        if let Some(verbs) = of(Who::AnyUser, Answer::Yes) {
            return told(Openness::Public, format!("every AWS user of the world may {}", listed(&verbs)));
        }
        let conditional = of(Who::Anonymous, Answer::Depends).or_else(|| of(Who::AnyUser, Answer::Depends));
        let unknown = of(Who::Anonymous, Answer::Unknown).or_else(|| of(Who::AnyUser, Answer::Unknown));
        let word = evidence.layers.word(place);
        let because = match (&word, conditional, unknown) {
            (Access::Public(by), Some(verbs), _) => format!("{by}; strangers may {} under a condition", listed(&verbs)),
            (Access::Public(by), None, _) => format!("{by}, though nothing lets strangers in as it stands"),
            (_, _, Some(verbs)) => {
                return told(Openness::Unknown, format!("whether strangers may {} cannot be said", listed(&verbs)));
            }
            (Access::Unknown { .. }, ..) => word.detail(),
            (Access::CanBePublic, ..) => "the ACL of an object may open that object".to_owned(),
            (Access::NotPublic, ..) if evidence.layers.policy_is_public() == Some(true) => {
                "the policy is public, but Block Public Access holds it back".to_owned()
            }
            (Access::NotPublic, Some(verbs), _) => {
                format!("but strangers may {} under a condition", listed(&verbs))
            }
            (Access::NotPublic, None, _) => "nothing lets strangers in".to_owned(),
        };
        told(word.openness(), because)
    }
}

/// Returns verbs as one says them: `list, read and write`.
fn listed(verbs: &[&str]) -> String {
    match verbs {
        [] => String::new(),
        all if all.len() == Question::ALL.len() => "do anything".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
