//! The division of a keyspace into pieces that are listed beside each other: what to ask next, and what an answer means.
//!
//! Pure: it sends nothing. The pieces lie in the order of their keys, without gaps and without overlaps; a key belongs to
//! exactly one of them, whatever is written or deleted meanwhile, so none is told twice and none is lost. What an answer
//! holds beyond its piece is dropped. Pieces are asked for front first, and those far ahead of the front wait: what
//! is listed and cannot be told yet is bounded.

use std::collections::VecDeque;

use super::cuts::{Cut, Sample};
use super::piece::{Folders, Piece, Probing};
use crate::engine::page::Wanted;
use crate::model::name::{ObjectKey, Prefix};
use crate::s3::{KeyPage, ListedObject};

/// Keys that a folder has on average, at least, if more of them than fit side by side are to be asked for one by one: of
/// a page this part.
const FOLDER_PART: usize = 4;

/// Pages that come after a guess which led to nothing, before the next.
const PATIENCE: u32 = 4;

/// How much at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Keys of a full page.
    pub page: usize,
    /// Questions that are open at once.
    pub width: usize,
    /// Keys that wait for those before them, and keys that may come with the pages on their way.
    pub waiting: usize,
}

/// A question to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    piece: u64,
    about: About,
    /// The page that answers it.
    pub wanted: Wanted,
}

/// What is done with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Keys,
    Folders,
    Cut(usize),
}

/// The server does not list keys in their order: directory buckets say so, other servers should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Disorder;

impl Question {
    /// Returns whether keys are lost without the answer.
    pub fn is_about_keys(&self) -> bool {
        self.about == About::Keys
    }
}

/// The pieces of a keyspace.
#[derive(Debug)]
pub(super) struct Division {
    pieces: VecDeque<Piece>,
    bounds: Bounds,
    last_number: u64,
    /// Whether the server begins a listing behind a key, as far as is known.
    knows_start_after: bool,
}

impl Division {
    /// Returns a keyspace of which nothing is known.
    pub fn new(prefix: &Prefix, bounds: Bounds) -> Self {
        // As if it were large, so that its folders are asked for beside its first keys.
        let whole = Piece { prefix: prefix.clone(), is_large: true, folders: Folders::Open(None), ..Piece::default() };
        Self { pieces: VecDeque::from([whole]), bounds, last_number: 0, knows_start_after: true }
    }

    /// Returns the next keys in their order; none if they have not come yet.
    pub fn take(&mut self) -> Option<Vec<ListedObject>> {
        loop {
            let front = self.pieces.front_mut()?;
            if !front.waiting.is_empty() {
                return Some(std::mem::take(&mut front.waiting));
            }
            if !front.is_over {
                return None;
            }
            self.pieces.pop_front();
        }
    }

    /// Returns whether all keys were told.
    pub fn is_over(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Returns how many keys wait, and how many may come with the pages on their way.
    pub fn held(&self) -> usize {
        self.pieces.iter().map(|piece| piece.held(self.bounds.page)).sum()
    }

    /// Returns what to ask now, if anything; `open` questions have no answer yet.
    pub fn ask(&mut self, open: usize) -> Option<Question> {
        if open >= self.bounds.width {
            return None;
        }
        let in_sight = self.in_sight();
        let room = self.bounds.waiting.saturating_sub(self.held());
        self.ask_keys(in_sight, room).or_else(|| self.ask_division(in_sight, room))
    }

    /// Returns how many pieces, from the front, lie near enough that their keys may wait.
    fn in_sight(&self) -> usize {
        let mut ahead = 0;
        let is_near = |piece: &&Piece| {
            let is_near = ahead < self.bounds.waiting;
            ahead += piece.waiting.len() + piece.remaining(self.bounds.page);
            is_near
        };
        self.pieces.iter().take_while(is_near).count()
    }

    fn ask_keys(&mut self, in_sight: usize, room: usize) -> Option<Question> {
        let page = self.bounds.page;
        for (at, piece) in self.pieces.iter_mut().take(in_sight).enumerate() {
            // A folded page that waits is about to change the piece.
            if piece.is_over || piece.asked > 0 || matches!(piece.folders, Folders::Held(_)) {
                continue;
            }
            let size = piece.size(page);
            if at > 0 && size > room {
                return None;
            }
            piece.asked = size;
            return Some(Question { piece: piece.number, about: About::Keys, wanted: piece.wanted(size, page) });
        }
        None
    }

    /// Asks what divides a large piece: only when all the keys that may be asked for are on their way.
    fn ask_division(&mut self, in_sight: usize, room: usize) -> Option<Question> {
        let (page, most) = (self.bounds.page, self.bounds.width.saturating_sub(1));
        for (at, piece) in self.pieces.iter_mut().take(in_sight).enumerate() {
            // How its folders are used depends on what its keys look like.
            if !piece.is_large || piece.is_over || piece.asked + piece.listed == 0 {
                continue;
            }
            if let Folders::Open(token) = &mut piece.folders
                && (at == 0 || room >= page)
            {
                let token = token.take();
                let wanted = Wanted { prefix: piece.prefix.clone(), is_folded: true, token, ..Wanted::default() };
                piece.folders = Folders::Asked;
                return Some(Question { piece: piece.number, about: About::Folders, wanted });
            }
            if !self.knows_start_after || !matches!(piece.folders, Folders::Closed) {
                continue;
            }
            if piece.probing.is_none() && piece.patience == 0 {
                guess_cuts(piece, page, most);
            }
            let Some(probing) = &mut piece.probing else { continue };
            if let Some(cut) = probing.cuts.get(probing.asked) {
                let about = About::Cut(probing.asked);
                probing.asked += 1;
                let start_after = Some(cut.key.clone());
                let wanted =
                    Wanted { prefix: piece.prefix.clone(), start_after, max_keys: Some(1), ..Wanted::default() };
                return Some(Question { piece: piece.number, about, wanted });
            }
        }
        None
    }

    /// Takes an answer.
    pub fn answer(&mut self, question: &Question, page: KeyPage) -> Result<(), Disorder> {
        // What is told is gone, and its folders and cuts are not asked for any more.
        let Some(at) = self.pieces.iter().position(|piece| piece.number == question.piece) else { return Ok(()) };
        match question.about {
            About::Keys => self.add_keys(at, &question.wanted, page)?,
            About::Folders => {
                if let Some(piece) = self.pieces.get_mut(at) {
                    piece.folders = Folders::Held(page);
                }
            }
            About::Cut(cut) => {
                let first = page.objects.into_iter().next().map(|object| object.key);
                if first.is_some() && first < question.wanted.start_after {
                    self.knows_start_after = false;
                }
                self.add_probe(at, first.map(|first| (cut, first)));
            }
        }
        self.unfold(at);
        Ok(())
    }

    /// Gives up a question that is not about keys: the piece is listed without that help.
    pub fn go_without(&mut self, question: &Question) {
        let Some(at) = self.pieces.iter().position(|piece| piece.number == question.piece) else { return };
        match question.about {
            About::Keys => {}
            About::Folders => {
                if let Some(piece) = self.pieces.get_mut(at) {
                    piece.folders = Folders::Closed;
                }
            }
            // Nothing was found behind it, so it is not made.
            About::Cut(_) => self.add_probe(at, None),
        }
    }

    fn add_keys(&mut self, at: usize, wanted: &Wanted, page: KeyPage) -> Result<(), Disorder> {
        let Some(piece) = self.pieces.get_mut(at) else { return Ok(()) };
        piece.asked = 0;
        let keys = &page.objects;
        if !keys.is_sorted_by(|one, other| one.key < other.key) {
            return Err(Disorder);
        }
        if let Some(first) = keys.first().map(|object| &object.key) {
            if piece.reached.as_ref().is_some_and(|reached| wanted.token.is_some() && first < reached) {
                return Err(Disorder);
            }
            if wanted.start_after.as_ref().is_some_and(|after| first < after) {
                self.knows_start_after = false;
            }
        }
        piece.remember(keys);
        piece.patience = piece.patience.saturating_sub(1);
        let last = keys.last().map(|object| object.key.clone());
        piece.is_over = page.next.is_none() || last.as_ref().is_some_and(|last| !piece.reaches(last));
        let mut objects = page.objects;
        objects.retain(|object| piece.is_ahead(object.key.as_str()) && piece.reaches(&object.key));
        piece.listed += objects.len();
        piece.waiting.append(&mut objects);
        piece.reached = last.or(piece.reached.take());
        piece.token = page.next;
        piece.is_large = true;
        if piece.expected.is_some_and(|expected| expected <= piece.listed) {
            piece.expected = None;
        }
        Ok(())
    }

    fn add_probe(&mut self, at: usize, found: Option<(usize, ObjectKey)>) {
        let Some(piece) = self.pieces.get_mut(at) else { return };
        let Some(probing) = &mut piece.probing else { return };
        if let Some((cut, first)) = found
            && let Some(place) = probing.found.get_mut(cut)
        {
            *place = Some(first);
        }
        probing.answered += 1;
        if probing.answered == probing.cuts.len() {
            self.cut(at);
        }
    }

    /// Cuts a piece where keys were found between one cut and the next.
    fn cut(&mut self, at: usize) {
        let Some(piece) = self.pieces.get_mut(at) else { return };
        let Some(probing) = piece.probing.take() else { return };
        if piece.is_over || !self.knows_start_after {
            return;
        }
        let ends = probing.cuts.iter().skip(1).map(|cut| Some(&cut.key)).chain([piece.until.as_ref()]);
        let kept: Vec<&Cut> = probing
            .cuts
            .iter()
            .zip(ends)
            .zip(&probing.found)
            .filter(|((cut, end), found)| {
                let is_inside = |found: &ObjectKey| end.is_none_or(|end| found <= end);
                piece.is_ahead(cut.key.as_str()) && found.as_ref().is_some_and(is_inside)
            })
            .map(|((cut, _), _)| cut)
            .collect();
        let Some(first) = kept.first() else {
            // The guess was wrong; another is worth it when more was listed.
            piece.patience = PATIENCE;
            return;
        };
        let prefix = piece.prefix.clone();
        let last_end = piece.until.replace(first.key.clone());
        piece.expected = Some(probing.listed + whole(first.offset));
        let mut pieces = Vec::with_capacity(kept.len());
        for (place, cut) in kept.iter().enumerate() {
            let next = kept.get(place + 1);
            self.last_number += 1;
            pieces.push(Piece {
                number: self.last_number,
                prefix: prefix.clone(),
                after: Some(cut.key.clone()),
                until: next.map_or(last_end.clone(), |next| Some(next.key.clone())),
                expected: Some(whole(next.map_or(probing.total, |next| next.offset) - cut.offset)),
                ..Piece::default()
            });
        }
        self.insert_behind(at, pieces);
    }

    fn insert_behind(&mut self, at: usize, pieces: Vec<Piece>) {
        let mut tail = self.pieces.split_off((at + 1).min(self.pieces.len()));
        self.pieces.extend(pieces);
        self.pieces.append(&mut tail);
    }

    /// Makes pieces of the folders of a piece, when its folded page and the keys before that have come.
    fn unfold(&mut self, at: usize) {
        let Some(piece) = self.pieces.get_mut(at) else { return };
        if piece.asked > 0 || !matches!(piece.folders, Folders::Held(_)) {
            return;
        }
        let Folders::Held(page) = std::mem::take(&mut piece.folders) else { return };
        // A folder that does not lie below what was asked for would be listed for ever.
        let is_below = |folder: &Prefix| folder.as_str().starts_with(piece.prefix.as_str()) && *folder != piece.prefix;
        if piece.is_over || !page.prefixes.iter().all(is_below) {
            return;
        }
        let next = page.next.clone();
        let mut rows = rows_of(piece.head.take(), page);
        let count = rows.len();
        rows.retain(|row| row.is_left(piece));
        let folders = rows.iter().filter(|row| matches!(row, Row::Folder(_))).count();
        let keys_each = piece.listed / (count - rows.len() + 1);
        let are_worth_it = folders <= self.bounds.width || keys_each >= self.bounds.page / FOLDER_PART;
        // Without folders the page says what a page of keys says.
        if !are_worth_it || folders == 0 {
            return;
        }
        let whole = Piece { prefix: piece.prefix.clone(), reached: piece.position().cloned(), ..Piece::default() };
        piece.is_over = true;
        let pieces = self.pieces_of(&whole, rows, next.as_deref());
        self.insert_behind(at, pieces);
    }

    /// Returns the pieces that follow a position: runs of keys that are listed by now, folders, and the rest.
    fn pieces_of(&mut self, whole: &Piece, rows: Vec<Row>, next: Option<&str>) -> Vec<Piece> {
        let mut pieces = Vec::<Piece>::new();
        let last = rows.len().saturating_sub(1);
        for (place, row) in rows.into_iter().enumerate() {
            self.last_number += 1;
            let number = self.last_number;
            // Where the rest begins: behind the last key, or at the last folder, which is then part of it, because no key
            // is known behind which it ends.
            let rest = next.filter(|_| place == last);
            match row {
                Row::Object(object) => {
                    let after = rest.is_some().then(|| object.key.clone());
                    match pieces.last_mut().filter(|piece| piece.is_over) {
                        Some(run) => run.waiting.push(object),
                        None => {
                            pieces.push(Piece { number, waiting: vec![object], is_over: true, ..Piece::default() });
                        }
                    }
                    pieces.extend(rest.map(|token| self.rest(whole, after, None, token)));
                }
                Row::Folder(folder) if rest.is_none() => {
                    let after = whole.position().filter(|key| key.as_str().starts_with(folder.as_str())).cloned();
                    // One that is begun and the only one is what made the piece large.
                    let is_large = after.is_some() && last == 0;
                    let folders = Folders::Open(None);
                    pieces.push(Piece { number, prefix: folder, after, is_large, folders, ..Piece::default() });
                }
                Row::Folder(folder) => {
                    let marker = ObjectKey::from(folder.as_str());
                    if whole.is_ahead(marker.as_str()) {
                        pieces.push(Piece {
                            number,
                            prefix: folder.clone(),
                            until: Some(marker.clone()),
                            expected: Some(1),
                            ..Piece::default()
                        });
                    }
                    let after = whole.position().cloned().max(Some(marker));
                    pieces.extend(rest.map(|token| self.rest(whole, after, Some(folder), token)));
                }
            }
        }
        pieces
    }

    fn rest(&mut self, whole: &Piece, after: Option<ObjectKey>, head: Option<Prefix>, token: &str) -> Piece {
        self.last_number += 1;
        Piece {
            number: self.last_number,
            prefix: whole.prefix.clone(),
            after,
            head,
            is_large: true,
            folders: Folders::Open(Some(token.to_owned())),
            ..Piece::default()
        }
    }
}

/// One row of a folded page.
enum Row {
    Object(ListedObject),
    Folder(Prefix),
}

impl Row {
    fn name(&self) -> &str {
        match self {
            Self::Object(object) => object.key.as_str(),
            Self::Folder(folder) => folder.as_str(),
        }
    }

    /// Returns whether not all of it is listed yet.
    fn is_left(&self, piece: &Piece) -> bool {
        let is_begun = matches!(self, Self::Folder(folder)
            if piece.position().is_some_and(|position| position.as_str().starts_with(folder.as_str())));
        is_begun || piece.is_ahead(self.name())
    }
}

/// Returns the rows of a folded page in the order of their keys.
fn rows_of(head: Option<Prefix>, page: KeyPage) -> Vec<Row> {
    let folders = head.into_iter().chain(page.prefixes).map(Row::Folder);
    let mut rows: Vec<_> = folders.chain(page.objects.into_iter().map(Row::Object)).collect();
    rows.sort_by(|one, other| one.name().cmp(other.name()));
    rows.dedup_by(|one, other| one.name() == other.name());
    rows
}

/// Divides a large piece by guess, if it seems to be worth it.
fn guess_cuts(piece: &mut Piece, page: usize, most: usize) {
    let (keys, count) = &piece.sample;
    let sample = Sample { prefix: &piece.prefix, keys, count: *count, until: piece.until.as_ref() };
    let (cuts, total) = sample.cuts(page as f64, most);
    if cuts.is_empty() {
        piece.patience = PATIENCE;
        return;
    }
    let found = vec![None; cuts.len()];
    piece.probing = Some(Probing { cuts, found, asked: 0, answered: 0, listed: piece.listed, total });
}

/// Returns a number of keys that was guessed.
fn whole(keys: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is made positive, and bounded")]
    let keys = keys.clamp(1.0, 1e12) as usize;
    keys
}
