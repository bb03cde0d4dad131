//! How fast transfers may be.

use super::sheet::{Part, Role, Sheet, Tone};
use super::single::{Question, Single, Typed};
use super::{Ids, Step};
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::model::job::{JobId, Request};
use crate::model::limit::ByteRate;

/// Asks for the limit of one transfer, or of all together.
#[derive(Debug)]
pub struct Limit {
    job: Option<JobId>,
    what: String,
}

impl Limit {
    /// Asks about a job, or about all; `what` names it, filtered, and `rate` holds now.
    pub fn ask(job: Option<JobId>, what: String, rate: Option<ByteRate>) -> Single<Self> {
        let text = rate.map_or_else(|| "none".to_owned(), |rate| rate.to_string());
        Single::new(Self { job, what }, Field::new(&text))
    }
}

impl Question for Limit {
    fn sheet<'a>(&'a self, typed: &'a Typed) -> Sheet<'a> {
        let problem = ByteRate::parse_limit(typed.text()).err();
        let parts = vec![
            Part::Pair("Of", Role::Text, self.what.clone()),
            Part::Gap,
            Part::Field { label: "At most", field: &typed.field, problem },
            Part::Gap,
            Part::Text(Role::Dim, "bytes a second to and from servers: 500 KiB, 10 MiB, or none".to_owned()),
        ];
        Sheet { title: "Limit the speed".into(), tone: Tone::Plain, parts, buttons: vec!["Limit", "Cancel"] }
    }

    fn answer(&self, text: &str, _ids: &mut Ids) -> Option<Step> {
        let rate = ByteRate::parse_limit(text).ok()?;
        Some(Step::Close(vec![Effect::Submit(Request::Limit { job: self.job, rate })]))
    }
}
