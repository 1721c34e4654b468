//! What the address of the page asks for.

use super::edits;
use crate::{fault::Fault, viewer::encode};
use luyuan_app::green::{Edit, MOST_EDITS, Measured};

/// What the address asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Which ruleset.
    pub rules: Option<String>,
    /// Which goal of it, by its code.
    pub goal: Option<String>,
    /// Inside which place.
    pub inside: Option<String>,
    /// By what the table is sorted.
    pub sort: Option<String>,
    /// What is tried.
    pub edits: Vec<Edit>,
}

impl Asked {
    /// Reads the query of an address.
    pub fn read(query: &[(String, String)]) -> Result<Self, Fault> {
        let mut asked = Self::default();
        for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
            match name.as_str() {
                "rules" => asked.rules = Some(value.clone()),
                "goal" => asked.goal = Some(value.clone()),
                "in" => asked.inside = Some(value.clone()),
                "sort" => asked.sort = Some(value.clone()),
                "edit" => {
                    let edit = edits::read(value).ok_or_else(|| Fault::query("edit", "green_edit", value))?;
                    asked.edits.push(edit);
                }
                _ => {}
            }
        }
        match asked.edits.len() > MOST_EDITS {
            true => Err(Fault::query("edit", "green_many", MOST_EDITS)),
            false => Ok(asked),
        }
    }

    /// The position of the goal that is meant; the last of the rules when none is named, which is the
    /// park of 300米见绿、500米见园.
    pub fn goal(&self, measured: &Measured) -> usize {
        let goals = &measured.rules.goals;
        let named = self.goal.as_deref().and_then(|code| goals.iter().position(|goal| goal.code == code));
        named.unwrap_or(goals.len().saturating_sub(1))
    }

    /// The address of the page with other edits.
    pub fn address(&self, edits: &[Edit]) -> String {
        self.written(self.inside.as_deref(), self.sort.as_deref(), edits)
    }

    /// The address of the same inside a place.
    pub fn inside(&self, code: &str) -> String {
        self.written(Some(code), self.sort.as_deref(), &self.edits)
    }

    /// The address of the same for the whole district.
    pub fn whole(&self) -> String {
        self.written(None, self.sort.as_deref(), &self.edits)
    }

    /// The address of the same sorted in another way.
    pub fn sorted(&self, by: &str) -> String {
        self.written(self.inside.as_deref(), Some(by), &self.edits)
    }

    fn written(&self, inside: Option<&str>, sort: Option<&str>, edits: &[Edit]) -> String {
        let named = [("rules", self.rules.as_deref()), ("goal", self.goal.as_deref()), ("in", inside), ("sort", sort)];
        let named = named.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned())));
        let edits = edits.iter().map(|edit| ("edit", edits::written(edit)));
        let pairs: Vec<String> = named.chain(edits).map(|(name, value)| format!("{name}={}", encode(&value))).collect();
        if pairs.is_empty() { "/green".into() } else { format!("/green?{}", pairs.join("&")) }
    }
}
