//! Organisations and the vertical chain 区委—街道党工委—社区党支部—楼院党组织.

use crate::ids::{OrgId, PlaceId};
use serde::{Deserialize, Serialize};

/// What kind of organisation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgKind {
    /// 区委.
    DistrictCommittee,
    /// 街道党工委.
    StreetCommittee,
    /// 乡镇党委.
    TownCommittee,
    /// 社区党支部 (党总支, 党委).
    CommunityBranch,
    /// 村党支部.
    VillageBranch,
    /// 楼院党组织.
    CompoundBranch,
    /// 党小组 (村民小组).
    PartyGroup,
    /// 党员中心户.
    MemberHousehold,
    /// An office of the district: 双改办, 指挥部办公室, 热线.
    Office,
    /// 临时党支部 on a building site.
    SiteBranch,
    /// 机关党支部 paired with compounds.
    OfficeBranch,
    /// 委办局.
    Department,
    /// 物业公司.
    PropertyCompany,
    /// 业主委员会.
    OwnersCommittee,
    /// 施工单位 or 设计公司.
    Contractor,
    /// 驻区单位.
    ResidentOrganisation,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Identity.
    pub id: OrgId,
    /// Stable code, unique in the jurisdiction.
    pub code: String,
    /// Name in the district's own language.
    pub name: String,
    /// What it is.
    pub kind: OrgKind,
    /// The organisation above it in the chain; none for the district committee.
    pub parent: Option<OrgId>,
    /// The place that it answers for, if it has one.
    pub place: Option<PlaceId>,
}

/// The organisations that answer for a point, from the lowest to the district committee.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Chain(pub Vec<OrgId>);

impl Chain {
    /// The lowest responsible organisation.
    pub fn lowest(&self) -> Option<OrgId> {
        self.0.first().copied()
    }

    /// The highest organisation, which cannot pass an order up.
    pub fn top(&self) -> Option<OrgId> {
        self.0.last().copied()
    }

    /// The organisation directly above `org`; none at the top or for an organisation that is not
    /// in the chain.
    pub fn above(&self, org: OrgId) -> Option<OrgId> {
        let at = self.0.iter().position(|held| *held == org)?;
        self.0.get(at + 1).copied()
    }
}
