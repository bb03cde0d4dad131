//! Aborting unfinished uploads: how many, how large, how old, and that their data is gone for good.

use std::time::Duration;

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Reply, Step};
use crate::app::uploads::Sum;
use crate::model::text::{count, counted, duration, size, visible};
use crate::model::upload::UploadRef;

const ABORT: usize = 1;

/// Asks before uploads are aborted. The safe button is the focused one.
#[derive(Debug)]
pub struct Abort {
    form: Form,
    uploads: Vec<UploadRef>,
    place: String,
    older_than: Option<Duration>,
    /// What is known of them, which may grow while one looks.
    pub sum: Sum,
}

impl Abort {
    /// Returns the question for these uploads below a place; `older_than` is what they were chosen by, if by that.
    pub fn new(uploads: Vec<UploadRef>, place: &str, older_than: Option<Duration>, sum: Sum) -> Self {
        Self { form: Form::at(0), uploads, place: visible(place).into_owned(), older_than, sum }
    }

    /// Returns the uploads that are asked about.
    pub fn uploads(&self) -> &[UploadRef] {
        &self.uploads
    }

    fn size_words(&self) -> String {
        let known = format!("{} in {}", size(self.sum.bytes), counted(self.sum.parts, "part", "parts"));
        match self.sum.unread {
            0 => known,
            all if all == self.sum.uploads => "not known".to_owned(),
            some => format!("at least {known}; of {} not known", count(some)),
        }
    }

    fn left_words(&self) -> Option<String> {
        match self.sum.left {
            0 => None,
            1 => Some("! 1 belongs to an interrupted transfer, which starts over when resumed.".to_owned()),
            left => Some(format!("! {} belong to interrupted transfers, which start over when resumed.", count(left))),
        }
    }

    fn age_words(&self) -> Option<String> {
        let (youngest, oldest) = self.sum.ages?;
        let [youngest, oldest] = [youngest, oldest].map(|age| duration(age.as_secs()));
        let ages = if youngest == oldest { oldest } else { format!("{youngest} to {oldest}") };
        Some(match self.older_than {
            Some(limit) => format!("{ages} (older than {})", duration(limit.as_secs())),
            None => ages,
        })
    }
}

impl Ask for Abort {
    fn sheet(&self) -> Sheet<'_> {
        let lost = "What was sent is gone for good.";
        let mut parts = vec![Part::Text(Role::Warning, lost.to_owned()), Part::Gap];
        parts.push(match self.uploads.as_slice() {
            [upload] => Part::Place("Key", visible(&upload.object.to_string()).into_owned()),
            _ => Part::Place("Below", self.place.clone()),
        });
        parts.push(Part::Pair("Size", Role::Text, self.size_words()));
        parts.extend(self.age_words().map(|words| Part::Pair("Age", Role::Text, words)));
        parts.extend(self.left_words().map(|words| Part::Text(Role::Warning, words)));
        parts.push(Part::Gap);
        let one = if self.uploads.len() == 1 { "it" } else { "one of them" };
        parts.push(Part::Text(Role::Dim, format!("A program elsewhere that still sends {one} fails.")));
        let title = format!("Abort {}", counted(self.sum.uploads, "upload", "uploads"));
        Sheet { title: title.into(), tone: Tone::Danger, parts, buttons: vec!["Cancel", "Abort"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn press(&mut self, button: usize, _ids: &mut Ids) -> Step {
        if button == ABORT { Step::Reply(Reply::AbortUploads(self.uploads.clone())) } else { Step::close() }
    }
}
