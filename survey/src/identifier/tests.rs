//! The examples of identifiers.md, all made up by the algorithms.

use super::*;

#[test]
fn valid_credit_codes() {
    for code in [
        "91330111XY00010156",
        "91330183XY0001023A",
        "91330100XY0001031X",
        "91330000XY000104XG",
        "91100000XY0001058N",
        "92330111XY00010A9Q",
        "93330111XY00010B7G",
        "51330111XY00010C5M",
        "52330111XY00010D3D",
        "12330111XY00010E1C",
    ] {
        let parsed = Uscc::parse(code).unwrap();
        assert!(parsed.check_ok() && parsed.inner_check_ok(), "{code}");
        assert_eq!(parsed.org_code().unwrap().as_str(), &code[8..17]);
        assert_eq!(parsed.registry_area(), &code[2..8]);
    }
}

#[test]
fn credit_codes_with_a_wrong_check_are_still_codes() {
    for code in ["91330111XY00010150", "52330111YX00010D3D"] {
        assert!(!Uscc::parse(code).unwrap().check_ok(), "{code}");
    }
}

#[test]
fn misshapen_credit_codes() {
    let check = |code: &str, expected: UsccFault| assert_eq!(Uscc::parse(code), Err(expected), "{code}");
    let character = |position, found, candidate: Option<&str>| UsccFault::Character {
        position,
        found,
        candidate: candidate.map(|code| Uscc::parse(code).unwrap()),
    };
    check("91330183XY0001023", UsccFault::Length { found: 17 });
    check("91330100XY0001031X0", UsccFault::Length { found: 19 });
    check("", UsccFault::Length { found: 0 });
    check("91330000XYO00104XG", character(11, 'O', Some("91330000XY000104XG")));
    check("91100000IY0001058N", character(9, 'I', Some("911000001Y0001058N")));
    check("92330111SY00010A9Q", character(9, 'S', None));
    check("93330111VY00010B7G", character(9, 'V', None));
    check("51330111ZY00010C5M", character(9, 'Z', None));
    check("12330111XY00 10E1C", character(13, ' ', None));
    check("示2330111XY00010E1C", character(1, '示', None));
}

#[test]
fn credit_codes_are_normalised_first() {
    assert_eq!(
        Uscc::parse(" ９１３３０１１１ｘｙ00010156\u{3000}").unwrap().as_str(),
        "91330111XY00010156"
    );
}

#[test]
fn the_inner_code_is_checked_by_itself() {
    let (right, wrong) = (
        Uscc::parse("91330111XY0001111F").unwrap(),
        Uscc::parse("91330111XY0001110C").unwrap(),
    );
    assert!(right.check_ok() && right.inner_check_ok());
    assert!(wrong.check_ok() && !wrong.inner_check_ok());
}

#[test]
fn valid_organisation_codes() {
    for code in [
        "XY000201-8",
        "XY000202-6",
        "XY000203-4",
        "XY000207-7",
        "XY00020A-1",
        "XY00020B-X",
        "12XY0001-4",
        "12XY0002-2",
        "XY000301-0",
        "99XY9900-3",
    ] {
        let parsed = OrgCode::parse(code).unwrap();
        assert!(parsed.check_ok(), "{code}");
        assert_eq!(parsed.to_string(), code);
    }
}

#[test]
fn organisation_codes_with_a_wrong_check_are_still_codes() {
    for code in ["XY000201-1", "XY00-0201-A", "YX000201-8", "XY000201-9", "XY000202-X"] {
        assert!(!OrgCode::parse(code).unwrap().check_ok(), "{code}");
    }
}

#[test]
fn misshapen_organisation_codes() {
    let check = |code: &str, expected: OrgCodeFault| assert_eq!(OrgCode::parse(code), Err(expected), "{code}");
    check("XY00020-1", OrgCodeFault::Length { found: 8 });
    check("XY0002012-1", OrgCodeFault::Length { found: 10 });
    check("-XY00201", OrgCodeFault::Length { found: 7 });
    check(
        "XY000_01-3",
        OrgCodeFault::Character {
            position: 6,
            found: '_',
        },
    );
    check(
        "示例000201-1",
        OrgCodeFault::Character {
            position: 1,
            found: '示',
        },
    );
}

#[test]
fn registration_numbers() {
    for number in ["330111000000120", "330111000003458", "330111000067892"] {
        assert!(RegistrationNumber::parse(number).unwrap().check_ok(), "{number}");
    }
    assert!(!RegistrationNumber::parse("330111000000121").unwrap().check_ok());
    for text in ["33011100000012", "33011100000012X", ""] {
        assert_eq!(RegistrationNumber::parse(text), Err(RegistrationNumberFault), "{text}");
    }
}
