//! What the permissions screen says beside its table, as lines: wrapped, and filtered of everything that a terminal would
//! act on.

mod making;

use super::making::Making;
use super::{Asked, Judged, Permissions};
use crate::model::access::anonymous::{Agreement, Comparison};
use crate::model::access::finding::{Answer, Label, Layer};
use crate::model::access::inquiry::{UNSEEN, notes, unread};
use crate::model::access::table::{Question, Row};
use crate::model::access::who::Who;
use crate::model::access::word::Openness;
use crate::model::text::{truncate, visible, wrap};

/// What a line is, as far as it changes how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A heading.
    Title,
    /// Something to read.
    Text,
    /// Something less important.
    Quiet,
    /// Something that wants attention: a gap, a contradiction.
    Trouble,
    /// Something that failed.
    Failure,
    /// Strangers may come in.
    Open,
    /// They may not.
    Closed,
    /// A line of a document.
    Code,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub text: String,
}

/// Lines that are being written, none wider than the columns.
struct Page {
    columns: usize,
    /// Whether what is longer than a line is cut, and not broken.
    is_cut: bool,
    lines: Vec<Line>,
}

impl Page {
    fn new(columns: u16) -> Self {
        Self { columns: usize::from(columns), is_cut: false, lines: Vec::new() }
    }

    fn add(&mut self, kind: Kind, text: &str) {
        self.add_indented(kind, "", text);
    }

    /// Adds a text whose lines all stand behind an indentation.
    fn add_indented(&mut self, kind: Kind, indent: &str, text: &str) {
        let room = self.columns.saturating_sub(indent.len()).max(1);
        let shown = visible(text);
        let wrapped = if self.is_cut { vec![truncate(&shown, room).into_owned()] } else { wrap(&shown, room) };
        self.lines.extend(wrapped.into_iter().map(|line| Line { kind, text: format!("{indent}{line}") }));
    }

    /// Adds a document, whose own indentation stays where a line has to be broken.
    fn add_code(&mut self, text: &str) {
        for line in text.lines() {
            let indent: String = line.chars().take_while(|c| *c == ' ').take(self.columns / 2).collect();
            self.add_indented(Kind::Code, &format!("  {indent}"), line.trim_start());
        }
    }

    fn gap(&mut self) {
        if !self.lines.is_empty() {
            self.lines.push(Line { kind: Kind::Text, text: String::new() });
        }
    }
}

/// Returns the lines on top, in the order in which they matter.
pub(super) fn head(own: &Permissions, columns: u16) -> Vec<Line> {
    let mut page = Page::new(columns);
    // A table leaves no room for more than a line each; all of it stands before the reason on the whole screen.
    page.is_cut = own.judged().ready().is_some() && !own.is_whole();
    match own.judged() {
        Asked::Done(judged) => verdict(judged, &mut page),
        Asked::Running(_) | Asked::Not => page.add(Kind::Text, "reading what decides …, Esc stops"),
        Asked::Stopped => page.add(Kind::Trouble, "stopped; R reads again"),
        Asked::Failed(error) => {
            page.add(Kind::Failure, &error.to_string());
            if let Some(hint) = error.hint() {
                page.add(Kind::Quiet, &hint);
            }
        }
    }
    // What went well the verdict and the test say, too, which come first then.
    let (made, is_well) = making::short(own).map_or((None, false), |(line, is_well)| (Some(line), is_well));
    if let Some(line) = made.as_ref().filter(|_| !is_well) {
        page.add(line.kind, &line.text);
    }
    test_in_short(own, &mut page);
    if let Some(line) = made.filter(|_| is_well) {
        page.add(line.kind, &line.text);
    }
    if let Some(judged) = own.judged().ready() {
        publicity(judged, &mut page);
    }
    page.lines
}

/// Returns what came of a writing in one line.
pub(super) fn outcome(making: &Making) -> Line {
    making::outcome(making)
}

fn verdict(judged: &Judged, page: &mut Page) {
    let headline = &judged.table.headline;
    let kind = match headline.openness {
        Openness::Public => Kind::Open,
        Openness::CanBePublic | Openness::Unknown => Kind::Trouble,
        Openness::NotPublic => Kind::Closed,
    };
    page.add(kind, &format!("{}: {}", headline.openness.word(), headline.because));
}

/// What Amazon calls public, which is another question than whether strangers come in.
fn publicity(judged: &Judged, page: &mut Page) {
    let word = |is_so: Option<bool>| match is_so {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let layers = &judged.evidence.layers;
    let computed = layers.policy_is_public();
    let said = layers.said_public.filter(|said| Some(*said) != computed);
    let said = said.map_or(String::new(), |said| format!(" (the server says {})", word(Some(said))));
    let bucket = word(layers.bucket_is_public());
    page.add(Kind::Quiet, &format!("Policy is public: {}{said} · Bucket is public: {bucket}", word(computed)));
}

fn test_in_short(own: &Permissions, page: &mut Page) {
    match own.test() {
        Asked::Not => {}
        Asked::Running(_) => page.add(Kind::Text, "Test as anonymous: asking …, Esc stops"),
        Asked::Stopped => page.add(Kind::Trouble, "Test as anonymous: stopped; T tests again"),
        Asked::Failed(error) => page.add(Kind::Failure, &format!("Test as anonymous: {error}")),
        Asked::Done(test) => {
            let met = test.attempts.iter().map(|attempt| format!("{} {}", attempt.probe.name(), attempt.outcome()));
            let met = met.collect::<Vec<_>>().join(", ");
            let compared = own.judged().ready().map(|judged| test.compare(own.place(), &judged.evidence));
            match compared.as_deref() {
                None => page.add(Kind::Text, &format!("Test as anonymous: {met}")),
                Some(all) if is_any(all, Agreement::Disagrees) => {
                    page.add(Kind::Trouble, &format!("Test disagrees: {met}; see below"));
                }
                Some(all) if is_any(all, Agreement::Agrees) => {
                    page.add(Kind::Text, &format!("Test as anonymous: {met}, as judged"));
                }
                Some(_) => page.add(Kind::Text, &format!("Test as anonymous: {met}, which proves nothing")),
            }
        }
    }
}

fn is_any(compared: &[Comparison<'_>], agreement: Agreement) -> bool {
    compared.iter().any(|one| one.agreement == agreement)
}

/// Returns the reason for the answer under the cursor, and what else there is to know.
pub(super) fn detail(own: &Permissions, columns: u16) -> Vec<Line> {
    let mut page = Page::new(columns);
    let Some(judged) = own.judged().ready() else {
        if own.is_whole() {
            page.lines = head(own, columns);
        }
        making::full(own, &mut page);
        test_in_full(own, None, &mut page);
        return page.lines;
    };
    let is_first = own.making().is_some_and(Making::is_first);
    if is_first {
        making::full(own, &mut page);
        page.gap();
    }
    reason(own, judged, &mut page);
    if own.is_whole() {
        page.gap();
        page.lines.extend(head(own, columns));
    }
    test_in_full(own, Some(judged), &mut page);
    if !is_first {
        making::full(own, &mut page);
    }
    remarks(judged, &mut page);
    page.lines
}

fn reason(own: &Permissions, judged: &Judged, page: &mut Page) {
    let (row, column) = own.cursor();
    let rows = &judged.table.rows;
    let (Some(row), Some(question)) = (rows.get(row), Question::ALL.get(column)) else { return };
    let Some(cell) = own.selected() else { return };
    let Some(decided) = cell.verdict() else { return };
    page.add(Kind::Title, &format!("May {} {}? {}", subject(row), question.verb(), cell.answer().word()));
    if let Some(name) = full_name(row) {
        page.add(Kind::Quiet, &name);
    }
    page.add(answer_kind(cell.answer()), &sentence(&decided.finding.because));
    let by = match (decided.finding.layer, cell.answer()) {
        (Layer::None, _) => "Decided by: no layer".to_owned(),
        (layer, Answer::Unknown) => format!("Not known: {}", layer.name()),
        (layer, _) => format!("Decided by: {}", layer.name()),
    };
    page.add(Kind::Quiet, &format!("{by} · {} on {}", decided.action.name, decided.resource));
    for other in cell.others() {
        let words = format!("{} {}: {}", other.action.name, other.finding.answer.word(), other.finding.because);
        page.add_indented(Kind::Quiet, "  ", &words);
    }
    if let Some(label) = decided.finding.statement.as_ref().or(decided.finding.held.as_ref()) {
        statement(judged, label, page);
    }
}

fn answer_kind(answer: Answer) -> Kind {
    if answer == Answer::Unknown { Kind::Trouble } else { Kind::Text }
}

/// Whom a question is about, in a sentence.
fn subject(row: &Row) -> &str {
    match row.label.as_str() {
        "anonymous" => "anonymous callers",
        "the owner" => "the owner's account",
        label => label,
    }
}

/// The name in full, where the row has another one.
fn full_name(row: &Row) -> Option<String> {
    let name = row.who.name();
    let is_plain = matches!(row.who, Who::Anonymous | Who::AnyUser) || name == row.label || name == "owner";
    (!is_plain).then_some(name)
}

/// Begins a reason as a sentence begins, unless it begins with a name.
fn sentence(because: &str) -> String {
    let mut chars = because.chars();
    match chars.next() {
        Some(first) if !because.starts_with("s3:") && !because.starts_with("aws:") => {
            first.to_uppercase().chain(chars).collect()
        }
        _ => because.to_owned(),
    }
}

fn statement(judged: &Judged, label: &Label, page: &mut Page) {
    let policy = match label.policy {
        Layer::Identity => judged.evidence.identity.as_deref(),
        _ => judged.evidence.layers.policy.known().map(AsRef::as_ref),
    };
    let Some(text) = policy.and_then(|policy| policy.statement_text(label.number)) else { return };
    let of = policy.map_or(0, |policy| policy.statements.len());
    let sid = label.sid.as_ref().map_or(String::new(), |sid| format!(" ({sid})"));
    page.gap();
    page.add(Kind::Title, &format!("Statement {} of {of}{sid} of the {}", label.number, label.policy.name()));
    page.add_code(&text);
}

fn test_in_full(own: &Permissions, judged: Option<&Judged>, page: &mut Page) {
    let Some(test) = own.test().ready() else { return };
    page.gap();
    page.add(Kind::Title, "Test as anonymous");
    let compared = judged.map(|judged| test.compare(own.place(), &judged.evidence)).unwrap_or_default();
    for attempt in &test.attempts {
        let (name, outcome) = (attempt.probe.name(), attempt.outcome());
        page.add(Kind::Text, &format!("{name} {}: {outcome}, {}", attempt.target, attempt.meaning()));
        if let Some(one) = compared.iter().find(|one| one.attempt == attempt) {
            let kind = if one.agreement == Agreement::Disagrees { Kind::Trouble } else { Kind::Quiet };
            page.add_indented(kind, "  ", &sentence(one.words()));
        }
    }
}

fn remarks(judged: &Judged, page: &mut Page) {
    let gaps = unread(&judged.evidence.layers);
    if !gaps.is_empty() {
        page.gap();
        page.add(Kind::Title, "Could not be read");
        for gap in &gaps {
            page.add(Kind::Trouble, gap);
        }
    }
    page.gap();
    page.add(Kind::Title, "Notes");
    for note in notes(&judged.evidence) {
        page.add(Kind::Quiet, &sentence(&note));
    }
    match judged.evidence.this_caller() {
        Some(Who::Unnamed) => {
            page.add(Kind::Quiet, "Who this caller is, this server does not say: only what was tried is known of it");
        }
        Some(_) => {}
        None => page.add(Kind::Quiet, "Who this caller is, this server does not say, so that there is no row for it"),
    }
    page.add(Kind::Quiet, &sentence(UNSEEN));
}
