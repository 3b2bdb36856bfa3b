//! The returns of a round, laid out so that one can be compared with all others in little time.
//!
//! A number is kept as a hash of 64 bits, in two halves. The comparison of a return with another one runs over the lower
//! halves, a row of 32-bit integers; only where that gives more equal numbers than any return before are the upper ones
//! looked at. Answers that must not occur twice and figures of an industry are found by key.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use rust_decimal::Decimal;

use super::fingerprint::{Fingerprint, PeerFigures};

/// What is kept of a return of the round, to compare others with.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    /// What its newest revision says.
    pub print: Fingerprint,
    /// Its figures among peers, once a revision is accepted.
    pub accepted: Option<PeerFigures>,
}

/// All returns of a round that have a revision.
#[derive(Clone, Debug)]
pub struct Neighbours<Id> {
    places: BTreeMap<Id, usize>,
    rows: Rows,
}

/// The returns of a round but one.
#[derive(Clone, Copy, Debug)]
pub struct Others<'n> {
    rows: &'n Rows,
    /// The place of the one that is left out, if it is there.
    own: Option<usize>,
}

/// The returns by place.
#[derive(Clone, Debug, Default)]
struct Rows {
    /// Numeric questions; each return has as many hashes.
    width: usize,
    /// The numbers of [`RETURNS_AT_ONCE`] returns each: what was kept is not moved as more are added.
    numbers: Vec<Numbers>,
    /// The answers of each return that must not occur twice.
    keys: Vec<Vec<Option<String>>>,
    /// How many returns have such an answer, for each field by answer.
    holders: Vec<BTreeMap<String, usize>>,
    accepted: Vec<Option<PeerFigures>>,
    /// Places of the accepted returns by industry code.
    industries: BTreeMap<String, BTreeSet<usize>>,
}

/// Returns whose numbers are kept side by side.
const RETURNS_AT_ONCE: usize = 1024;

/// The hashes of the numbers of some returns, one return after the other. A blank is 0 in both halves, no number in the
/// lower one.
#[derive(Clone, Debug, Default)]
struct Numbers {
    lower: Vec<u32>,
    upper: Vec<u32>,
}

impl<Id> Default for Neighbours<Id> {
    fn default() -> Self {
        Self {
            places: BTreeMap::new(),
            rows: Rows::default(),
        }
    }
}

impl<Id: Ord> Neighbours<Id> {
    /// Keeps a return in place of what was kept of it.
    pub fn put(&mut self, id: Id, neighbour: Neighbour) {
        let next = self.places.len();
        let place = *self.places.entry(id).or_insert(next);
        self.rows.put(place, neighbour);
    }

    /// All returns but this one.
    pub fn others(&self, own: &Id) -> Others<'_> {
        Others {
            rows: &self.rows,
            own: self.places.get(own).copied(),
        }
    }
}

impl Rows {
    fn put(&mut self, place: usize, neighbour: Neighbour) {
        if place == self.keys.len() {
            if place == 0 {
                self.width = neighbour.print.numbers.len();
            }
            if place.is_multiple_of(RETURNS_AT_ONCE) {
                self.numbers.push(Numbers::blank(self.width * RETURNS_AT_ONCE));
            }
            self.keys.push(Vec::new());
            self.accepted.push(None);
        }
        self.forget(place);
        let start = place % RETURNS_AT_ONCE * self.width;
        self.numbers[place / RETURNS_AT_ONCE].put(start..start + self.width, &neighbour.print.numbers);
        self.holders
            .resize_with(self.holders.len().max(neighbour.print.keys.len()), BTreeMap::new);
        for (holders, key) in self.holders.iter_mut().zip(&neighbour.print.keys) {
            if let Some(key) = key {
                *holders.entry(key.clone()).or_default() += 1;
            }
        }
        self.keys[place] = neighbour.print.keys;
        if let Some(figures) = &neighbour.accepted {
            self.industries
                .entry(figures.industry.clone())
                .or_default()
                .insert(place);
        }
        self.accepted[place] = neighbour.accepted;
    }

    /// Takes a return out of everything that is found by key.
    fn forget(&mut self, place: usize) {
        let keys = std::mem::take(&mut self.keys[place]);
        for (holders, key) in self.holders.iter_mut().zip(keys) {
            if let Some(count) = key.and_then(|key| holders.get_mut(&key)) {
                *count = count.saturating_sub(1);
            }
        }
        let accepted = self.accepted[place].take();
        let industry = accepted.and_then(|figures| self.industries.get_mut(&figures.industry));
        if let Some(places) = industry {
            places.remove(&place);
        }
    }
}

impl Numbers {
    fn blank(length: usize) -> Self {
        Self {
            lower: vec![0; length],
            upper: vec![0; length],
        }
    }

    fn put(&mut self, range: Range<usize>, numbers: &[Option<Decimal>]) {
        let lower = &mut self.lower[range.clone()];
        let upper = &mut self.upper[range];
        let places = lower.iter_mut().zip(upper);
        for ((lower, upper), number) in places.zip(numbers) {
            (*lower, *upper) = halves(*number);
        }
    }

    /// Lower and upper halves, return by return; blank ones where there is none yet.
    fn rows(&self, width: usize) -> impl Iterator<Item = (&[u32], &[u32])> {
        self.lower.chunks_exact(width).zip(self.upper.chunks_exact(width))
    }
}

impl<'n> Others<'n> {
    /// Whether another return has this answer in a field that must not occur twice.
    pub(super) fn have(self, field: usize, key: &str) -> bool {
        let holders = self.rows.holders.get(field).and_then(|holders| holders.get(key));
        let keys = self.own.and_then(|own| self.rows.keys.get(own));
        let own = keys.and_then(|keys| keys.get(field)?.as_deref()) == Some(key);
        holders.copied().unwrap_or(0) > usize::from(own)
    }

    /// The greatest share of equal numbers, 0 to 1, among those in both; none where no other return has a number in common.
    pub(super) fn greatest_share_equal(self, print: &Fingerprint) -> Option<f64> {
        let (lower, upper): (Vec<u32>, Vec<u32>) = print.numbers.iter().map(|number| halves(*number)).unzip();
        let width = self.rows.width.max(1);
        let rows = self.rows.numbers.iter().flat_map(|numbers| numbers.rows(width));
        let mut greatest: Option<f64> = None;
        for (_, other) in rows.enumerate().filter(|(place, _)| Some(*place) != self.own) {
            // Equal numbers have equal halves, so that no share is greater than that of the lower ones.
            if share_equal(&lower, other.0, 0) > greatest {
                let own = lower.iter().zip(&upper).collect::<Vec<_>>();
                let other = other.0.iter().zip(other.1).collect::<Vec<_>>();
                let share = share_equal(&own, &other, (&0, &0));
                if share > greatest {
                    greatest = share;
                }
            }
        }
        greatest
    }

    /// The accepted returns whose industry code begins so.
    pub(super) fn peers(self, industry: &str) -> impl Iterator<Item = &'n PeerFigures> {
        let from_here = self.rows.industries.range(industry.to_owned()..);
        from_here
            .take_while(move |(code, _)| code.starts_with(industry))
            .flat_map(|(_, places)| places)
            .filter(move |place| Some(**place) != self.own)
            .filter_map(move |place| self.rows.accepted.get(*place)?.as_ref())
    }
}

/// Share of what stands in both rows that is equal, 0 to 1; none where nothing stands in both.
pub(super) fn share_equal<T: PartialEq + Copy>(one: &[T], other: &[T], blank: T) -> Option<f64> {
    // Counts no longer than a row never wrap, and unchecked they are added side by side.
    let (mut both, mut equal) = (0_u32, 0_u32);
    for (one, two) in one.iter().zip(other) {
        let present = u32::from(*one != blank) & u32::from(*two != blank);
        both = both.wrapping_add(present);
        equal = equal.wrapping_add(present & u32::from(one == two));
    }
    (both > 0).then(|| f64::from(equal) / f64::from(both))
}

/// FNV-1a of 64 bits: the same for numbers that are equal.
fn hash(number: Decimal) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = number.normalize().serialize();
    bytes
        .iter()
        .fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

/// The lower and the upper half of the hash of a number, the lower one 0 for a blank alone.
#[expect(clippy::cast_possible_truncation, reason = "halves are asked for")]
fn halves(number: Option<Decimal>) -> (u32, u32) {
    number.map_or((0, 0), |number| {
        let hash = hash(number);
        ((hash as u32).max(1), (hash >> 32) as u32)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn print(numbers: &[Option<i64>], key: Option<&str>) -> Fingerprint {
        Fingerprint {
            numbers: numbers.iter().map(|number| number.map(Decimal::from)).collect(),
            keys: vec![key.map(str::to_owned)],
        }
    }

    fn neighbour(numbers: &[Option<i64>], key: Option<&str>, industry: Option<&str>) -> Neighbour {
        Neighbour {
            print: print(numbers, key),
            accepted: industry.map(|industry| PeerFigures {
                industry: industry.to_owned(),
                values: Vec::new(),
            }),
        }
    }

    #[test]
    fn shares_count_what_stands_in_both() {
        let check = |one: &[u32], other: &[u32], expected| assert_eq!(share_equal(one, other, 0_u32), expected);
        check(&[1, 2, 0, 4], &[1, 3, 5, 0], Some(0.5));
        check(&[0, 2], &[1, 0], None);
        check(&[], &[], None);
    }

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        let number = |text: &str| hash(text.parse().unwrap());
        assert_eq!(number("286.5"), number("286.500"));
        assert_eq!(number("0"), number("-0.0"));
        assert_ne!(number("286.5"), number("286.4"));
        assert_ne!(number("286.5"), number("-286.5"));
        assert_ne!(halves(Some(Decimal::ZERO)).0, 0, "a zero is an answer");
        assert_eq!(halves(None), (0, 0));
    }

    #[test]
    fn a_return_is_not_its_own_neighbour_and_is_replaced() {
        let mut all = Neighbours::default();
        all.put("a", neighbour(&[Some(1), Some(2)], Some("X"), Some("2221")));
        all.put("b", neighbour(&[Some(1), Some(3)], Some("Y"), Some("2223")));
        let own = print(&[Some(1), Some(2)], Some("X"));
        assert!(!all.others(&"a").have(0, "X") && all.others(&"b").have(0, "X"));
        assert_eq!(all.others(&"a").greatest_share_equal(&own), Some(0.5));
        assert_eq!(all.others(&"c").greatest_share_equal(&own), Some(1.0));
        assert_eq!(all.others(&"c").peers("22").count(), 2);
        assert_eq!(all.others(&"a").peers("222").count(), 1);
        assert_eq!(all.others(&"c").peers("2221").count(), 1);

        all.put("a", neighbour(&[None, None], None, None));
        assert!(!all.others(&"b").have(0, "X"));
        assert_eq!(all.others(&"b").greatest_share_equal(&own), None);
        assert_eq!(all.others(&"c").peers("2221").count(), 0);
    }

    #[test]
    fn many_returns_are_compared_as_few_are() {
        let mut all = Neighbours::default();
        let last = 2 * RETURNS_AT_ONCE;
        for at in 0..=last {
            let number = i64::try_from(at).unwrap();
            all.put(at, neighbour(&[Some(-1), Some(number), Some(number)], None, None));
        }
        let check = |own: usize, numbers: &[Option<i64>], expected| {
            assert_eq!(
                all.others(&own).greatest_share_equal(&print(numbers, None)),
                Some(expected)
            );
        };
        let of = |at: usize| {
            [
                Some(-2),
                Some(i64::try_from(at).unwrap()),
                Some(i64::try_from(at).unwrap()),
            ]
        };
        for at in [0, RETURNS_AT_ONCE - 1, RETURNS_AT_ONCE, last] {
            check(at + 1, &of(at), 2.0 / 3.0);
            check(at, &of(at), 0.0);
        }
    }

    proptest! {
        #[test]
        fn all_at_once_is_one_by_one(
            returns in prop::collection::vec(
                (0..6_usize, prop::collection::vec(prop::option::of(0..4_i64), 5), prop::option::of("[AB]"), prop::option::of("2[01]")),
                1..20,
            ),
            own in 0..6_usize,
        ) {
            let mut all = Neighbours::default();
            let mut kept: BTreeMap<usize, Neighbour> = BTreeMap::new();
            for (id, numbers, key, industry) in &returns {
                let one = neighbour(numbers, key.as_deref(), industry.as_deref());
                all.put(*id, one.clone());
                kept.insert(*id, one);
            }
            let (_, numbers, key, _) = &returns[0];
            let asked = print(numbers, key.as_deref());
            let others: Vec<&Neighbour> = kept.iter().filter(|(id, _)| **id != own).map(|(_, other)| other).collect();
            let share = |other: &&&Neighbour| share_equal(&asked.numbers, &other.print.numbers, None);
            let greatest = others.iter().filter_map(|other| share(&other)).reduce(f64::max);
            prop_assert_eq!(all.others(&own).greatest_share_equal(&asked), greatest);
            if let Some(key) = key {
                let have = others.iter().any(|other| other.print.keys[0].as_ref() == Some(key));
                prop_assert_eq!(all.others(&own).have(0, key), have);
            }
            let peers = others.iter().filter(|other| other.accepted.as_ref().is_some_and(|peer| peer.industry == "21"));
            prop_assert_eq!(all.others(&own).peers("21").count(), peers.count());
        }
    }
}
