//! Making a folder, or the marker object of a prefix.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::transfer::check_name;
use super::{Ids, Step};
use crate::app::field::Field;
use crate::model::job::Work;
use crate::model::location::Location;
use crate::model::text::visible;

/// Asks for the name of a folder.
#[derive(Debug)]
pub struct NewFolder {
    form: Form,
    place: Location,
    field: Field,
    was_refused: bool,
}

impl NewFolder {
    /// Returns the question for a folder below this place, which is a local folder, a bucket or a prefix.
    pub fn new(place: Location) -> Self {
        Self { form: Form::at(0), place, field: Field::default(), was_refused: false }
    }

    /// The folder; several levels may be typed at once.
    fn folder(&self) -> Result<Location, String> {
        let typed = self.field.text().trim_end_matches('/');
        for part in typed.split('/') {
            check_name(part, !self.place.is_s3())?;
        }
        match &self.place {
            Location::Local(path) => Ok(Location::Local(path.join(typed))),
            Location::S3 { bucket, prefix } => Ok(Location::S3 { bucket: bucket.clone(), prefix: prefix.child(typed) }),
            Location::Buckets(_) => Err("a bucket is needed first".to_owned()),
        }
    }
}

impl Ask for NewFolder {
    fn sheet(&self) -> Sheet<'_> {
        let place = visible(&self.place.to_string()).into_owned();
        let problem = self.folder().err().filter(|_| self.was_refused || !self.field.is_empty());
        let mut parts =
            vec![Part::Place("In", place), Part::Gap, Part::Field { label: "Name", field: &self.field, problem }];
        if self.place.is_s3() {
            let words = "S3 has no folders: an empty object whose key ends in a slash keeps the place.";
            parts.extend([Part::Gap, Part::Text(Role::Dim, words.to_owned())]);
        }
        Sheet { title: "New folder".into(), tone: Tone::Plain, parts, buttons: vec!["Create", "Cancel"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        (stop == 0).then_some(&mut self.field)
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        Some(0)
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        match (button, self.folder()) {
            (0, Ok(folder)) => Step::start(ids, Work::CreateFolder(folder)),
            (0, Err(_)) => {
                self.was_refused = true;
                self.form = Form::at(0);
                Step::stay()
            }
            _ => Step::close(),
        }
    }
}
