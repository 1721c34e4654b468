//! Organisations from CSV or XLSX: code, name, kind, parent, place.

use super::{
    Report, Strictness,
    rejects::{Reject, Rejects},
    table::{Row, Sheet, write_down},
};
use crate::{App, AppError};
use luyuan_domain::{
    ids::OrgId,
    org::{Org, OrgKind},
};
use luyuan_store::{directory, settings};
use std::collections::{HashMap, HashSet};

impl App {
    /// Imports organisations. One whose code is here already is changed; others are left alone.
    ///
    /// # Errors
    /// [`AppError::Import`] when a column is missing, [`AppError::Store`] as the database says.
    pub async fn import_orgs(
        &self,
        sheet: &Sheet,
        strictness: Strictness,
        rejects: &mut Rejects,
    ) -> Result<Report, AppError> {
        sheet.expect(&["code", "name", "kind"], &["parent", "place"])?;
        self.reload().await?;
        let (orgs, rejected, read) = self.read_orgs(sheet);
        let mut report = Report { read, ..Report::default() };
        report.rejected = write_down(rejects, &sheet.header, rejected)?;
        if orgs.is_empty() || (report.rejected > 0 && strictness == Strictness::Whole) {
            return Ok(report);
        }
        let before = self.directory();
        for org in &orgs {
            *(if before.org(org.id).is_some() { &mut report.changed } else { &mut report.added }) += 1;
        }
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    for org in &orgs {
                        directory::put_org(&mut conn, &j, org).await?;
                    }
                    settings::mark_changed(&mut conn, &j).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        self.reload().await?;
        Ok(report)
    }

    /// The good rows, parents known, and the bad ones.
    fn read_orgs(&self, sheet: &Sheet) -> (Vec<Org>, Vec<Reject>, u64) {
        let here = self.directory();
        let mut seen = HashSet::new();
        let (mut rows, mut rejected, mut read) = (Vec::new(), Vec::new(), 0);
        for row in sheet.rows() {
            read += 1;
            let checked = row.whole().and_then(|()| org(self, &row)).and_then(|org| {
                let again = format!("the code {:?} stands twice in the file", org.code);
                if seen.insert(org.code.clone()) { Ok(org) } else { Err(("code_twice", again)) }
            });
            match checked {
                Ok(org) => rows.push((row, org)),
                Err(why) => rejected.push(row.reject(why)),
            }
        }
        // A row whose parent is rejected is rejected too, until nothing changes any more.
        loop {
            let of_code: HashMap<String, OrgId> = rows.iter().map(|(_, org)| (org.code.clone(), org.id)).collect();
            let parents: HashMap<OrgId, OrgId> = here
                .orgs()
                .iter()
                .filter(|org| !of_code.contains_key(&org.code))
                .filter_map(|org| Some((org.id, org.parent?)))
                .chain(rows.iter().filter_map(|(row, org)| Some((org.id, id_of(self, &of_code, row.get("parent"))?))))
                .collect();
            let mut left = Vec::with_capacity(rows.len());
            let before = rows.len();
            for (row, mut org) in rows {
                let parent = row.get("parent");
                org.parent = id_of(self, &of_code, parent);
                if !parent.is_empty() && org.parent.is_none() {
                    rejected.push(row.reject(("unknown_parent", format!("no organisation has the code {parent:?}"))));
                } else if super::places::loops(org.id, &parents) {
                    rejected.push(row.reject(("loop", "the organisation stands above itself".into())));
                } else {
                    left.push((row, org));
                }
            }
            rows = left;
            if rows.len() == before {
                return (rows.into_iter().map(|(_, org)| org).collect(), rejected, read);
            }
        }
    }
}

fn id_of(app: &App, of_code: &HashMap<String, OrgId>, code: &str) -> Option<OrgId> {
    of_code.get(code).copied().or_else(|| app.directory().org_by_code(code).map(|org| org.id))
}

fn org(app: &App, row: &Row<'_>) -> Result<Org, (&'static str, String)> {
    let (code, name, kind) = (row.get("code"), row.get("name"), row.get("kind"));
    if code.is_empty() {
        return Err(("no_code", "the code is empty".into()));
    }
    if name.is_empty() {
        return Err(("no_name", "the name is empty".into()));
    }
    let kind: OrgKind = serde_json::from_value(kind.into())
        .map_err(|_| ("unknown_kind", format!("{kind:?} is no kind of organisation; see docs/bulk.md")))?;
    let here = app.directory();
    let place = match row.get("place") {
        "" => None,
        place => {
            let found = here.place_by_code(place).map(|place| place.id);
            Some(found.ok_or_else(|| ("unknown_place", format!("no place has the code {place:?}")))?)
        }
    };
    let id = here.org_by_code(code).map_or_else(|| OrgId(app.env.id()), |org| org.id);
    Ok(Org { id, code: code.into(), name: name.into(), kind, parent: None, place })
}
