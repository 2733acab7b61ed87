//! What somebody may do, and who is what in a shop.

use dossier::words::Role;
use kernel::{Choice, choice};

choice! {
    /// One thing that has to be allowed. How much money it may move is not said here but by the
    /// authority table of the policy pack.
    pub enum Permission {
        ReadCases = "read-cases",
        ReadLedger = "read-ledger",
        ReadMetrics = "read-metrics",
        ReadAudit = "read-audit",
        /// File a case for a buyer.
        Apply = "apply",
        Decide = "decide",
        /// Approve what another has asked for.
        Approve = "approve",
        GiveMoney = "give-money",
        /// Orders, parcels, tracks, payments: what happened outside.
        RecordFacts = "record-facts",
        WorkTasks = "work-tasks",
        HandOver = "hand-over",
        Receive = "receive",
        Inspect = "inspect",
        AttachEvidence = "attach-evidence",
        /// See names, phones and addresses in full.
        Unmask = "unmask",
        Export = "export",
        Import = "import",
        ManageUsers = "manage-users",
        ManageKeys = "manage-keys",
        ManageWebhooks = "manage-webhooks",
        PublishPacks = "publish-packs",
        ManageShop = "manage-shop",
        EraseBuyer = "erase-buyer",
        /// Send webhooks and effects again.
        Replay = "replay",
        /// What concerns the installation and no shop; only a platform admin has it.
        Platform = "platform",
    }
}

choice! {
    /// What somebody is in a shop. In order of authority, the least first.
    pub enum Position {
        PreSale = "pre-sale",
        CourierContact = "courier-contact",
        Warehouse = "warehouse",
        Shipping = "shipping",
        Logistics = "logistics",
        Inspector = "inspector",
        QualityControl = "quality-control",
        Operations = "operations",
        Finance = "finance",
        Agent = "agent",
        DifficultCaseAgent = "difficult-case-agent",
        ComplaintAgent = "complaint-agent",
        Veteran = "veteran",
        Specialist = "specialist",
        Leader = "leader",
        Supervisor = "supervisor",
        StoreManager = "store-manager",
        Owner = "owner",
        /// Of the installation, not of a shop.
        PlatformAdmin = "platform-admin",
    }
}

impl Position {
    /// The role under which commands are judged. `None` for a platform admin, who decides nothing
    /// about cases.
    ///
    /// An owner decides what a store manager decides.
    pub fn role(self) -> Option<Role> {
        Some(match self {
            Self::PreSale => Role::PreSale,
            Self::CourierContact => Role::CourierContact,
            Self::Warehouse => Role::Warehouse,
            Self::Shipping => Role::Shipping,
            Self::Logistics => Role::Logistics,
            Self::Inspector => Role::Inspector,
            Self::QualityControl => Role::QualityControl,
            Self::Operations => Role::Operations,
            Self::Finance => Role::Finance,
            Self::Agent => Role::Agent,
            Self::DifficultCaseAgent => Role::DifficultCaseAgent,
            Self::ComplaintAgent => Role::ComplaintAgent,
            Self::Veteran => Role::Veteran,
            Self::Specialist => Role::Specialist,
            Self::Leader => Role::Leader,
            Self::Supervisor => Role::Supervisor,
            Self::StoreManager | Self::Owner => Role::StoreManager,
            Self::PlatformAdmin => return None,
        })
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Permissions(u64);

impl Permissions {
    pub const NONE: Self = Self(0);

    pub fn has(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    #[must_use]
    pub fn with(self, permission: Permission) -> Self {
        Self(self.0 | bit(permission))
    }

    /// What is in either.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether nothing of `other` is missing.
    pub fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |&it| self.has(it))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(all: I) -> Self {
        all.into_iter().fold(Self::NONE, Self::with)
    }
}

/// A word of its own for each permission; there are fewer than 64.
fn bit(permission: Permission) -> u64 {
    1_u64.checked_shl(u32::from(permission.index())).unwrap_or_default()
}
