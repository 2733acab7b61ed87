//! What the path of an address names.
//!
//! A text that cannot be an identifier names nothing that exists: the answer is 404, as for any
//! other thing that is not there.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use kernel::{CaseNo, DossierKey, OrderNo, ShopId};
use people::UserId;
use utoipa::IntoParams;

use crate::problem::Problem;

/// `/shops/{shop}`
#[derive(Clone, PartialEq, Eq, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ShopPath {
    /// The shop.
    #[param(value_type = String, example = "north-island")]
    pub(crate) shop: ShopId,
}

/// `/shops/{shop}/orders/{order}`
#[derive(Clone, PartialEq, Eq, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct OrderPath {
    /// The shop.
    #[param(value_type = String, example = "north-island")]
    pub(crate) shop: ShopId,
    /// The order, by the marketplace's number.
    #[param(value_type = String, example = "326110042")]
    pub(crate) order: OrderNo,
}

impl OrderPath {
    pub(crate) fn dossier(&self) -> DossierKey {
        DossierKey::new(self.shop.clone(), self.order.clone())
    }
}

/// `/shops/{shop}/orders/{order}/cases/{case}`
#[derive(Clone, PartialEq, Eq, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CasePath {
    /// The shop.
    #[param(value_type = String, example = "north-island")]
    pub(crate) shop: ShopId,
    /// The order, by the marketplace's number.
    #[param(value_type = String, example = "326110042")]
    pub(crate) order: OrderNo,
    /// The case, by the marketplace's refund number or one of ours.
    #[param(value_type = String, example = "R-1")]
    pub(crate) case: CaseNo,
}

impl CasePath {
    pub(crate) fn dossier(&self) -> DossierKey {
        DossierKey::new(self.shop.clone(), self.order.clone())
    }
}

/// `/shops/{shop}/users/{user}`
#[derive(Clone, PartialEq, Eq, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct UserPath {
    /// The shop.
    #[param(value_type = String, example = "north-island")]
    pub(crate) shop: ShopId,
    /// The user.
    #[param(value_type = String, example = "4f0c2a7b91d3e586")]
    pub(crate) user: UserId,
}

/// A part of a body or query that is an identifier.
pub(crate) fn parsed<T: FromStr>(field: &str, text: impl AsRef<str>) -> Result<T, Problem>
where
    T::Err: std::fmt::Display,
{
    text.as_ref().parse().map_err(|error| Problem::malformed(field, error))
}

fn named<T: FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

async fn texts<T, S>(parts: &mut Parts, state: &S) -> Result<T, Problem>
where
    T: serde::de::DeserializeOwned + Send,
    S: Send + Sync,
{
    match Path::<T>::from_request_parts(parts, state).await {
        Ok(Path(texts)) => Ok(texts),
        Err(_) => Err(Problem::not_found()),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ShopPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(serde::Deserialize)]
        struct Texts {
            shop: String,
        }
        let texts: Texts = texts(parts, state).await?;
        Ok(Self { shop: named(&texts.shop)? })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OrderPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(serde::Deserialize)]
        struct Texts {
            shop: String,
            order: String,
        }
        let texts: Texts = texts(parts, state).await?;
        Ok(Self { shop: named(&texts.shop)?, order: named(&texts.order)? })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CasePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(serde::Deserialize)]
        struct Texts {
            shop: String,
            order: String,
            case: String,
        }
        let texts: Texts = texts(parts, state).await?;
        let (shop, order) = (named(&texts.shop)?, named(&texts.order)?);
        Ok(Self { shop, order, case: named(&texts.case)? })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for UserPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(serde::Deserialize)]
        struct Texts {
            shop: String,
            user: String,
        }
        let texts: Texts = texts(parts, state).await?;
        Ok(Self { shop: named(&texts.shop)?, user: named(&texts.user)? })
    }
}
