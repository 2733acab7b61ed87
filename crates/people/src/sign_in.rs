//! Signing in, and changing what one signs in with.
//!
//! **Invariant:** "no such login" and "wrong password" are one answer, reached by the same reads,
//! the same writes and one computation of argon2id.

use std::fmt;

use kernel::Timestamp;
use store::RecordKey;
use thiserror::Error;

use crate::{
    Failure, Identity, Origin, People, Principal, SignedIn, UserError, UserId, UserStatus, address,
    desk::Kept as _,
    limit::{self, Gate, Taking},
    password::Verdict,
    second_step::oneself,
    secret,
    session::Holder,
    user::{self, Guard, UserBody},
};

/// What somebody types to sign in.
#[derive(Clone, Copy)]
pub struct Credentials<'c> {
    pub login: &'c str,
    pub password: &'c str,
    /// A code of their authenticator, or a recovery code.
    pub second: Option<&'c str>,
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("login", &self.login).finish_non_exhaustive()
    }
}

#[derive(Debug, Error)]
pub enum SignInError {
    /// No such login, wrong password, closed user or no password: which, is not said.
    #[error("login or password is wrong")]
    Refused,
    /// The password is right; ask again with a code.
    #[error("a code is needed as well")]
    SecondStepNeeded,
    #[error("the code is wrong or was used before")]
    SecondStepRefused,
    #[error("too many tries")]
    TooMany { again_at: Timestamp },
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl People {
    /// Begins a session for whoever knows login and password, and the code if one is asked.
    pub fn sign_in(
        &self,
        given: &Credentials<'_>,
        from: &Origin<'_>,
    ) -> Result<SignedIn, SignInError> {
        let login = user::fold(given.login);
        let gates = [self.login_gate(&login), self.address_gate(from)];
        let now = self.clock.now();
        let counted = match limit::take(&self.desk, &gates, now)? {
            Taking::Open(counted) => counted,
            Taking::Shut { again_at } => return Err(SignInError::TooMany { again_at }),
        };
        let found = self.by_login(&login)?.filter(|it| it.status == UserStatus::Active);
        let verdict = self.verdict(found.as_ref(), given.password)?;
        let Some(found) = found.filter(|_| verdict != Verdict::Wrong) else {
            return Err(SignInError::Refused);
        };
        let rehashed = match verdict {
            Verdict::Outdated => Some(self.hasher.hash(given.password)?),
            Verdict::Right | Verdict::Wrong => None,
        };

        let outcome = self.desk.update(&found.id.key(), |body: &mut UserBody, changes| {
            if body.generation != found.generation {
                return Err(SignInError::Refused);
            }
            take_second_step(body, given.second, now)?;
            if let Some(hash) = &rehashed {
                body.password = Some(hash.clone());
            }
            let (signed_in, change) = self.begin(
                Holder::User { user: body.id.clone(), generation: body.generation },
                body.principal(&self.matrix),
                from,
            )?;
            changes.extend([change, limit::forget(&self.login_gate(&login).id)]);
            Ok(signed_in)
        });
        match outcome {
            Ok(signed_in) => {
                counted.undo(&self.desk)?;
                signed_in.ok_or(SignInError::Refused)
            }
            Err(SignInError::SecondStepNeeded) => {
                counted.undo(&self.desk)?;
                Err(SignInError::SecondStepNeeded)
            }
            Err(error) => Err(error),
        }
    }

    /// Begins a session for somebody whom an identity provider has vouched for. The caller has
    /// verified the provider's token; a second step is the provider's to ask for.
    pub fn sign_in_by_identity(
        &self,
        identity: &Identity,
        from: &Origin<'_>,
    ) -> Result<SignedIn, SignInError> {
        let guard = self.desk.find::<Guard>(&user::identity_key(identity))?;
        let guard = guard.ok_or(SignInError::Refused)?;
        let found = self.desk.find::<UserBody>(&guard.body.user.key())?;
        let body = found.map(|it| it.body).ok_or(SignInError::Refused)?;
        if body.status != UserStatus::Active || !body.identities.contains(identity) {
            return Err(SignInError::Refused);
        }
        let holder = Holder::User { user: body.id.clone(), generation: body.generation };
        let (signed_in, change) = self.begin(holder, body.principal(&self.matrix), from)?;
        if self.desk.write(&[change])? { Ok(signed_in) } else { Err(Failure::Contended.into()) }
    }

    /// Changes one's own password, and ends all one's sessions.
    pub fn change_password(&self, by: &Principal, old: &str, new: &str) -> Result<(), UserError> {
        let id = self.prove(by, old)?;
        self.put_password(&id, new, |_| Ok(()))
    }

    /// Gives a user a new password, and ends all their sessions.
    pub fn set_password(&self, by: &Principal, id: &UserId, new: &str) -> Result<(), UserError> {
        self.put_password(id, new, |body| self.check_governed(by, body))
    }

    /// That it is really the user who asks, by their password. Counted like a sign-in.
    pub(crate) fn prove(&self, by: &Principal, password: &str) -> Result<UserId, UserError> {
        let id = oneself(by)?;
        let found = self.desk.find::<UserBody>(&id.key())?.ok_or(UserError::Unknown)?;
        let gates = [self.login_gate(&found.body.login)];
        let counted = match limit::take(&self.desk, &gates, self.clock.now())? {
            Taking::Open(counted) => counted,
            Taking::Shut { again_at } => return Err(UserError::TooMany { again_at }),
        };
        if self.verdict(Some(&found.body), password)? == Verdict::Wrong {
            return Err(UserError::WrongPassword);
        }
        counted.undo(&self.desk)?;
        Ok(id)
    }

    fn put_password(
        &self,
        id: &UserId,
        new: &str,
        check: impl Fn(&UserBody) -> Result<(), UserError>,
    ) -> Result<(), UserError> {
        let found = self.desk.find::<UserBody>(&id.key())?.ok_or(UserError::Unknown)?;
        check(&found.body)?;
        self.settings.passwords.check(new, &found.body.login)?;
        let hash = self.hasher.hash(new)?;
        self.change_user(id, |body, _| {
            check(body)?;
            body.password = Some(hash.clone());
            body.end_sessions();
            Ok(())
        })
    }

    /// Two reads, whether or not there is such a user.
    fn by_login(&self, login: &str) -> Result<Option<UserBody>, Failure> {
        let guard = self.desk.find::<Guard>(&user::login_key(login))?;
        let key = match &guard {
            Some(guard) => guard.body.user.key(),
            None => RecordKey::of_all(UserBody::KIND, "nobody"),
        };
        Ok(self.desk.find::<UserBody>(&key)?.map(|it| it.body))
    }

    /// One computation, whether or not there is anything to compare with.
    fn verdict(&self, found: Option<&UserBody>, password: &str) -> Result<Verdict, Failure> {
        let is_long = self.settings.passwords.most < password.chars().count();
        let kept = found.and_then(|it| it.password.as_deref()).filter(|_| !is_long);
        if let Some(kept) = kept {
            return self.hasher.check(password, kept);
        }
        self.hasher.pretend(if is_long { "" } else { password })?;
        Ok(Verdict::Wrong)
    }

    fn login_gate(&self, login: &str) -> Gate<'_> {
        let id = format!("sign-in:{}", secret::digest(login));
        Gate { id, limit: &self.settings.sign_in_login }
    }

    fn address_gate(&self, from: &Origin<'_>) -> Gate<'_> {
        let id = format!("sign-in-from:{}", address::subject(from.address));
        Gate { id, limit: &self.settings.sign_in_address }
    }
}

fn take_second_step(
    body: &mut UserBody,
    code: Option<&str>,
    now: Timestamp,
) -> Result<(), SignInError> {
    let Some(step) = &mut body.second_step else { return Ok(()) };
    let Some(code) = code else { return Err(SignInError::SecondStepNeeded) };
    if step.take(code, now) { Ok(()) } else { Err(SignInError::SecondStepRefused) }
}
