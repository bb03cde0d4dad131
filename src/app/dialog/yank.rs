//! What of an entry goes to the clipboard.
//!
//! What needs a signature is signed when it is copied, for as long as is typed, and shown then.

mod text;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::text::{Signed, texts};
use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::app::keymap::Key;
use crate::model::job::{Item, PresignedMethod, Report, Request, Ticket};
use crate::model::lifetime::lifetime;
use crate::model::location::ObjectRef;
use crate::model::text::{long_time, visible};

/// A list of texts, one of which is copied.
#[derive(Debug)]
pub struct Yank {
    form: Form,
    /// The row that had the focus last.
    picked: usize,
    texts: Vec<(&'static str, String)>,
    /// What is signed, if something can be.
    signer: Option<Signer>,
}

/// What is known of the texts with a signature.
#[derive(Debug)]
struct Signer {
    object: ObjectRef,
    zone: TimeZone,
    /// What can be signed.
    offers: Vec<Signed>,
    /// For how long.
    lifetime: Field,
    /// What was asked for and has not come.
    asked: Option<(Ticket, Signed)>,
    /// What was signed last.
    last: Option<(Signed, String)>,
    /// What there is to say of it, filtered.
    words: Option<(Role, String)>,
}

impl Yank {
    /// Returns the menu for something; region and endpoint make its addresses.
    pub fn new(item: &Item, region: Option<&str>, endpoint: Option<&str>) -> Self {
        Self { form: Form::at(0), picked: 0, texts: texts(item, region, endpoint), signer: None }
    }

    /// Offers texts with a signature too, if it is an object that is reached now; none that lets somebody write where that
    /// is switched off. Times are shown in this zone.
    #[must_use]
    pub fn with_signed(mut self, item: &Item, zone: TimeZone, is_read_only: bool) -> Self {
        if let Item::Object(object) = item {
            let (object, lifetime) = (object.clone(), Field::new("1h"));
            let is_offered = |own: &Signed| !(is_read_only && own.method() == PresignedMethod::Put);
            let offers = Signed::ALL.into_iter().filter(is_offered).collect();
            self.signer = Some(Signer { object, zone, offers, lifetime, asked: None, last: None, words: None });
        }
        self
    }

    /// Returns how many rows there are; the field of the lifetime comes after them.
    fn rows(&self) -> usize {
        self.texts.len() + self.signer.as_ref().map_or(0, |signer| signer.offers.len())
    }

    fn copy(&mut self, ids: &mut Ids) -> Step {
        let row = if self.form.focus < self.rows() { self.form.focus } else { self.picked };
        let dropped = self.dropped();
        if let Some((_, text)) = self.texts.get(row) {
            return Step::Close(dropped.into_iter().chain([Effect::Copy(text.clone())]).collect());
        }
        let offer = row.checked_sub(self.texts.len());
        let which = |signer: &Signer| offer.and_then(|offer| signer.offers.get(offer)).copied();
        let which = self.signer.as_ref().and_then(which);
        let Some((signer, which)) = self.signer.as_mut().zip(which) else { return Step::close() };
        let Ok(lifetime) = lifetime(signer.lifetime.text()) else {
            self.picked = row;
            self.form = Form::at(self.rows());
            return Step::Stay(dropped);
        };
        let asked = signer.ask(which, lifetime, ids);
        Step::Stay(dropped.into_iter().chain([asked]).collect())
    }

    /// Gives up what was asked for and has not come.
    fn dropped(&mut self) -> Vec<Effect> {
        let asked = self.signer.as_mut().and_then(|signer| signer.asked.take());
        asked.map(|(ticket, _)| Effect::Submit(Request::Drop(ticket))).into_iter().collect()
    }
}

impl Signer {
    fn ask(&mut self, which: Signed, lifetime: Duration, ids: &mut Ids) -> Effect {
        let (ticket, method) = (ids.ticket(), which.method());
        self.asked = Some((ticket, which));
        self.last = None;
        self.words = Some((Role::Dim, "signing...".to_owned()));
        Effect::Submit(Request::Presign { ticket, object: self.object.clone(), method, lifetime })
    }

    fn came(&mut self, which: Signed, url: &str, ends: Timestamp, credentials_end: Option<Timestamp>) -> Effect {
        let text = which.text(&self.object, url);
        self.words = Some(match credentials_end.filter(|end| *end < ends) {
            Some(end) => {
                let end = long_time(end, &self.zone);
                (Role::Warning, format!("Copied. It ends with the session credentials that signed it, at {end}."))
            }
            None => (Role::Good, format!("Copied. It is good until {}.", long_time(ends, &self.zone))),
        });
        self.last = Some((which, text.clone()));
        Effect::Copy(text)
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let row = |which: Signed| {
            let made = self.last.as_ref().filter(|(own, _)| *own == which);
            let value =
                made.map_or_else(|| "(signed when it is copied)".to_owned(), |(_, text)| visible(text).into_owned());
            Part::Row { label: which.label(), value }
        };
        let mut parts: Vec<_> = self.offers.iter().copied().map(row).collect();
        let problem = lifetime(self.lifetime.text()).err();
        parts.extend([Part::Gap, Part::Field { label: "Signed for", field: &self.lifetime, problem }]);
        parts.extend(self.words.clone().map(|(role, words)| Part::Text(role, words)));
        parts.extend(self.last.as_ref().map(|(_, text)| Part::Text(Role::Dim, visible(text).into_owned())));
        parts
    }
}

impl Ask for Yank {
    fn sheet(&self) -> Sheet<'_> {
        let rows = self.texts.iter().map(|(label, text)| Part::Row { label, value: visible(text).into_owned() });
        let signed = self.signer.iter().flat_map(Signer::parts);
        Sheet {
            title: "Copy to clipboard".into(),
            tone: Tone::Plain,
            parts: rows.chain(signed).collect(),
            buttons: vec![
                "Copy",
                if self.signer.as_ref().is_some_and(|own| own.last.is_some()) { "Close" } else { "Cancel" },
            ],
        }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        let is_last = stop == self.rows();
        self.signer.as_mut().filter(|_| is_last).map(|signer| &mut signer.lifetime)
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        Some(0)
    }

    fn leave(&mut self, stop: usize, _ids: &mut Ids) -> Step {
        self.picked = if stop < self.rows() { stop } else { self.picked };
        Step::stay()
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        if button == 0 { self.copy(ids) } else { self.cancel() }
    }

    fn cancel(&mut self) -> Step {
        Step::Close(self.dropped())
    }

    fn on_report(&mut self, report: &Report) -> Option<Step> {
        let signer = self.signer.as_mut()?;
        let (asked, which) = signer.asked?;
        match report {
            Report::Presigned { ticket, url, ends, credentials_end } if *ticket == asked => {
                signer.asked = None;
                Some(Step::Stay(vec![signer.came(which, url, *ends, *credentials_end)]))
            }
            Report::Failed { ticket, error } if *ticket == asked => {
                signer.asked = None;
                signer.words = Some((Role::Error, error.to_string()));
                Some(Step::stay())
            }
            _ => None,
        }
    }

    fn own_key(&mut self, key: Key, ids: &mut Ids) -> Option<Step> {
        let is_typing = self.signer.is_some() && self.form.focus == self.rows();
        (key == Key::char('y') && !is_typing).then(|| self.copy(ids))
    }
}
