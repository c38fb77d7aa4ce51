//! Which items a model was trained on: SHA-256 hashes, in full or by their first bytes.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::Error;

/// SHA-256 of one training item: the bytes of a file, or the trimmed UTF-8 of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemHash([u8; Self::LEN]);

impl ItemHash {
    /// Length of a full hash in bytes.
    pub const LEN: usize = 32;

    /// Hashes the bytes of an item.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// A hash from its bytes.
    pub(crate) fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the hash.
    #[must_use]
    pub fn bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The last eight bytes as a number: what splits by hash are drawn from.
    #[must_use]
    pub fn tail(&self) -> u64 {
        self.0[Self::LEN - 8..]
            .iter()
            .fold(0, |number, &byte| (number << 8) | u64::from(byte))
    }
}

impl fmt::Display for ItemHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for ItemHash {
    type Err = Error;

    /// Reads what [`fmt::Display`] writes: 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Error> {
        let digit = |i: usize| {
            let pair = text.get(2 * i..2 * i + 2)?;
            u8::from_str_radix(pair, 16).ok()
        };
        let bytes: Option<Vec<u8>> = (0..Self::LEN).map(digit).collect();
        let bytes = bytes.filter(|_| text.len() == 2 * Self::LEN);
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| Error::InvalidSetting {
                name: "hash",
                actual: text.chars().take(80).collect(),
                expected: "64 hexadecimal digits",
            })
    }
}

/// The set of items that a model has seen, sorted.
///
/// Keeps the first `width` bytes of each hash. Eight bytes are enough to tell 10⁵ items apart
/// (the chance that an unseen item looks seen is 10⁵ / 2⁶⁴) and keep the list of a text model
/// small; file-based tasks keep all 32.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingItems {
    width: usize,
    sorted: Vec<u8>,
}

impl TrainingItems {
    /// The shortest prefix that may stand for an item, in bytes.
    pub const MIN_WIDTH: usize = 8;

    /// Keeps the full hashes.
    #[must_use]
    pub fn full(items: impl IntoIterator<Item = ItemHash>) -> Self {
        Self::with_width(items, ItemHash::LEN)
    }

    /// Keeps the first eight bytes of each hash.
    #[must_use]
    pub fn prefixes(items: impl IntoIterator<Item = ItemHash>) -> Self {
        Self::with_width(items, Self::MIN_WIDTH)
    }

    /// Rebuilds a set from the concatenated prefixes; `None` where the bytes are no such list.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>, width: usize) -> Option<Self> {
        let sound = (Self::MIN_WIDTH..=ItemHash::LEN).contains(&width)
            && bytes.len().is_multiple_of(width)
            && bytes.chunks_exact(width).is_sorted();
        sound.then_some(Self {
            width,
            sorted: bytes,
        })
    }

    fn with_width(items: impl IntoIterator<Item = ItemHash>, width: usize) -> Self {
        let mut hashes: Vec<ItemHash> = items.into_iter().collect();
        hashes.sort_unstable();
        hashes.dedup();
        let sorted = hashes
            .iter()
            .flat_map(|hash| hash.0[..width].iter().copied())
            .collect();
        Self { width, sorted }
    }

    /// The items of both sets, by the shorter of the two prefixes.
    pub(crate) fn joined(&self, other: &Self) -> Self {
        let width = self.width.min(other.width);
        let both = [self, other].into_iter();
        let mut prefixes: Vec<&[u8]> = both
            .flat_map(|items| items.sorted.chunks_exact(items.width))
            .map(|prefix| &prefix[..width])
            .collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        Self {
            width,
            sorted: prefixes.concat(),
        }
    }

    /// Whether an item was seen in training.
    #[must_use]
    pub fn contains(&self, item: ItemHash) -> bool {
        let key = &item.0[..self.width];
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let probe = &self.sorted[middle * self.width..(middle + 1) * self.width];
            match probe.cmp(key) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        false
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.len() / self.width
    }

    /// Whether no item was listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Bytes kept of each hash, in 8..=32.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The sorted prefixes, one after the other.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.sorted
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sets_are_joined() {
        let items = |texts: &[&str]| texts.iter().map(|t| ItemHash::of(t.as_bytes())).collect();
        let (one, two): (Vec<_>, Vec<_>) = (items(&["a", "b"]), items(&["b", "c"]));
        let joined = TrainingItems::full(one).joined(&TrainingItems::prefixes(two));
        assert_eq!(
            (joined.len(), joined.width()),
            (3, TrainingItems::MIN_WIDTH)
        );
        assert!(
            ["a", "b", "c"]
                .iter()
                .all(|t| joined.contains(ItemHash::of(t.as_bytes())))
        );
    }

    #[test]
    fn hash_is_sha256() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(ItemHash::of(b"").to_string(), empty);
        assert_eq!(ItemHash::of(b"").tail(), 0xa495_991b_7852_b855);
    }

    #[test]
    fn lists_that_are_no_lists_are_refused() {
        assert!(TrainingItems::from_bytes(vec![0; 33], 32).is_none());
        assert!(TrainingItems::from_bytes(vec![0; 8], 0).is_none());
        assert!(TrainingItems::from_bytes(vec![0; 4], 4).is_none());
        assert!(TrainingItems::from_bytes([[9; 8], [1; 8]].concat(), 8).is_none());
    }

    proptest! {
        #[test]
        fn what_went_in_is_found(items in prop::collection::vec(any::<u16>(), 0..50), other: u32) {
            let hash = |number: u32| ItemHash::of(&number.to_le_bytes());
            let hashes = items.iter().map(|&item| hash(item.into()));
            for set in [TrainingItems::full(hashes.clone()), TrainingItems::prefixes(hashes.clone())] {
                prop_assert!(hashes.clone().all(|item| set.contains(item)));
                let inside = items.iter().any(|&item| u32::from(item) == other);
                prop_assert_eq!(set.contains(hash(other)), inside);
                let again = TrainingItems::from_bytes(set.as_bytes().to_vec(), set.width());
                prop_assert_eq!(again, Some(set));
            }
        }
    }
}
