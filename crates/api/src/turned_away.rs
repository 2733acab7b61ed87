//! What the door refuses, as problems.

use axum::http::StatusCode;
use kernel::Timestamp;
use people::{CodeError, KeyError, LinkError, SecondStepError, ShopError, SignInError, UserError};

use crate::{App, Problem, caller::forbidden, problem::Said};

/// Before it is known when "again" is: that takes the clock.
pub(crate) trait TurnedAway {
    fn problem(self, app: &App) -> Problem;
}

impl App {
    pub(crate) fn too_many(&self, again_at: Timestamp) -> Problem {
        let seconds = again_at.since(self.now()).whole_seconds().clamp(1, 86_400);
        let detail = Said::new(
            format!("尝试次数过多，请 {seconds} 秒后再试"),
            format!("too many tries; try again in {seconds} seconds"),
        );
        let seconds = u32::try_from(seconds).unwrap_or(86_400);
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", detail).after_seconds(seconds)
    }
}

fn conflict(code: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, Said::new(zh, en))
}

pub(crate) fn not_allowed() -> Problem {
    let detail = Said::new(
        "不能这样做：所涉及的权限超出您自己的权限",
        "this is not allowed: it takes permissions you do not have yourself",
    );
    Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
}

impl TurnedAway for SignInError {
    fn problem(self, app: &App) -> Problem {
        let refused = |code, zh: &str, en: &str| {
            Problem::new(StatusCode::UNAUTHORIZED, code, Said::new(zh, en))
        };
        match self {
            Self::Refused => {
                refused("wrong-credentials", "账号或密码不正确", "login or password is wrong")
            }
            Self::SecondStepNeeded => refused(
                "second-step-needed",
                "还需要验证器上的 6 位验证码",
                "send the code of the authenticator as well",
            )
            .at("code"),
            Self::SecondStepRefused => refused(
                "wrong-code",
                "验证码不正确或已经用过",
                "the code is wrong or was used before",
            )
            .at("code"),
            Self::TooMany { again_at } => app.too_many(again_at),
            Self::Failed(failure) => failure.into(),
        }
    }
}

impl TurnedAway for UserError {
    fn problem(self, app: &App) -> Problem {
        let why = self.to_string();
        let malformed = |field| Problem::malformed(field, why);
        match self {
            Self::Forbidden => not_allowed(),
            Self::Unknown | Self::UnknownShop(_) => Problem::not_found(),
            Self::Changed => changed_meanwhile(),
            Self::BadShop => malformed("shop"),
            Self::LoginTaken => {
                conflict("login-taken", "这个登录名已被使用", "the login is taken").at("login")
            }
            Self::BadLogin => malformed("login"),
            Self::BadName => malformed("name"),
            Self::BadPositions => malformed("positions"),
            Self::BadGrade => malformed("grade"),
            Self::IdentityTaken => conflict(
                "identity-taken",
                "这个外部身份已绑定给其他人",
                "the identity is another user's",
            )
            .at("subject"),
            Self::BadIdentity => malformed("subject"),
            Self::NotToOneself => {
                conflict("not-to-oneself", "不能对自己这样做", "this cannot be done to oneself")
            }
            Self::AlreadySetUp => already_set_up(),
            Self::WrongPassword => {
                let detail = Said::new("密码不正确", "the password is wrong");
                Problem::new(StatusCode::FORBIDDEN, "wrong-password", detail).at("password")
            }
            Self::TooMany { again_at } => app.too_many(again_at),
            Self::BadPassword(_) => malformed("password"),
            Self::Failed(failure) => failure.into(),
        }
    }
}

pub(crate) fn already_set_up() -> Problem {
    conflict(
        "already-set-up",
        "系统已经完成初始化，请直接登录",
        "the installation is set up already; sign in",
    )
}

pub(crate) fn changed_meanwhile() -> Problem {
    let detail = Said::new(
        "内容在读取之后已被改动；请重新读取后再决定",
        "it changed since it was read; read it again",
    );
    Problem::new(StatusCode::PRECONDITION_FAILED, "changed", detail).at("If-Match")
}

impl TurnedAway for SecondStepError {
    fn problem(self, app: &App) -> Problem {
        match self {
            Self::NothingOffered => conflict(
                "nothing-offered",
                "没有待确认的两步验证，请重新开始",
                "there is nothing to confirm; begin anew",
            ),
            Self::WrongCode => {
                let detail = Said::new("验证码不正确", "the code is wrong");
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-code", detail).at("code")
            }
            error @ Self::Unusable => Problem::internal(&error),
            Self::User(error) => error.problem(app),
        }
    }
}

impl TurnedAway for ShopError {
    fn problem(self, _: &App) -> Problem {
        match self {
            Self::Forbidden => forbidden(people::Permission::ManageShop),
            Self::Taken(_) => {
                conflict("shop-taken", "这个店铺代号已被使用", "there is such a shop already")
                    .at("id")
            }
            Self::Unknown(_) => Problem::not_found(),
            Self::Changed => changed_meanwhile(),
            error @ Self::BadText { field, .. } => Problem::malformed(field, &error),
            Self::Failed(failure) => failure.into(),
        }
    }
}

impl TurnedAway for KeyError {
    fn problem(self, _: &App) -> Problem {
        match self {
            Self::Forbidden => not_allowed(),
            Self::Unknown => Problem::not_found(),
            error @ Self::BadName => Problem::malformed("name", &error),
            error @ (Self::NoScopes | Self::ForPeople(_) | Self::BeyondPosition { .. }) => {
                Problem::malformed("scopes", &error)
            }
            error @ Self::BadExpiry => Problem::malformed("until", &error),
            Self::Failed(failure) => failure.into(),
        }
    }
}

impl TurnedAway for LinkError {
    fn problem(self, _: &App) -> Problem {
        match self {
            // Which of them it is helps nobody who was sent the link.
            Self::NotOurs | Self::Expired | Self::Revoked => {
                let detail = Said::new(
                    "链接无效或已过期，请联系商家重新获取",
                    "the link is no good or too old; ask the shop for a new one",
                );
                Problem::new(StatusCode::UNAUTHORIZED, "link-refused", detail).at("link")
            }
            error @ Self::BadExpiry { .. } => Problem::malformed("until", &error),
            Self::Failed(failure) => failure.into(),
        }
    }
}

impl TurnedAway for CodeError {
    fn problem(self, app: &App) -> Problem {
        match self {
            error @ Self::BadTail => Problem::malformed("tail", &error),
            Self::TooMany { again_at } => app.too_many(again_at),
            Self::Wrong => {
                let detail = Said::new("验证码不正确或已失效", "the code is wrong or too old");
                Problem::new(StatusCode::UNAUTHORIZED, "wrong-code", detail).at("code")
            }
            Self::Failed(failure) => failure.into(),
        }
    }
}
