//! Places in a list that are computed as doubles.

/// The whole part of a place in a list.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list is not negative and below its length"
)]
pub(crate) fn whole(place: f64) -> usize {
    place as usize
}
