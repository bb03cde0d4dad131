//! What the rules of a lifecycle document would touch today, in front of the settings: of what stands there, or of a text
//! that is not written yet. It grows while the bucket is looked through, and can be stopped.

use ratatui::layout::Rect;
use serde_json::Value;

use super::line::{Line, Role, add, add_sentence};
use crate::app::effect::Effect;
use crate::app::state::Ids;
use crate::model::document::DocumentKind;
use crate::model::document::forecast::{Forecast, RuleForecast};
use crate::model::error::{Error, Kind};
use crate::model::job::{Report, Request, Ticket};
use crate::model::name::BucketName;

/// A look at what rules would touch.
#[derive(Debug)]
pub struct Preview {
    document: Value,
    /// Whether the rules are those of a text that is not written.
    pub is_of_text: bool,
    ticket: Option<Ticket>,
    forecast: Option<Forecast>,
    problem: Option<Error>,
    scroll: usize,
}

impl Preview {
    /// Begins to look through a bucket.
    pub fn begin(bucket: BucketName, document: Value, is_of_text: bool, ids: &mut Ids) -> (Self, Effect) {
        let ticket = ids.ticket();
        let request = Request::ForecastLifecycle { ticket, bucket, document: Box::new(document.clone()) };
        let own = Self { document, is_of_text, ticket: Some(ticket), forecast: None, problem: None, scroll: 0 };
        (own, Effect::Submit(request))
    }

    /// Returns the rules that it is about.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Returns whether it still looks.
    pub fn is_looking(&self) -> bool {
        self.ticket.is_some()
    }

    /// Stops looking, if it does; what was found stays.
    pub fn stop(&mut self) -> Option<Effect> {
        self.ticket.take().map(|ticket| Effect::Submit(Request::Drop(ticket)))
    }

    /// Takes a report; returns whether it was meant for it.
    pub fn on_report(&mut self, report: &Report) -> bool {
        match report {
            Report::Forecast { ticket, forecast } if self.ticket == Some(*ticket) => {
                if forecast.is_complete {
                    self.ticket = None;
                }
                self.forecast = Some((**forecast).clone());
            }
            Report::Failed { ticket, error } if self.ticket == Some(*ticket) => {
                self.ticket = None;
                self.problem = Some(error.clone()).filter(|error| error.kind != Kind::Cancelled);
            }
            _ => return false,
        }
        true
    }

    /// Returns how many lines are above those in view, of so many in a window of so many rows.
    pub fn scroll(&self, lines: usize, rows: u16) -> usize {
        self.scroll.min(lines.saturating_sub(usize::from(rows)))
    }

    /// Scrolls by so many lines, when it has this area.
    pub fn scroll_by(&mut self, lines: isize, area: Rect) {
        let count = self.lines(usize::from(area.width)).len();
        self.scroll = self.scroll(count, area.height).saturating_add_signed(lines);
        self.scroll = self.scroll(count, area.height);
    }

    /// Returns what it says, in lines of so many columns.
    pub fn lines(&self, columns: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        self.add_progress(&mut lines, columns);
        let Some(forecast) = &self.forecast else { return lines };
        for doubt in forecast.doubts() {
            add(&mut lines, Role::Warning, &format!("! Not known: {doubt}"), columns);
        }
        let sentences = DocumentKind::Lifecycle.facts().summary(Some(&self.document));
        for (rule, sentence) in forecast.rules.iter().zip(sentences) {
            lines.push(Line::new());
            add(&mut lines, Role::Text, &format!("{}: {sentence}", rule.name), columns);
            add_rule(&mut lines, rule, columns);
        }
        lines
    }

    fn add_progress(&self, lines: &mut Vec<Line>, columns: usize) {
        let seen = self.forecast.as_ref().map_or_else(|| "looking …".to_owned(), Forecast::seen_words);
        let is_whole = self.forecast.as_ref().is_some_and(|forecast| forecast.is_complete);
        match &self.problem {
            Some(error) => {
                add(lines, Role::Warning, &error.to_string(), columns);
                if let Some(hint) = error.hint() {
                    add(lines, Role::Dim, &hint, columns);
                }
            }
            None if is_whole => add(lines, Role::Dim, &seen, columns),
            None if self.is_looking() => add(lines, Role::Warning, &format!("{seen}; Esc stops"), columns),
            None => add(lines, Role::Warning, &format!("stopped, {seen}: there may be more"), columns),
        }
        let own =
            if self.is_of_text { "the rules of the text, which is not written" } else { "the rules that are set" };
        add(lines, Role::Dim, &format!("by {own}, each as if there were no other"), columns);
    }
}

fn add_rule(lines: &mut Vec<Line>, rule: &RuleForecast, columns: usize) {
    for sentence in rule.sentences() {
        if sentence.is_doubt {
            add(lines, Role::Warning, &format!("! {}", sentence.text), columns);
        } else {
            add_sentence(lines, &sentence.text, columns);
        }
        for example in sentence.examples {
            add(lines, Role::Dim, &format!("    {example}"), columns);
        }
    }
}
