//! Making a folder, or the marker object of a prefix.

use super::sheet::{Part, Role, Sheet, Tone};
use super::single::{Question, Single, Typed};
use super::transfer::check_name;
use super::{Ids, Step};
use crate::app::field::Field;
use crate::model::job::Work;
use crate::model::location::Location;
use crate::model::text::visible;

/// Asks for the name of a folder.
#[derive(Debug)]
pub struct NewFolder {
    place: Location,
}

impl NewFolder {
    /// Asks for a folder below this place, which is a local folder, a bucket or a prefix.
    pub fn ask(place: Location) -> Single<Self> {
        Single::new(Self { place }, Field::default())
    }

    /// The folder; several levels may be typed at once.
    fn folder(&self, typed: &str) -> Result<Location, String> {
        let typed = typed.trim_end_matches('/');
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

impl Question for NewFolder {
    fn sheet<'a>(&'a self, typed: &'a Typed) -> Sheet<'a> {
        let place = visible(&self.place.to_string()).into_owned();
        let problem = self.folder(typed.text()).err().filter(|_| typed.is_judged());
        let mut parts =
            vec![Part::Place("In", place), Part::Gap, Part::Field { label: "Name", field: &typed.field, problem }];
        if self.place.is_s3() {
            let words = "S3 has no folders: an empty object whose key ends in a slash keeps the place.";
            parts.extend([Part::Gap, Part::Text(Role::Dim, words.to_owned())]);
        }
        Sheet { title: "New folder".into(), tone: Tone::Plain, parts, buttons: vec!["Create", "Cancel"] }
    }

    fn answer(&self, text: &str, ids: &mut Ids) -> Option<Step> {
        Some(Step::start(ids, Work::CreateFolder(self.folder(text).ok()?)))
    }
}
