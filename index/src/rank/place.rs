//! Places in a list, computed as doubles and counted.

/// The whole part of a place in a list.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list is not negative and below its length"
)]
pub(crate) fn whole(place: f64) -> usize {
    place as usize
}

/// How many there are, or which place it is.
#[expect(
    clippy::expect_used,
    reason = "what is counted here is held in memory, each with more than a byte"
)]
pub(crate) fn counted(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32")
}
