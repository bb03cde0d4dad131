//! Go to a place, or find an action by name: one field for both.
//!
//! What is typed is a place if it looks like a path or an `s3://` location; then the engine completes it. Anything else
//! finds actions.

use std::path::{Path, PathBuf};

use super::action::{Action, Context, TABLE};
use super::effect::Effect;
use super::field::Field;
use super::filter::Filter;
use super::keymap::{Code, Key};
use super::state::Ids;
use crate::model::job::{Request, Ticket};
use crate::model::location::Location;

/// The open palette.
#[derive(Debug, Clone)]
pub struct Palette {
    /// What is typed.
    pub field: Field,
    /// The chosen candidate, if one was chosen by moving to it.
    pub chosen: Option<usize>,
    /// What could be meant.
    pub candidates: Candidates,
    context: Context,
    base: PathBuf,
    home: Option<PathBuf>,
    ticket: Option<Ticket>,
    /// Why what is typed cannot be gone to.
    pub problem: Option<String>,
}

/// What could be meant by what is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidates {
    /// Actions, the best first.
    Actions(Vec<Action>),
    /// Places, as whole texts.
    Places(Vec<String>),
}

/// What the palette wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Chosen {
    /// It stays open.
    Nothing(Vec<Effect>),
    /// It closes without anything.
    Leave(Vec<Effect>),
    /// Go there.
    Place(Location),
    /// Do that.
    Do(Action),
}

impl Palette {
    /// Returns a palette for what can be done in a context. Relative paths are taken from `base`.
    pub fn new(context: Context, base: &Path, home: Option<&Path>) -> Self {
        let mut palette = Self {
            field: Field::default(),
            chosen: None,
            candidates: Candidates::Actions(Vec::new()),
            context,
            base: base.to_owned(),
            home: home.map(Path::to_owned),
            ticket: None,
            problem: None,
        };
        palette.candidates = Candidates::Actions(palette.actions());
        palette
    }

    /// Returns how many candidates there are.
    pub fn len(&self) -> usize {
        match &self.candidates {
            Candidates::Actions(actions) => actions.len(),
            Candidates::Places(places) => places.len(),
        }
    }

    /// Returns whether there is nothing to choose from.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether what is typed is a place rather than the name of an action.
    pub fn is_place(&self) -> bool {
        let text = self.field.text();
        text.contains(['/', '\\']) || text.starts_with(['~', '.']) || is_scheme_so_far(text)
    }

    /// Takes a key.
    pub fn on_key(&mut self, key: Key, ids: &mut Ids) -> Chosen {
        match key.code {
            Code::Esc => Chosen::Leave(self.drop_question()),
            Code::Char('c') if key.ctrl => Chosen::Leave(self.drop_question()),
            Code::Enter => self.choose(),
            Code::Tab => self.complete(ids),
            Code::Up | Code::BackTab => self.step(-1),
            Code::Down => self.step(1),
            Code::Char('p') if key.ctrl => self.step(-1),
            Code::Char('n') if key.ctrl => self.step(1),
            _ => {
                let before = self.field.text().to_owned();
                self.field.on_key(key);
                if self.field.text() == before { Chosen::Nothing(Vec::new()) } else { self.retyped(ids) }
            }
        }
    }

    /// Takes pasted text.
    pub fn on_paste(&mut self, text: &str, ids: &mut Ids) -> Chosen {
        self.field.insert(text);
        self.retyped(ids)
    }

    /// Takes the places that complete what was typed.
    pub fn on_completed(&mut self, ticket: Ticket, texts: Vec<String>) {
        if self.ticket == Some(ticket) && self.is_place() {
            self.chosen = None;
            self.candidates = Candidates::Places(texts);
        }
    }

    /// Takes the news that nothing completes it.
    pub fn on_failed(&mut self, ticket: Ticket) -> bool {
        let is_ours = self.ticket == Some(ticket);
        if is_ours {
            self.candidates = Candidates::Places(Vec::new());
        }
        is_ours
    }

    /// Chooses a candidate by its row.
    pub fn pick(&mut self, row: usize) -> Chosen {
        if row >= self.len() {
            return Chosen::Nothing(Vec::new());
        }
        self.chosen = Some(row);
        self.choose()
    }

    fn drop_question(&mut self) -> Vec<Effect> {
        self.ticket.take().map(|ticket| Effect::Submit(Request::Drop(ticket))).into_iter().collect()
    }

    fn retyped(&mut self, ids: &mut Ids) -> Chosen {
        self.chosen = None;
        self.problem = None;
        if !self.is_place() {
            self.candidates = Candidates::Actions(self.actions());
            return Chosen::Nothing(self.drop_question());
        }
        if matches!(self.candidates, Candidates::Actions(_)) {
            self.candidates = Candidates::Places(Vec::new());
        }
        // Newest wins in the engine, so the question before need not be dropped.
        let ticket = ids.ticket();
        self.ticket = Some(ticket);
        let (text, base) = (self.field.text().to_owned(), self.base.clone());
        Chosen::Nothing(vec![Effect::Submit(Request::Complete { ticket, text, base })])
    }

    fn step(&mut self, by: isize) -> Chosen {
        let count = self.len();
        self.chosen = match self.chosen {
            _ if count == 0 => None,
            None if by > 0 => Some(usize::from(matches!(self.candidates, Candidates::Actions(_)) && count > 1)),
            None => Some(count - 1),
            Some(at) => Some((at + count).saturating_add_signed(by) % count),
        };
        Chosen::Nothing(Vec::new())
    }

    /// Types the chosen place, or as much as all of them begin with.
    fn complete(&mut self, ids: &mut Ids) -> Chosen {
        let Candidates::Places(places) = &self.candidates else { return self.step(1) };
        let common = match self.chosen.and_then(|at| places.get(at)) {
            Some(place) => place.clone(),
            None => common_start(places),
        };
        if common.len() <= self.field.text().len() && self.chosen.is_none() {
            return self.step(1);
        }
        self.field.set(&common);
        self.retyped(ids)
    }

    fn choose(&mut self) -> Chosen {
        match &self.candidates {
            Candidates::Actions(actions) => {
                if let Some(action) =
                    actions.get(self.chosen.unwrap_or(0)).filter(|_| !self.field.is_empty() || self.chosen.is_some())
                {
                    return Chosen::Do(*action);
                }
                if self.field.is_empty() {
                    return Chosen::Leave(Vec::new());
                }
                let text = self.field.text().to_owned();
                self.go_to(&text)
            }
            Candidates::Places(places) => {
                let text =
                    self.chosen.and_then(|at| places.get(at)).map_or(self.field.text(), String::as_str).to_owned();
                self.go_to(&text)
            }
        }
    }

    fn go_to(&mut self, text: &str) -> Chosen {
        match Location::parse(text, &self.base, self.home.as_deref()) {
            Ok(place) => Chosen::Place(place),
            Err(problem) => {
                self.problem = Some(problem.to_string());
                Chosen::Nothing(Vec::new())
            }
        }
    }

    /// The actions of this context whose label, name or description match, the best first.
    fn actions(&self) -> Vec<Action> {
        let usable = TABLE.iter().filter(|entry| entry.contexts.contains(&self.context));
        let usable = usable.filter(|entry| !matches!(entry.action, Action::GoTo | Action::BackOut));
        let mut filter = Filter::new(self.field.text());
        let mut scored: Vec<_> = usable
            .filter_map(|entry| {
                let by_name = filter.score(entry.name).map(|score| score * 2);
                let best = by_name.max(filter.score(entry.label).map(|score| score * 2));
                best.max(filter.score(entry.description)).map(|score| (score, entry.action))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        scored.into_iter().map(|(_, action)| action).collect()
    }
}

/// `s3:` is on the way to `s3://`.
fn is_scheme_so_far(text: &str) -> bool {
    text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("s3:"))
}

fn common_start(texts: &[String]) -> String {
    let mut texts = texts.iter();
    let Some(first) = texts.next() else { return String::new() };
    let mut common: &str = first;
    for text in texts {
        let shared = common.char_indices().zip(text.chars()).find(|((_, left), right)| left != right);
        let end = shared.map_or(common.len().min(text.len()), |((at, _), _)| at);
        common = common.get(..end).unwrap_or_default();
    }
    common.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_text(palette: &mut Palette, text: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut ids = Ids::default();
        for c in text.chars() {
            if let Chosen::Nothing(more) = palette.on_key(Key::char(c), &mut ids) {
                effects.extend(more);
            }
        }
        effects
    }

    fn palette() -> Palette {
        Palette::new(Context::Panes, Path::new("/base"), Some(Path::new("/home/me")))
    }

    #[test]
    fn a_word_finds_actions_by_name() {
        let mut palette = palette();
        type_text(&mut palette, "swap");
        assert_eq!(palette.on_key(Key::plain(Code::Enter), &mut Ids::default()), Chosen::Do(Action::SwapPanes));
    }

    #[test]
    fn a_path_or_location_goes_there() {
        let enter = Key::plain(Code::Enter);
        for (text, place) in [
            ("s3://photos/2026", Location::S3 { bucket: "photos".into(), prefix: "2026".into() }),
            ("~/x", Location::Local("/home/me/x".into())),
            ("sub/dir", Location::Local("/base/sub/dir".into())),
        ] {
            let mut palette = palette();
            type_text(&mut palette, text);
            assert_eq!(palette.on_key(enter, &mut Ids::default()), Chosen::Place(place));
        }
    }

    #[test]
    fn a_location_that_is_none_says_why_and_stays() {
        let mut palette = palette();
        type_text(&mut palette, "https://example.com/");
        assert_eq!(palette.on_key(Key::plain(Code::Enter), &mut Ids::default()), Chosen::Nothing(vec![]));
        assert!(palette.problem.is_some());
    }

    #[test]
    fn tab_types_what_all_completions_begin_with() {
        let mut palette = palette();
        let effects = type_text(&mut palette, "s3://p");
        let Some(Effect::Submit(Request::Complete { ticket, .. })) = effects.last() else { panic!("{effects:?}") };
        palette.on_completed(*ticket, vec!["s3://photos/".into(), "s3://phones/".into()]);
        palette.on_key(Key::plain(Code::Tab), &mut Ids::default());
        assert_eq!(palette.field.text(), "s3://pho");
    }

    #[test]
    fn an_answer_to_an_older_text_is_dropped() {
        let mut palette = palette();
        type_text(&mut palette, "/a");
        palette.on_completed(Ticket(999), vec!["/abc/".into()]);
        assert!(palette.is_empty());
    }

    #[test]
    fn texts_of_several_bytes_a_letter_share_whole_letters() {
        assert_eq!(common_start(&["/é1".into(), "/è1".into()]), "/");
        assert_eq!(common_start(&[]), "");
    }
}
