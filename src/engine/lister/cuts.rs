//! Where a keyspace without folders is cut, guessed from keys that were listed.
//!
//! Keys are read as numbers: each place has the characters that were seen there, filled up to whole classes (digits,
//! hexadecimal digits, letters). From how far apart the keys of a page lie follows how far a page reaches, and how many
//! pages may be left. A wrong guess costs requests, never a key: cuts are asked for before they are made.

use std::collections::BTreeSet;

use crate::model::name::{ObjectKey, Prefix};

/// Places behind the first in which the keys of a page differ.
const FINE_PLACES: usize = 4;

/// How many steps of a place lie between two cuts at least, so that rounding costs little.
const FINE_STEPS: f64 = 8.0;

/// With how many steps a distance is exact enough, however close the cuts.
const EXACT_STEPS: f64 = 1e9;

/// The largest weight of a place, so that sums and quotients of weights stay finite.
const MAX_WEIGHT: f64 = 1e100;

/// Pages from one cut to the next, where they are closest.
const PAGES_APART: f64 = 1.5;

/// What one page told of the keys around it.
#[derive(Debug)]
pub(super) struct Sample<'a> {
    /// What all keys begin with.
    pub prefix: &'a Prefix,
    /// Some keys of the page in their order, the first and the last among them.
    pub keys: &'a [ObjectKey],
    /// How many keys the page held.
    pub count: usize,
    /// Where the keys end that are to be cut, if that is known.
    pub until: Option<&'a ObjectKey>,
}

/// A place to cut at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cut {
    /// Keys up to this one, which need not exist, belong to what lies before.
    pub key: ObjectKey,
    /// How many keys are expected from the last of the sample to here.
    pub offset: f64,
}

impl Sample<'_> {
    /// Returns cuts behind the last key of the sample, in their order, none within the page that follows it; and how many
    /// keys are expected in all.
    ///
    /// They lie closest where the listing is now, and ever further apart where the keyspace is large.
    pub fn cuts(&self, page: f64, most: usize) -> (Vec<Cut>, f64) {
        let nothing = (Vec::new(), 0.0);
        let (Some(scale), Some(last)) = (Scale::of(self), self.keys.last()) else { return nothing };
        let (first, from) = (scale.digits(self.keys.first().unwrap_or(last)), scale.digits(last));
        let apart = scale.distance(&first, &from) / (self.count.max(2) - 1) as f64;
        let reach = match self.until {
            Some(until) => scale.distance(&from, &scale.digits(until)),
            None => scale.distance(&from, &scale.top()),
        };
        if apart <= 0.0 || reach <= 0.0 {
            return nothing;
        }
        let total = reach / apart;
        let step = page * PAGES_APART;
        let mut cuts = Vec::<Cut>::new();
        for offset in offsets(total - page, step, most) {
            let offset = offset + page;
            let Some(key) = scale.beyond(self.prefix, &from, offset * apart, step * apart) else { break };
            let is_inside = key > *last
                && self.until.is_none_or(|until| key < *until)
                && cuts.last().is_none_or(|before| key > before.key);
            if is_inside {
                cuts.push(Cut { key, offset });
            }
        }
        (cuts, total)
    }
}

/// A length that is so many times as long as the steps to divide it has its end out of sight.
const FAR: f64 = 4.0;

/// Divides a length into steps of at least `step`, at most `most` cuts: equal ones if they suffice, else each longer than
/// the one before by the same factor.
fn offsets(length: f64, step: f64, most: usize) -> Vec<f64> {
    let most = i32::try_from(most).unwrap_or(i32::MAX);
    let equal = (1..=most).take_while(|cut| f64::from(*cut) * step < length).last().unwrap_or(0);
    if equal < most {
        return (1..=equal).map(|cut| length * f64::from(cut) / f64::from(equal + 1)).collect();
    }
    // An end that is out of sight is found as well with few, and many of them would find nothing.
    let most = if length > FAR * step * f64::from(most) { (most / 4).max(1) } else { most };
    let sum = |factor: f64, terms: i32| step * (factor.powi(terms) - 1.0) / (factor - 1.0);
    let (mut low, mut high) = (1.000_001, 1e6);
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        if sum(middle, most + 1) < length { low = middle } else { high = middle }
    }
    (1..=most).map(|cut| sum(low, cut)).collect()
}

/// The places of keys behind their prefix, with the characters that each may hold.
#[derive(Debug)]
struct Scale {
    prefix_bytes: usize,
    places: Vec<Vec<char>>,
    /// What one step at a place is worth; 1 at the first in which the keys of the page differ.
    weights: Vec<f64>,
}

/// A class of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Digit,
    Lower,
    Upper,
}

impl Class {
    fn of(character: char) -> Option<Self> {
        match character {
            '0'..='9' => Some(Self::Digit),
            'a'..='z' => Some(Self::Lower),
            'A'..='Z' => Some(Self::Upper),
            _ => None,
        }
    }

    fn members(self, is_hexadecimal: bool) -> std::ops::RangeInclusive<char> {
        match (self, is_hexadecimal) {
            (Self::Digit, _) => '0'..='9',
            (Self::Lower, true) => 'a'..='f',
            (Self::Lower, false) => 'a'..='z',
            (Self::Upper, true) => 'A'..='F',
            (Self::Upper, false) => 'A'..='Z',
        }
    }
}

impl Scale {
    fn of(sample: &Sample<'_>) -> Option<Self> {
        let prefix_bytes = sample.prefix.as_str().len();
        let behind = |key: &ObjectKey| key.as_str().get(prefix_bytes..).unwrap_or_default().chars().collect::<Vec<_>>();
        let keys: Vec<_> = sample.keys.iter().map(behind).collect();
        let (first, last) = (keys.first()?, keys.last()?);
        let shared = first.iter().zip(last).take_while(|(one, other)| one == other).count();
        let seen: Vec<BTreeSet<char>> = (0..shared + FINE_PLACES)
            .map(|place| keys.iter().filter_map(|key| key.get(place).copied()).collect())
            .take_while(|seen: &BTreeSet<char>| !seen.is_empty())
            .collect();
        let places = fill(&seen, shared);
        let mut weights = vec![1.0_f64; places.len()];
        let radix = |place: usize| places.get(place).map_or(1.0, |characters| characters.len() as f64);
        let mut weight = 1.0;
        for place in (0..shared.min(places.len())).rev() {
            weight = f64::min(weight * radix(place + 1), MAX_WEIGHT);
            *weights.get_mut(place)? = weight;
        }
        weight = 1.0;
        for place in shared + 1..places.len() {
            weight /= radix(place);
            *weights.get_mut(place)? = weight;
        }
        Some(Self { prefix_bytes, places, weights })
    }

    /// Returns a key as digits; a character that no place knows stands between those around it.
    fn digits(&self, key: &ObjectKey) -> Vec<usize> {
        let mut characters = key.as_str().get(self.prefix_bytes..).unwrap_or_default().chars();
        let mut strange = None;
        let digit = |place: &Vec<char>| {
            let top = place.len() - 1;
            if let Some(is_above) = strange {
                return if is_above { top } else { 0 };
            }
            let Some(character) = characters.next() else {
                strange = Some(false);
                return 0;
            };
            place.binary_search(&character).unwrap_or_else(|above| {
                strange = Some(above > 0);
                above.saturating_sub(1)
            })
        };
        self.places.iter().map(digit).collect()
    }

    /// Returns the digits of the greatest key.
    fn top(&self) -> Vec<usize> {
        self.places.iter().map(|place| place.len() - 1).collect()
    }

    fn distance(&self, from: &[usize], to: &[usize]) -> f64 {
        let steps = from.iter().zip(to).zip(&self.weights);
        steps.map(|((from, to), weight)| (*to as f64 - *from as f64) * weight).sum()
    }

    /// Returns the key that lies so far behind another, or nothing if there is none; exact to a part of `step`.
    fn beyond(&self, prefix: &Prefix, from: &[usize], distance: f64, step: f64) -> Option<ObjectKey> {
        let is_fine = |weight: &f64| step / weight >= FINE_STEPS || distance / weight >= EXACT_STEPS;
        let fine = self.weights.iter().position(is_fine);
        let place = fine.or(self.weights.len().checked_sub(1))?;
        let mut carry = steps(distance / self.weights.get(place)?);
        let mut digits = from.get(..=place)?.to_vec();
        for (digit, characters) in digits.iter_mut().zip(&self.places).rev() {
            let sum = *digit + carry;
            *digit = sum % characters.len();
            carry = sum / characters.len();
        }
        if carry > 0 {
            return None;
        }
        let characters = digits.iter().zip(&self.places).filter_map(|(digit, characters)| characters.get(*digit));
        Some(ObjectKey::from(format!("{prefix}{}", characters.collect::<String>())))
    }
}

/// Returns a distance in whole steps.
fn steps(distance: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is positive, and large is as good")]
    let steps = distance.round().min(1e15) as usize;
    steps.max(1)
}

/// Fills up the characters that were seen at each place to whole classes.
///
/// Digits and letters at one place mean that both may be at all places, though the first page of `0a…` to `ff…` shows
/// nothing but `0` at the first.
fn fill(seen: &[BTreeSet<char>], shared: usize) -> Vec<Vec<char>> {
    let classes = |place: &BTreeSet<char>| place.iter().filter_map(|c| Class::of(*c)).collect::<BTreeSet<_>>();
    let varying = || seen.iter().skip(shared);
    let mixed: BTreeSet<Class> = varying().map(classes).filter(|classes| classes.len() > 1).flatten().collect();
    let is_hexadecimal =
        mixed.contains(&Class::Digit) && varying().flatten().all(|c| c.is_ascii_hexdigit() || Class::of(*c).is_none());
    let fill_one = |place: &BTreeSet<char>| {
        let mut own = classes(place);
        if own.iter().any(|class| mixed.contains(class)) {
            own.extend(&mixed);
        }
        let filled: BTreeSet<char> = own
            .into_iter()
            .flat_map(|class| class.members(is_hexadecimal && mixed.contains(&class)))
            .chain(place.iter().copied())
            .collect();
        filled.into_iter().collect()
    };
    seen.iter().map(fill_one).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cuts_of(prefix: &str, keys: &[String], until: Option<&str>, most: usize) -> (Vec<String>, f64) {
        let keys: Vec<ObjectKey> = keys.iter().map(|key| ObjectKey::from(key.as_str())).collect();
        let until = until.map(ObjectKey::from);
        let sample = Sample { prefix: &Prefix::from(prefix), keys: &keys, count: keys.len(), until: until.as_ref() };
        let (cuts, total) = sample.cuts(1000.0, most);
        (cuts.into_iter().map(|cut| cut.key.to_string()).collect(), total)
    }

    #[test]
    fn a_page_of_hashes_tells_how_many_there_are_and_cuts_them_evenly() {
        let keys: Vec<_> = (0..1000_u64).map(|key| format!("{:08x}", key * 42_949)).collect();
        let (cuts, total) = cuts_of("", &keys, None, 63);
        assert!((98_000.0..100_000.0).contains(&total), "{total}");
        assert_eq!(cuts.len(), 63);
        for quarter in ["4", "8", "c"] {
            let before = cuts.iter().filter(|cut| cut.as_str() < quarter).count();
            assert!((10..54).contains(&before), "{cuts:?}");
        }
        let (cuts, total) = cuts_of("", &keys, Some("08"), 63);
        assert!((2000.0..2300.0).contains(&total), "{total}");
        assert!(cuts.len() <= 1 && cuts.iter().all(|cut| cut.as_str() < "08"), "{cuts:?}");
    }

    #[test]
    fn numbered_names_are_cut_close_at_first_and_to_the_end_of_their_numbers() {
        let keys: Vec<_> = (0..1000).map(|number| format!("pictures/img-{number:07}.jpg")).collect();
        let (cuts, _) = cuts_of("pictures/", &keys, None, 63);
        assert!(cuts[0].as_str() < "pictures/img-0005", "{cuts:?}");
        assert!(cuts.iter().filter(|cut| cut.starts_with("pictures/img-")).count() > 5, "{cuts:?}");
    }

    #[test]
    fn steps_are_equal_if_they_suffice_and_else_grow() {
        assert!(offsets(100.0, 150.0, 63).is_empty());
        assert_eq!(offsets(300.0, 100.0, 63), [100.0, 200.0]);
        let grown = offsets(1e9, 100.0, 63);
        assert!((99.0..101.0).contains(&grown[0]) && grown[14] < 1e9 && grown[14] > 1e8, "{grown:?}");
    }

    proptest! {
        #[test]
        fn cuts_ascend_behind_the_sample_and_before_the_end(
            mut keys in proptest::collection::btree_set("(p/)?[a-cX-Z0-9/\u{e9}\u{ffff}\u{10000}\u{10ffff}]{0,6}", 2..40),
            most in 1_usize..70,
            ends in any::<bool>(),
        ) {
            let until = if ends { keys.pop_last() } else { None };
            let keys: Vec<_> = keys.into_iter().collect();
            let (cuts, _) = cuts_of("", &keys, until.as_deref(), most);
            prop_assert!(cuts.len() <= most);
            prop_assert!(cuts.is_sorted_by(|one, two| one < two));
            prop_assert!(cuts.first().is_none_or(|cut| cut > keys.last().unwrap()));
            prop_assert!(cuts.last().zip(until.as_ref()).is_none_or(|(cut, until)| cut < until));
        }
    }
}
