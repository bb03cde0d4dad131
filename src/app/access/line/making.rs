//! What the screen says of the place being made public or private: in one line, and document by document.

use super::{Kind, Line, Page, sentence};
use crate::app::access::making::Making;
use crate::app::access::{Asked, Permissions};
use crate::model::access::exposure::{Aim, Exposed, Step, StepEnd};
use crate::model::error::Error;

/// Returns what is said of it in one line on its screen, and whether that is over and well; nothing if nothing was written.
pub(super) fn short(own: &Permissions) -> Option<(Line, bool)> {
    let making = own.making()?;
    let Line { kind, text } = outcome(making);
    let is_whole = making.exposed.ready().is_some_and(Exposed::is_whole);
    let (kind, more, is_well) = match (proof(own, making), own.judged()) {
        _ if making.exposed.ready().is_none() => (kind, "", false),
        _ if !is_whole => (kind, "; see below", false),
        (Some(Ok(_)), _) => (kind, ", and proved; see below", true),
        // Where there is room for little, it must not end before the doubt.
        (Some(Err(_)), _) => {
            let text = format!("Made {}, but it is not certain; see below", making.exposure.word());
            return Some((Line { kind: Kind::Trouble, text }, false));
        }
        (None, Asked::Running(_)) => (kind, "; reading it again to prove it …", false),
        (None, _) => {
            let text = format!("Made {}, but not proved: it was not read again", making.exposure.word());
            return Some((Line { kind: Kind::Trouble, text }, false));
        }
    };
    Some((Line { kind, text: format!("{text}{more}") }, is_well))
}

/// Returns what came of a writing, before it is proved.
pub(super) fn outcome(making: &Making) -> Line {
    let word = making.exposure.word();
    let (kind, text) = match &making.exposed {
        Asked::Done(exposed) if exposed.is_whole() => (Kind::Text, format!("Made {word}: written and read back")),
        Asked::Done(exposed) if exposed.standing(&making.choice).next().is_none() => {
            (Kind::Failure, format!("Make {word}: nothing was changed"))
        }
        Asked::Done(_) => (Kind::Failure, format!("Make {word}: stopped half way")),
        Asked::Failed(error) => (Kind::Failure, format!("Make {word}: {error}")),
        Asked::Running(_) | Asked::Not | Asked::Stopped => {
            (Kind::Text, format!("Make {word}: writing {} …", Step::titles(&making.choice.steps)))
        }
    };
    Line { kind, text }
}

/// Returns whether the place is as wanted, once it was read again.
fn proof(own: &Permissions, making: &Making) -> Option<Result<String, String>> {
    own.judged().ready().map(|judged| making.exposure.proof(&judged.evidence))
}

/// Says it document by document, and how it is put back.
pub(super) fn full(own: &Permissions, page: &mut Page) {
    let Some(making) = own.making() else { return };
    let Some(exposed) = making.exposed.ready() else { return };
    page.gap();
    page.add(Kind::Title, &outcome(making).text);
    for (step, end) in making.choice.steps.iter().zip(&exposed.ends) {
        let kind = match end {
            StepEnd::Written => Kind::Text,
            StepEnd::Altered | StepEnd::Untried => Kind::Trouble,
            StepEnd::Refused(_) | StepEnd::Uncertain(_) => Kind::Failure,
        };
        page.add(kind, &format!("{}: {}", step.title(), end.words()));
        if let Some(hint) = end.error().and_then(Error::hint) {
            page.add_indented(Kind::Quiet, "  ", &hint);
        }
    }
    match proof(own, making).filter(|_| exposed.is_whole()) {
        Some(Ok(because)) => page.add(Kind::Closed, &format!("Proved by reading all of it again: {because}")),
        Some(Err(words)) => page.add(Kind::Trouble, &sentence(&words)),
        None => {}
    }
    way_back(making, exposed, page);
}

fn way_back(making: &Making, exposed: &Exposed, page: &mut Page) {
    if exposed.standing(&making.choice).next().is_none() {
        page.add(Kind::Text, "Nothing was changed");
        return;
    }
    if !exposed.is_whole() {
        let words = "What was written stands, and may take some seconds to count before the same is tried again";
        page.add(Kind::Text, words);
    }
    let (key, word) = match making.exposure.aim {
        Aim::Public => ("M", "private"),
        Aim::Private => ("m", "public"),
    };
    // Half way it may be as it was, so that the key would find nothing to do; what an ACL was, nothing else knows.
    if exposed.is_whole() || exposed.standing(&making.choice).any(|step| matches!(step, Step::ObjectAcl { .. })) {
        page.add(Kind::Quiet, &format!("The way back: {key} makes it {word} again"));
    }
    let of_acl = exposed.standing(&making.choice).filter(|step| matches!(step, Step::ObjectAcl { .. }));
    for back in of_acl.filter_map(|step| making.exposure.way_back(step)) {
        page.add(Kind::Quiet, &format!("Its ACL as it stood before: {back}"));
    }
    let kept = exposed.standing(&making.choice).filter(|step| matches!(step, Step::Document { .. }));
    let kept = Step::titles(kept);
    if !kept.is_empty() {
        page.add(Kind::Quiet, &format!("As it stood before: u in the settings of the bucket (,), on {kept}"));
    }
}
