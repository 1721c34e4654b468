//! Accounts of members from CSV or XLSX: login, name, org. Their first passwords are made here and
//! told once; a file with passwords is refused.

use super::{
    Report, Strictness,
    rejects::Rejects,
    table::{Row, Sheet, write_down},
};
use crate::{App, AppError};
use luyuan_domain::{
    ids::{OrgId, PersonId},
    roles::Role,
};
use luyuan_store::{
    people::{self, Person},
    roles,
};
use std::collections::HashSet;

/// Characters of a first password: 60 random bits.
const LENGTH: usize = 12;

/// A password that is told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstPassword {
    /// Whose.
    pub login: String,
    /// Their name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl App {
    /// Adds accounts. One whose login is here already is left as it is.
    ///
    /// # Errors
    /// [`AppError::Import`] when a column is missing or there is one of passwords.
    pub async fn import_members(
        &self,
        sheet: &Sheet,
        strictness: Strictness,
        rejects: &mut Rejects,
    ) -> Result<(Report, Vec<FirstPassword>), AppError> {
        let secret = |name: &[u8]| {
            let name = String::from_utf8_lossy(name).to_lowercase();
            ["password", "passwd", "密码", "口令"].iter().any(|word| name.contains(word))
        };
        if sheet.header.iter().any(secret) {
            let why = "passwords are not imported: whoever has the file would know them. Remove the column; first \
                       passwords are made and told once";
            return Err(AppError::Import(why.into()));
        }
        sheet.expect(&["login", "name", "org"], &[])?;
        self.reload().await?;
        let mut taken: HashSet<String> = self.people().await?.into_iter().map(|person| person.login).collect();
        let mut seen = HashSet::new();
        let (mut report, mut rejected, mut good) = (Report::default(), Vec::new(), Vec::new());
        for row in sheet.rows() {
            report.read += 1;
            let login = row.get("login").to_owned();
            if taken.contains(&login) {
                report.known += 1;
                continue;
            }
            match row.whole().and_then(|()| self.member(&row)) {
                Ok(_) if !seen.insert(login.clone()) => {
                    rejected.push(row.reject(("login_twice", format!("the login {login:?} stands twice in the file"))));
                }
                Ok(org) => good.push((login, row.get("name").to_owned(), org)),
                Err(why) => rejected.push(row.reject(why)),
            }
        }
        taken.clear();
        report.rejected = write_down(rejects, &sheet.header, rejected)?;
        if report.rejected > 0 && strictness == Strictness::Whole {
            return Ok((report, Vec::new()));
        }
        let mut told = Vec::with_capacity(good.len());
        let mut kept = Vec::with_capacity(good.len());
        for (login, name, org) in good {
            let password: String = self.env.secret()?.chars().take(LENGTH).collect();
            let password_hash = crate::passwords::hashed(password.clone()).await?;
            let id = PersonId(self.env.id());
            let held = self.new_role(id, org, Role::Lead);
            kept.push((Person { id, login: login.clone(), name: name.clone(), password_hash, demo: false }, held));
            told.push(FirstPassword { login, name, password });
        }
        report.added = u64::try_from(kept.len()).unwrap_or(u64::MAX);
        let j = self.jurisdiction.clone();
        self.db
            .write(move |mut conn| {
                Box::pin(async move {
                    for (person, held) in &kept {
                        people::put(&mut conn, &j, person).await?;
                        roles::give(&mut conn, &j, held).await?;
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok((report, told))
    }

    fn member(&self, row: &Row<'_>) -> Result<OrgId, (&'static str, String)> {
        for column in ["login", "name"] {
            if row.get(column).is_empty() {
                return Err(("empty", format!("{column} is empty")));
            }
        }
        let code = row.get("org");
        let org = self.directory().org_by_code(code).map(|org| org.id);
        org.ok_or_else(|| ("unknown_org", format!("no organisation has the code {code:?}")))
    }
}
