//! Making a bucket: its name by Amazon's rules, and its region.

use super::form::{Ask, Form};
use super::sheet::{Part, Role, Sheet, Tone};
use super::{Ids, Step};
use crate::app::field::Field;
use crate::model::job::Work;
use crate::model::name::{BucketName, Profile};

/// Beginnings that Amazon keeps for itself (Amazon S3 User Guide, "General purpose bucket naming rules").
const RESERVED_STARTS: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];

/// Ends that Amazon keeps for itself (the same page).
const RESERVED_ENDS: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// Asks for a name and a region.
#[derive(Debug)]
pub struct NewBucket {
    form: Form,
    profile: Profile,
    name: Field,
    region: Field,
    was_refused: bool,
}

impl NewBucket {
    /// Returns the question for a bucket by a profile, with a region to start from.
    pub fn new(profile: Profile, region: &str) -> Self {
        Self { form: Form::at(0), profile, name: Field::default(), region: Field::new(region), was_refused: false }
    }

    fn region_problem(&self) -> Option<String> {
        let region = self.region.text();
        let is_plain = region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        match (region.is_empty(), is_plain) {
            (true, _) => Some("a region is needed, such as eu-west-1".to_owned()),
            (_, false) => Some("a region has lower-case letters, digits and hyphens only".to_owned()),
            _ => None,
        }
    }
}

/// Returns which of Amazon's rules a bucket's name breaks, in a plain sentence.
pub fn name_problem(name: &str) -> Option<&'static str> {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !(3..=63).contains(&name.len()) {
        return Some("a bucket's name has 3 to 63 characters");
    }
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)) {
        return Some("a bucket's name has lower-case letters, digits, dots and hyphens only");
    }
    if !is_end(name.bytes().next()) || !is_end(name.bytes().last()) {
        return Some("a bucket's name begins and ends with a letter or a digit");
    }
    if name.contains("..") {
        return Some("a bucket's name has no two dots in a row");
    }
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return Some("a bucket's name does not look like an IP address");
    }
    let is_reserved = RESERVED_STARTS.iter().any(|start| name.starts_with(start))
        || RESERVED_ENDS.iter().any(|end| name.ends_with(end));
    is_reserved.then_some("names with this beginning or end are reserved by Amazon")
}

impl Ask for NewBucket {
    fn sheet(&self) -> Sheet<'_> {
        let problem = name_problem(self.name.text()).filter(|_| self.was_refused || !self.name.is_empty());
        let parts = vec![
            Part::Field { label: "Name", field: &self.name, problem: problem.map(str::to_owned) },
            Part::Field { label: "Region", field: &self.region, problem: self.region_problem() },
            Part::Gap,
            Part::Text(
                Role::Dim,
                "Public access will be blocked and ACLs disabled, as Amazon's console does.".to_owned(),
            ),
        ];
        Sheet { title: "New bucket".into(), tone: Tone::Plain, parts, buttons: vec!["Create", "Cancel"] }
    }

    fn form(&self) -> &Form {
        &self.form
    }

    fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    fn field(&mut self, stop: usize) -> Option<&mut Field> {
        match stop {
            0 => Some(&mut self.name),
            1 => Some(&mut self.region),
            _ => None,
        }
    }

    fn default_button(&self, _stop: usize) -> Option<usize> {
        Some(0)
    }

    fn press(&mut self, button: usize, ids: &mut Ids) -> Step {
        if button != 0 {
            return Step::close();
        }
        let is_named = name_problem(self.name.text()).is_none();
        if !is_named || self.region_problem().is_some() {
            self.was_refused = true;
            self.form = Form::at(usize::from(is_named));
            return Step::stay();
        }
        let name = BucketName::from(self.name.text()).by(&self.profile);
        Step::start(ids, Work::CreateBucket { name, region: self.region.text().to_owned() })
    }
}
