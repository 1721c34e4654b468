//! The relations that are wanted: grounds, residential land and buildings of several rings.

use super::tags::{Tagged, Tags};
use osmpbf::{PrimitiveBlock, RelMemberType};

/// A wanted relation.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) id: i64,
    pub(super) tagged: Tagged,
    /// Ways of the outer and of the inner rings.
    pub(super) outer: Vec<i64>,
    pub(super) inner: Vec<i64>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) relations: Vec<Relation>,
    /// Their ways, sorted.
    members: Vec<i64>,
}

impl Wanted {
    pub(super) fn take(&mut self, block: &PrimitiveBlock, tags: &mut Tags<'_>) {
        for relation in block.groups().flat_map(|group| group.relations()) {
            let area =
                relation.tags().any(|(key, value)| key == "type" && matches!(value, "multipolygon" | "boundary"));
            if !area {
                continue;
            }
            let tagged = tags.read(relation.tags());
            if !(tagged.is_ground() || tagged.is_residential() || tagged.building) {
                continue;
            }
            let (mut outer, mut inner) = (Vec::new(), Vec::new());
            for member in relation.members().filter(|member| member.member_type == RelMemberType::Way) {
                match member.role() {
                    Ok("inner") => inner.push(member.member_id),
                    _ => outer.push(member.member_id),
                }
            }
            self.members.extend(outer.iter().chain(&inner));
            self.relations.push(Relation { id: relation.id(), tagged, outer, inner });
        }
    }

    pub(super) fn close(&mut self) {
        self.members.sort_unstable();
        self.members.dedup();
    }

    pub(super) fn names(&self, way: i64) -> bool {
        self.members.binary_search(&way).is_ok()
    }
}
