//! Organisations and accounts of the demonstration: the two vertical chains and some departments.

use super::PASSWORD;
use crate::{App, AppError};
use luyuan_domain::{
    ids::{OrgId, PlaceId},
    org::{Org, OrgKind},
    place::PlaceKind,
    roles::Role,
};
use luyuan_store::directory;
use std::collections::HashMap;

/// Offices and departments beside the chain: code, name, kind. Names are usual ones, made for the
/// demonstration; 双改办 and its four headquarters are in the district's report of 2020.
const BESIDE: [(&str, &str, OrgKind); 11] = [
    ("OFFICE", "区双改办", OrgKind::Office),
    ("HQ-ROAD", "道路综合改造指挥部办公室", OrgKind::Office),
    ("HQ-COMPOUND", "老旧小区改造指挥部办公室", OrgKind::Office),
    ("HQ-FRINGE", "城乡接合部整治指挥部办公室", OrgKind::Office),
    ("HQ-FINE", "精细化管理指挥部办公室", OrgKind::Office),
    ("D-CITY", "区城市管理局", OrgKind::Department),
    ("D-HOUSING", "区住房和城乡建设局", OrgKind::Department),
    ("D-CIVIL", "区民政局", OrgKind::Department),
    ("D-WATER", "供水公司二七营业处", OrgKind::Department),
    ("D-POWER", "供电公司二七供电部", OrgKind::Department),
    ("D-HEAT", "热力公司二七分公司", OrgKind::Department),
];

/// Accounts: login, name, code of the organisation, role.
const ACCOUNTS: [(&str, &str, &str, Role); 10] = [
    ("district", "区委值班员", "410103", Role::Lead),
    ("street", "京广路街道值班员", "410103012", Role::Lead),
    ("huaihe", "淮河路街道值班员", "410103001", Role::Lead),
    ("town", "马寨镇值班员", "410103100", Role::Lead),
    ("community", "祥云社区工作者", "410103012012", Role::Lead),
    ("compound", "金祥花园楼院长", "410103012012001", Role::Lead),
    ("lvyun", "绿云社区工作者", "410103001009", Role::Lead),
    ("city", "区城管局值班员", "D-CITY", Role::Lead),
    ("hotline", "区热线接线员", "410103", Role::Intake),
    ("admin", "区平台管理员", "410103", Role::Administrator),
];

impl App {
    pub(super) async fn load_orgs(&self) -> Result<(), AppError> {
        self.reload().await?;
        let orgs = self.orgs_for_places();
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    for org in orgs {
                        directory::put_org(&mut conn, &j, &org).await?;
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// One organisation for every place of the chain, and those beside it.
    fn orgs_for_places(&self) -> Vec<Org> {
        let places = self.directory();
        let kinds = [
            PlaceKind::District,
            PlaceKind::Street,
            PlaceKind::Town,
            PlaceKind::Community,
            PlaceKind::Village,
            PlaceKind::Compound,
        ];
        let governed: Vec<_> = places.places().iter().filter(|place| kinds.contains(&place.kind)).collect();
        let ids: HashMap<PlaceId, OrgId> = governed.iter().map(|place| (place.id, OrgId(self.env.id()))).collect();
        let mut orgs: Vec<Org> = governed
            .iter()
            .map(|place| {
                let (kind, name) = title(place.kind, &place.name);
                let parent = place.parent.and_then(|parent| ids.get(&parent)).copied();
                Org { id: ids[&place.id], code: place.code.clone(), name, kind, parent, place: Some(place.id) }
            })
            .collect();
        let top = orgs.iter().find(|org| org.kind == OrgKind::DistrictCommittee).map(|org| org.id);
        orgs.extend(BESIDE.iter().map(|(code, name, kind)| Org {
            id: OrgId(self.env.id()),
            code: (*code).into(),
            name: (*name).into(),
            kind: *kind,
            parent: top,
            place: None,
        }));
        orgs
    }

    pub(super) async fn load_people(&self) -> Result<(), AppError> {
        let there = self.people().await?;
        for (login, name, code, role) in ACCOUNTS {
            if there.iter().any(|person| person.login == login) {
                continue;
            }
            let org = self.directory().org_by_code(code).map(|org| org.id);
            let org = org.ok_or_else(|| AppError::Rules(format!("no organisation {code}")))?;
            self.add_person(login, name, PASSWORD, org, role, true).await?;
        }
        Ok(())
    }
}

/// The party organisation that answers for a kind of place, and its name.
fn title(kind: PlaceKind, place: &str) -> (OrgKind, String) {
    match kind {
        PlaceKind::District => (OrgKind::DistrictCommittee, format!("{place}委")),
        PlaceKind::Street => (OrgKind::StreetCommittee, format!("{place}党工委")),
        PlaceKind::Town => (OrgKind::TownCommittee, format!("{place}党委")),
        PlaceKind::Village => (OrgKind::VillageBranch, format!("{place}党支部")),
        PlaceKind::Compound => (OrgKind::CompoundBranch, format!("{place}楼院党组织")),
        _ => (OrgKind::CommunityBranch, format!("{place}党支部")),
    }
}
