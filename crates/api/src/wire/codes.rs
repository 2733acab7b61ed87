//! The closed sets of words that requests and answers use.
//!
//! An alias for each: utoipa takes a generic type apart, and would list its parameter instead.

use dossier::{
    case::{Finding, Place},
    facts::Fact,
    inspection::Grade,
    words::{
        CaseKind, Channel, CouponOf, Direction, Flag, GoodsClaim, GoodsClass, Payer, Purpose,
        Raising, Reason, Role, Route, ScanKind, Signer, Standing, TaskKind, Verdict,
    },
};
use evidence::{Likeness, Media, Rendition, Source};

use people::{Permission, Position, ShopStatus, UserStatus};
use webhooks::{DeliveryState, EndpointState, Fault};

use super::Code;

pub(crate) type CaseKindCode = Code<CaseKind>;
pub(crate) type ChannelCode = Code<Channel>;
pub(crate) type CouponOfCode = Code<CouponOf>;
pub(crate) type DeliveryFaultCode = Code<Fault>;
pub(crate) type DeliveryStateCode = Code<DeliveryState>;
pub(crate) type DirectionCode = Code<Direction>;
pub(crate) type FactCode = Code<Fact>;
pub(crate) type FindingCode = Code<Finding>;
pub(crate) type FlagCode = Code<Flag>;
pub(crate) type GoodsClaimCode = Code<GoodsClaim>;
pub(crate) type GoodsClassCode = Code<GoodsClass>;
pub(crate) type GradeCode = Code<Grade>;
pub(crate) type LikenessCode = Code<Likeness>;
pub(crate) type MediaCode = Code<Media>;
pub(crate) type PayerCode = Code<Payer>;
pub(crate) type PermissionCode = Code<Permission>;
pub(crate) type PlaceCode = Code<Place>;
pub(crate) type PositionCode = Code<Position>;
pub(crate) type PurposeCode = Code<Purpose>;
pub(crate) type RaisingCode = Code<Raising>;
pub(crate) type ReasonCode = Code<Reason>;
pub(crate) type RenditionCode = Code<Rendition>;
pub(crate) type RoleCode = Code<Role>;
pub(crate) type RouteCode = Code<Route>;
pub(crate) type ScanKindCode = Code<ScanKind>;
pub(crate) type ShopStatusCode = Code<ShopStatus>;
pub(crate) type SignerCode = Code<Signer>;
pub(crate) type SourceCode = Code<Source>;
pub(crate) type StandingCode = Code<Standing>;
pub(crate) type TaskKindCode = Code<TaskKind>;
pub(crate) type UserStatusCode = Code<UserStatus>;
pub(crate) type VerdictCode = Code<Verdict>;
pub(crate) type WebhookStateCode = Code<EndpointState>;
