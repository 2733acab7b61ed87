//! Codes of an authenticator.

use kernel::Span;

use super::office::{Office, PASSWORD};
use crate::{
    Position, SecondStepError, SignInError, SignedIn, User, UserError, second_step::code_at,
};

struct Enrolled {
    office: Office,
    user: User,
    secret: String,
    recovery: Vec<String>,
}

fn enrolled() -> Enrolled {
    let office = Office::new();
    let user = office.hire("wang", "north", &[Position::Agent]);
    let own = office.principal("wang");
    let offer = office.people.offer_second_step(&own, PASSWORD).unwrap();
    assert!(offer.address.reveal().starts_with("otpauth://totp/Guitu:wang?"));
    let secret = offer.secret.reveal().to_owned();
    let code = code_at(&secret, office.now());
    let recovery = office.people.confirm_second_step(&own, &code).unwrap();
    let recovery = recovery.iter().map(|it| it.reveal().to_owned()).collect();
    office.pass(Span::minutes(5));
    Enrolled { office, user, secret, recovery }
}

impl Enrolled {
    fn enter(&self, code: Option<&str>) -> Result<SignedIn, SignInError> {
        self.office.try_sign_in("wang", PASSWORD, code)
    }

    fn code(&self) -> String {
        code_at(&self.secret, self.office.now())
    }
}

#[test]
fn the_code_is_asked_for_after_the_password_is_right() {
    let it = enrolled();
    assert!(matches!(it.enter(None).unwrap_err(), SignInError::SecondStepNeeded));
    assert!(matches!(it.enter(Some("000000")).unwrap_err(), SignInError::SecondStepRefused));
    let code = it.code();
    let refused = it.office.try_sign_in("wang", "not the password", Some(&code)).unwrap_err();
    assert!(matches!(refused, SignInError::Refused));
    it.enter(Some(&code)).unwrap();
}

#[test]
fn a_code_is_good_once() {
    let it = enrolled();
    let code = it.code();
    it.enter(Some(&code)).unwrap();
    assert!(matches!(it.enter(Some(&code)).unwrap_err(), SignInError::SecondStepRefused));
    // Nor is one from before it, although the clock would allow it.
    let earlier = code_at(&it.secret, it.office.now().minus(Span::seconds(30)));
    assert!(matches!(it.enter(Some(&earlier)).unwrap_err(), SignInError::SecondStepRefused));
    it.office.pass(Span::seconds(30));
    it.enter(Some(&it.code())).unwrap();
}

#[test]
fn a_code_is_good_once_however_many_come_at_the_same_moment() {
    let it = enrolled();
    let code = it.code();
    let n_let_in = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| it.enter(Some(&code)))).collect();
        threads.into_iter().flat_map(|it| it.join().unwrap()).count()
    });
    assert_eq!(n_let_in, 1);
}

#[test]
fn guesses_at_a_code_are_slowed_down_and_not_forgotten_by_leaving_it_out() {
    let it = enrolled();
    let mut outcomes = Vec::new();
    for _ in 0..6 {
        outcomes.push(it.enter(Some("000000")).unwrap_err().to_string());
        outcomes.push(it.enter(None).unwrap_err().to_string());
    }
    assert_eq!(outcomes[..2], ["the code is wrong or was used before", "a code is needed as well"]);
    assert_eq!(outcomes[9..], ["too many tries", "too many tries", "too many tries"]);
}

#[test]
fn a_recovery_code_is_good_once() {
    let it = enrolled();
    assert_eq!(it.recovery.len(), 10);
    let spelled = it.recovery[3].replace('-', " ").to_uppercase();
    it.enter(Some(&spelled)).unwrap();
    assert!(it.enter(Some(&it.recovery[3])).is_err());
    it.enter(Some(&it.recovery[4])).unwrap();
    assert!(it.enter(Some("")).is_err());
}

#[test]
fn setting_it_up_takes_the_password_and_a_right_code_in_time() {
    let office = Office::new();
    let people = &office.people;
    office.hire("wang", "north", &[Position::Agent]);
    let own = office.principal("wang");
    let nothing = people.confirm_second_step(&own, "123456").unwrap_err();
    assert!(matches!(nothing, SecondStepError::NothingOffered));
    let wrong = people.offer_second_step(&own, "not the password").unwrap_err();
    assert!(matches!(wrong, SecondStepError::User(UserError::WrongPassword)));
    let offer = people.offer_second_step(&own, PASSWORD).unwrap();
    let code = || code_at(offer.secret.reveal(), office.now());
    let wrong = people.confirm_second_step(&own, "000000").unwrap_err();
    assert!(matches!(wrong, SecondStepError::WrongCode));
    office.pass(Span::minutes(15));
    let late = people.confirm_second_step(&own, &code()).unwrap_err();
    assert!(matches!(late, SecondStepError::NothingOffered));
    office.sign_in("wang");
}

#[test]
fn it_is_taken_away_by_oneself_with_the_password_or_by_who_manages_one() {
    let it = enrolled();
    let people = &it.office.people;
    let own = it.enter(Some(&it.code())).unwrap().session.principal;
    assert!(people.drop_second_step(&own, "not the password").is_err());
    people.drop_second_step(&own, PASSWORD).unwrap();
    it.enter(None).unwrap();

    let it = enrolled();
    let people = &it.office.people;
    let stranger = it.office.principal("owner-of-south");
    let unknown = people.reset_second_step(&stranger, &it.user.id).unwrap_err();
    assert!(matches!(unknown, UserError::Unknown));
    let owner = it.office.principal("owner-of-north");
    people.reset_second_step(&owner, &it.user.id).unwrap();
    it.enter(None).unwrap();
}
