//! Compares two places: both are listed in the order of their names and joined while they come, with no request for a
//! single object.

mod checksum;
mod stream;
mod tree;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use self::stream::Stream;
pub(super) use self::stream::facts;
use super::answer;
use super::core::Core;
use crate::model::compare::{
    ComparedPage, Comparison, Criterion, Difference, Facts, Found, Hand, Places, Sides, Turn, classify, turn,
};
use crate::model::error::Error;
use crate::model::job::{Report, Ticket};

/// How many differences are sent at once.
const PAGE: usize = 1000;

/// How often what was found is sent while there is less.
const PACE: Duration = Duration::from_millis(100);

/// Compares, and keeps saying what was found until both places have ended.
pub(super) fn start(core: &Arc<Core>, ticket: Ticket, places: Places) {
    answer::with_many(core, ticket, "compare", move |core, token| async move {
        compare(&core, &token, &places, Reader::Asker(ticket)).await
    });
}

/// Compares to the end, and returns all that was found.
pub(super) async fn whole(core: &Arc<Core>, token: &CancellationToken, places: &Places) -> Result<Comparison, Error> {
    let mut comparison = Comparison::new(places.clone());
    Box::pin(compare(core, token, places, Reader::Keeper(&mut comparison))).await?;
    Ok(comparison)
}

/// Who gets what is found.
enum Reader<'a> {
    /// Who asked.
    Asker(Ticket),
    /// Who needs all of it.
    Keeper(&'a mut Comparison),
}

/// What was found since it was last said.
struct Unsaid<'a> {
    core: &'a Arc<Core>,
    reader: Reader<'a>,
    token: &'a CancellationToken,
    page: ComparedPage,
    sent: Instant,
}

impl Unsaid<'_> {
    async fn grown(&mut self) -> Result<(), Error> {
        if self.page.differences.len() < PAGE && self.sent.elapsed() < PACE {
            return Ok(());
        }
        self.send().await
    }

    async fn send(&mut self) -> Result<(), Error> {
        self.sent = Instant::now();
        let ComparedPage { same, unknown, left_out, .. } = self.page;
        let next = ComparedPage { same, unknown, left_out, ..ComparedPage::default() };
        let page = std::mem::replace(&mut self.page, next);
        match &mut self.reader {
            Reader::Asker(ticket) => self.core.send(Report::Compared { ticket: *ticket, page }, self.token).await,
            Reader::Keeper(comparison) => {
                comparison.take(page);
                Ok(())
            }
        }
    }
}

async fn compare(
    core: &Arc<Core>,
    token: &CancellationToken,
    places: &Places,
    reader: Reader<'_>,
) -> Result<(), Error> {
    let mut left = Stream::open(core, places, Hand::Left).await?;
    let mut right = Stream::open(core, places, Hand::Right).await?;
    let mut unsaid = Unsaid { core, reader, token, page: ComparedPage::default(), sent: Instant::now() };
    let (mut first, mut second) = (left.next().await?, right.next().await?);
    loop {
        let next = turn(first.as_ref(), second.as_ref());
        let (of_left, of_right) = match next {
            Turn::End => break,
            Turn::Left | Turn::PassLeft => (std::mem::replace(&mut first, left.next().await?), None),
            Turn::Right | Turn::PassRight => (None, std::mem::replace(&mut second, right.next().await?)),
            Turn::Both => {
                (std::mem::replace(&mut first, left.next().await?), std::mem::replace(&mut second, right.next().await?))
            }
        };
        let is_passed = matches!(next, Turn::PassLeft | Turn::PassRight);
        match (of_left, of_right) {
            (Some(Found::Entry(..)), None) | (None, Some(Found::Entry(..))) if is_passed => unsaid.page.unknown += 1,
            (Some(Found::Entry(name, facts)), None) => {
                unsaid.page.differences.push(Difference::of_one(Hand::Left, name, facts, &places.right));
            }
            (None, Some(Found::Entry(name, facts))) => {
                unsaid.page.differences.push(Difference::of_one(Hand::Right, name, facts, &places.left));
            }
            (Some(Found::Entry(name, left)), Some(Found::Entry(_, right))) => {
                let is_same = are_same(core, token, places, &name, [&left, &right]).await?;
                match classify(&left, &right, places.by, is_same) {
                    None => unsaid.page.same.add(left.size),
                    Some(kind) => {
                        let sides = Sides::Both(Box::new([left, right]));
                        unsaid.page.differences.push(Difference { name, kind, sides });
                    }
                }
            }
            _ => {}
        }
        unsaid.page.troubles.append(&mut left.troubles);
        unsaid.page.troubles.append(&mut right.troubles);
        unsaid.page.left_out = left.left_out + right.left_out;
        unsaid.grown().await?;
    }
    unsaid.page.troubles.append(&mut left.troubles);
    unsaid.page.troubles.append(&mut right.troubles);
    unsaid.page.left_out = left.left_out + right.left_out;
    unsaid.page.is_last = true;
    unsaid.send().await
}

/// Returns whether both have the same bytes, as far as that is asked for and can be known.
async fn are_same(
    core: &Arc<Core>,
    token: &CancellationToken,
    places: &Places,
    name: &str,
    [left, right]: [&Facts; 2],
) -> Result<Option<bool>, Error> {
    if places.by != Criterion::Checksum || left.size != right.size {
        return Ok(None);
    }
    checksum::are_same(core, token, places, name, [left, right]).await
}
