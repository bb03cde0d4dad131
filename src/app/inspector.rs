//! The inspector: what one thing is and who may read it, and its first bytes.
//!
//! It follows the cursor, and only the newest question counts: an answer to an older one is dropped here. Each section
//! loads, and fails, alone.

pub mod line;

use ratatui::layout::{Margin, Rect};

use self::line::{Line, lines};
use super::effect::Effect;
use super::state::Ids;
use crate::model::access::Access;
use crate::model::error::{Error, Kind};
use crate::model::inspect::{Content, Preview, Section};
use crate::model::job::{Item, Report, Request, Ticket};

/// A part of the screen that loads on its own, without taking its neighbours along.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Load<T> {
    /// Nobody asked.
    #[default]
    Idle,
    /// On its way.
    Loading,
    /// Here it is.
    Ready(T),
    /// The caller may not read it; the permission is named where it is known.
    Denied(Option<&'static str>),
    /// The server has no such thing.
    Unsupported,
    /// It could not be read for another reason.
    Failed(Error),
}

impl<T> Load<T> {
    /// Returns what an answer means for this part.
    pub fn from_result(result: Result<T, Error>) -> Self {
        match result {
            Ok(value) => Self::Ready(value),
            Err(error) => match error.kind {
                Kind::Denied => Self::Denied(error.permission),
                Kind::Unsupported => Self::Unsupported,
                _ => Self::Failed(error),
            },
        }
    }
}

/// What the inspector shows of its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// The sections.
    #[default]
    Sections,
    /// The first bytes, as text or hex, whichever suits them.
    Preview,
    /// The first bytes, the other way.
    PreviewOther,
}

/// What the inspector looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The thing.
    pub item: Item,
    ticket: Ticket,
    preview_ticket: Option<Ticket>,
    /// In the order in which they are shown.
    pub sections: Vec<(Section, Load<Content>)>,
    /// The word on top; nothing before it is known, and for things that are not on S3.
    pub access: Option<Access>,
    /// The first bytes.
    pub preview: Load<Preview>,
}

impl Subject {
    /// Returns whether somebody else may be let in, so that there is a word on top.
    pub fn has_access(&self) -> bool {
        matches!(self.item, Item::Object(_) | Item::Bucket(_))
    }
}

/// The inspector.
#[derive(Debug, Clone, Default)]
pub struct Inspector {
    subject: Option<Subject>,
    view: View,
    scroll: usize,
}

impl Inspector {
    /// Returns what is looked at.
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// Returns what is shown of it.
    pub fn view(&self) -> View {
        self.view
    }

    /// Looks at a thing, if it is another one than before.
    pub fn follow(&mut self, item: Option<Item>, ids: &mut Ids) -> Vec<Effect> {
        if self.subject.as_ref().map(|subject| &subject.item) == item.as_ref() {
            return vec![];
        }
        let dropped = self.drop_subject();
        self.scroll = 0;
        let Some(item) = item else { return dropped };
        [dropped, self.ask(item, ids)].concat()
    }

    /// Reads everything again.
    pub fn refresh(&mut self, ids: &mut Ids) -> Vec<Effect> {
        let Some(item) = self.subject.as_ref().map(|subject| subject.item.clone()) else { return vec![] };
        let dropped = self.drop_subject();
        [dropped, self.ask(item, ids)].concat()
    }

    /// Looks at nothing any more.
    pub fn close(&mut self) -> Vec<Effect> {
        self.view = View::Sections;
        self.scroll = 0;
        self.drop_subject()
    }

    fn ask(&mut self, item: Item, ids: &mut Ids) -> Vec<Effect> {
        let ticket = ids.ticket();
        let sections = sections_of(&item).iter().map(|section| (*section, Load::Loading)).collect();
        let request = Request::Inspect { ticket, item: item.clone() };
        let subject = Subject { item, ticket, preview_ticket: None, sections, access: None, preview: Load::default() };
        self.subject = Some(subject);
        let mut effects = vec![Effect::Submit(request)];
        effects.extend(self.ask_preview(ids));
        effects
    }

    /// The request for the first bytes, if they are wanted and not there.
    fn ask_preview(&mut self, ids: &mut Ids) -> Option<Effect> {
        let subject = self.subject.as_mut().filter(|subject| !subject.item.is_container())?;
        if self.view == View::Sections || subject.preview != Load::Idle {
            return None;
        }
        let ticket = ids.ticket();
        subject.preview_ticket = Some(ticket);
        subject.preview = Load::Loading;
        Some(Effect::Submit(Request::Preview { ticket, item: subject.item.clone() }))
    }

    fn drop_subject(&mut self) -> Vec<Effect> {
        let Some(subject) = self.subject.take() else { return vec![] };
        let tickets = [Some(subject.ticket), subject.preview_ticket];
        tickets.into_iter().flatten().map(|ticket| Effect::Submit(Request::Drop(ticket))).collect()
    }

    /// Shows this.
    pub fn show(&mut self, view: View, ids: &mut Ids) -> Vec<Effect> {
        if self.view != view {
            self.scroll = 0;
        }
        self.view = view;
        self.ask_preview(ids).into_iter().collect()
    }

    /// Shows the next in turn: sections, first bytes, first bytes the other way.
    pub fn show_next(&mut self, ids: &mut Ids) -> Vec<Effect> {
        let next = match self.view {
            View::Sections => View::Preview,
            View::Preview => View::PreviewOther,
            View::PreviewOther => View::Sections,
        };
        self.show(next, ids)
    }

    /// Takes a report; returns whether it was meant for the inspector.
    pub fn on_report(&mut self, report: &Report) -> bool {
        let Some(subject) = &mut self.subject else { return false };
        match report {
            Report::Inspected { ticket, section, result } if *ticket == subject.ticket => {
                let load = Load::from_result(result.clone());
                match subject.sections.iter_mut().find(|(known, _)| known == section) {
                    Some((_, known)) => *known = load,
                    None => subject.sections.push((*section, load)),
                }
            }
            Report::Verdict { ticket, access } if *ticket == subject.ticket => subject.access = Some(access.clone()),
            Report::Previewed { ticket, preview } if Some(*ticket) == subject.preview_ticket => {
                subject.preview = Load::Ready(preview.clone());
            }
            Report::Failed { ticket, error } if Some(*ticket) == subject.preview_ticket => {
                subject.preview = Load::from_result(Err(error.clone()));
            }
            Report::Failed { ticket, error } if *ticket == subject.ticket => {
                for (_, load) in subject.sections.iter_mut().filter(|(_, load)| *load == Load::Loading) {
                    *load = Load::from_result(Err(error.clone()));
                }
            }
            _ => return false,
        }
        true
    }

    /// Returns what is shown, in lines of at most so many columns.
    pub fn lines(&self, columns: u16) -> Vec<Line> {
        self.subject.as_ref().map(|subject| lines(subject, self.view, usize::from(columns))).unwrap_or_default()
    }

    /// Returns the first line in view, of so many lines in a window of so many rows.
    pub fn offset(&self, lines: usize, rows: u16) -> usize {
        self.scroll.min(lines.saturating_sub(usize::from(rows)))
    }

    /// Scrolls by so many lines, when the inspector has this area.
    pub fn scroll_by(&mut self, lines: isize, area: Rect) {
        let Rect { width: columns, height: rows, .. } = inner(area);
        let count = self.lines(columns).len();
        let offset = self.offset(count, rows).saturating_add_signed(lines);
        self.scroll = offset;
        self.scroll = self.offset(count, rows);
    }
}

/// Returns the part of the inspector's area in which its lines are, for drawing and for scrolling.
pub fn inner(area: Rect) -> Rect {
    let edge = area.inner(Margin::new(1, 1));
    if edge.width < 4 { edge } else { Rect { x: edge.x + 1, width: edge.width - 2, ..edge } }
}

fn sections_of(item: &Item) -> &'static [Section] {
    match item {
        Item::File(_) | Item::Folder(_) => Section::OF_FILE,
        Item::Object(_) => Section::OF_OBJECT,
        Item::Prefix { .. } => Section::OF_PREFIX,
        Item::Bucket(_) => Section::OF_BUCKET,
    }
}

#[cfg(test)]
mod tests;
