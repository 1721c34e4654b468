//! How to reach a person: data that only those see who need it, and who say why.

mod reach;

pub use reach::Reach;

use serde::{Deserialize, Serialize};

/// How to reach a person; each part may be empty.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ContactData {
    /// Name.
    #[serde(default)]
    pub name: String,
    /// Phone.
    #[serde(default)]
    pub phone: String,
    /// E-mail.
    #[serde(default)]
    pub email: String,
}

/// Never written whole, so that no log holds it.
impl std::fmt::Debug for ContactData {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.masked();
        to.debug_tuple("ContactData").field(&shown.name).field(&shown.phone).field(&shown.email).finish()
    }
}

impl ContactData {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.phone.is_empty() && self.email.is_empty()
    }

    /// As it is shown to those who do not need the whole: enough to tell two people apart. The forms
    /// are those in common use for 去标识化 by masking (GB/T 37964-2019, annex A).
    #[must_use]
    pub fn masked(&self) -> Self {
        Self { name: name(&self.name), phone: phone(&self.phone), email: email(&self.email) }
    }
}

/// 王小明 → 王**
fn name(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}**")).unwrap_or_default()
}

/// 13812345678 → 138****5678; of a short number only the end stays.
fn phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(|letter| !letter.is_whitespace()).collect();
    let (start, end) = match digits.len() {
        0 => return String::new(),
        1..=4 => (0, 0),
        5..=9 => (0, 2),
        _ => (3, 4),
    };
    let part = |range: &[char]| range.iter().collect::<String>();
    format!("{}****{}", part(&digits[..start]), part(&digits[digits.len() - end..]))
}

/// wang@example.org → w***@example.org
fn email(email: &str) -> String {
    match email.split_once('@') {
        Some((who, at)) => format!("{}***@{at}", who.chars().next().map(String::from).unwrap_or_default()),
        None if email.is_empty() => String::new(),
        None => "***".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_is_hidden() {
        let of = |name: &str, phone: &str, email: &str| {
            let (name, phone, email) = (name.into(), phone.into(), email.into());
            let shown = ContactData { name, phone, email }.masked();
            (shown.name, shown.phone, shown.email)
        };
        let expected = ("王**".into(), "138****5678".into(), "w***@example.org".into());
        assert_eq!(of("王小明", "13812345678", "wang@example.org"), expected);
        assert_eq!(of("J", "371 6601", "x"), ("J**".into(), "****01".into(), "***".into()));
        assert_eq!(of("", "12", ""), (String::new(), "****".into(), String::new()));
        assert_eq!(of("欧阳", "", "@b"), ("欧**".into(), String::new(), "***@b".into()));
    }

    #[test]
    fn a_log_never_holds_it_whole() {
        let data = ContactData { name: "王小明".into(), phone: "13812345678".into(), email: "wang@b.cn".into() };
        let written = format!("{data:?}");
        for whole in ["王小明", "13812345678", "wang@"] {
            assert!(!written.contains(whole), "{written}");
        }
    }
}
