//! Weights that somebody decided, and equal ones.

use super::{
    error::WeightError,
    record::{Origin, Weighting},
};

/// Given weights, rescaled to sum 1. Refuses negative ones, those that are not finite, and a sum of zero.
pub fn given(codes: &[String], weights: &[f64]) -> Result<Weighting, WeightError> {
    if codes.len() != weights.len() {
        return Err(WeightError::Length {
            expected: codes.len(),
            found: weights.len(),
        });
    }
    let origin = Origin::Given {
        given: weights.to_vec(),
    };
    Weighting::of_shares(codes.to_vec(), weights, origin)
}

/// `1/n` for each of n.
pub fn equal(codes: &[String]) -> Result<Weighting, WeightError> {
    Weighting::of_shares(codes.to_vec(), &vec![1.0; codes.len()], Origin::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn given_weights_are_rescaled_and_kept() {
        let weighting = given(&codes(&["a", "b"]), &[3.0, 1.0]).unwrap();
        assert_eq!(weighting.weights, [0.75, 0.25]);
        assert_eq!(weighting.origin, Origin::Given { given: vec![3.0, 1.0] });
        assert_eq!(equal(&codes(&["a", "b", "c", "d"])).unwrap().weights, [0.25; 4]);
        let json = serde_json::to_string(&weighting).unwrap();
        assert_eq!(serde_json::from_str::<Weighting>(&json).unwrap(), weighting);
    }

    #[test]
    fn what_cannot_be_a_weight_is_refused() {
        let code = |weights: &[f64]| given(&codes(&["a", "b"]), weights).unwrap_err().code();
        assert_eq!(code(&[1.0]), "weights.length");
        assert_eq!(code(&[1.0, -1.0]), "weights.bad_weight");
        assert_eq!(code(&[1.0, f64::NAN]), "weights.bad_weight");
        assert_eq!(code(&[0.0, 0.0]), "weights.zero_sum");
        assert_eq!(equal(&[]).unwrap_err().code(), "weights.nothing");
    }
}
