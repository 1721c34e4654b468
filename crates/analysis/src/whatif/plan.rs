//! A scenario joined to the network: where new entrances and crossings lie, what is gone.

use super::{
    base::Base,
    edit::{Edit, EditError},
};
use crate::walk::{Link, Spot, UNREACHED};
use luyuan_domain::{geo::Wgs84, ruleset::Radius};

/// A scenario may have so many crossings: beyond that it is another network.
const MOST_CROSSINGS: usize = 64;

/// A scenario, ready to be computed. It can be filled again and again without being allocated anew.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Ends of crossings: numbered behind the network's nodes, each at the foot of its link.
    pub(super) feet: Vec<Link>,
    /// Ways between ends of crossings and nodes: from, to, centimetres.
    pub(super) ways: Vec<(u32, u32, u32)>,
    /// New gates of each layer.
    pub(super) added: Vec<Vec<Link>>,
    /// Gates of each layer that are gone, ascending.
    pub(super) removed: Vec<Vec<u32>>,
}

impl Plan {
    /// A scenario without an edit.
    pub fn new(base: &Base) -> Self {
        let mut plan = Self::default();
        plan.clear(base);
        plan
    }

    /// Forgets every edit.
    pub fn clear(&mut self, base: &Base) {
        self.feet.clear();
        self.ways.clear();
        for lists in [self.added.len(), base.layers.len()] {
            self.added.resize_with(lists.max(base.layers.len()), Vec::new);
            self.removed.resize_with(lists.max(base.layers.len()), Vec::new);
        }
        self.added.iter_mut().for_each(Vec::clear);
        self.removed.iter_mut().for_each(Vec::clear);
    }

    /// Takes over a list of edits in place of what was there. Entrances of a park that is taken away
    /// go with it, whatever the order.
    ///
    /// # Errors
    /// The first edit that cannot be made, by its position, and why; nothing is kept then.
    pub fn fill(&mut self, base: &Base, edits: &[Edit]) -> Result<(), (usize, EditError)> {
        self.clear(base);
        for (at, edit) in edits.iter().enumerate() {
            if let Err(error) = self.take(base, edit, edits) {
                self.clear(base);
                return Err((at, error));
            }
        }
        self.removed.iter_mut().for_each(|gates| {
            gates.sort_unstable();
            gates.dedup();
        });
        Ok(())
    }

    fn take(&mut self, base: &Base, edit: &Edit, edits: &[Edit]) -> Result<(), EditError> {
        match edit {
            Edit::Park { entrances, square_metres, is_park } => {
                if entrances.is_empty() {
                    return Err(EditError::NoEntrance);
                }
                for at in entrances {
                    let link = joined(base, *at)?;
                    if !self.add(base, link, *square_metres, *is_park) {
                        return Err(EditError::Small { square_metres: *square_metres });
                    }
                }
                Ok(())
            }
            Edit::Entrance { park, at } => {
                let ground = &base.city.parks[known(base, park)? as usize];
                let gone = edits.iter().any(|edit| matches!(edit, Edit::WithoutPark { park: gone } if gone == park));
                let link = joined(base, *at)?;
                if gone || self.add(base, link, ground.square_metres, ground.is_park) {
                    return Ok(());
                }
                Err(EditError::Small { square_metres: ground.square_metres })
            }
            Edit::Crossing { from, to } => self.cross(base, *from, *to),
            Edit::WithoutPark { park } => {
                let park = known(base, park)?;
                self.close(base, park, |_| true);
                Ok(())
            }
            Edit::WithoutEntrance { park, at } => {
                let park = known(base, park)?;
                let entrances = base.city.parks[park as usize].entrances.iter();
                let open = entrances.filter_map(|entrance| Some((entrance.at.cm_to(Spot::of(*at)), entrance.link?)));
                let (_, link) = open.min_by_key(|(cm, _)| *cm).ok_or(EditError::NoEntrance)?;
                self.close(base, park, |gate| gate == link);
                Ok(())
            }
        }
    }

    /// Adds a gate where a ground of this kind and size serves; whether it does anywhere.
    fn add(&mut self, base: &Base, link: Link, square_metres: f64, is_park: bool) -> bool {
        let mut serves = false;
        for (goal, radii) in base.radii.iter().enumerate() {
            let fitting = radii.iter().filter(|radius| Radius::takes(radius, is_park, square_metres));
            let Some(metres) = fitting.map(|radius| radius.metres).max() else { continue };
            for (layer, added) in base.layers.iter().zip(&mut self.added) {
                if layer.goal == goal && layer.metres == metres {
                    added.push(link);
                    serves = true;
                }
            }
        }
        serves
    }

    fn close(&mut self, base: &Base, park: u32, which: impl Fn(Link) -> bool) {
        for (layer, removed) in base.layers.iter().zip(&mut self.removed) {
            let gates = &layer.access.gates;
            let count = u32::try_from(gates.len()).unwrap_or(u32::MAX);
            removed
                .extend((0..count).filter(|gate| gates.get(*gate).is_some_and(|(of, link)| of == park && which(link))));
        }
    }

    fn cross(&mut self, base: &Base, from: Wgs84, to: Wgs84) -> Result<(), EditError> {
        if self.feet.len() >= 2 * MOST_CROSSINGS {
            return Err(EditError::Many { most: MOST_CROSSINGS });
        }
        let straight = Spot::of(from).cm_to(Spot::of(to));
        let ends = [joined(base, from)?, joined(base, to)?];
        let [one, other] = ends.map(|link| self.foot(base, link));
        let length = straight.saturating_add(ends[0].off).saturating_add(ends[1].off);
        self.way(one, other, length);
        Ok(())
    }

    /// Puts a node of its own at the foot of a link, joined to its edge's ends and to the feet that
    /// lie on the same edge already.
    fn foot(&mut self, base: &Base, link: Link) -> u32 {
        let foot = Link { off: 0, ..link };
        let nodes = u32::try_from(base.city.network.len()).unwrap_or(u32::MAX);
        let number = nodes + u32::try_from(self.feet.len()).unwrap_or(u32::MAX);
        for (node, cm) in foot.ends() {
            self.way(number, node, cm);
        }
        for at in 0..self.feet.len() {
            let along = foot.along(&self.feet[at]);
            if along != UNREACHED {
                self.way(number, nodes + u32::try_from(at).unwrap_or(u32::MAX), along);
            }
        }
        self.feet.push(foot);
        number
    }

    fn way(&mut self, from: u32, to: u32, cm: u32) {
        self.ways.extend([(from, to, cm), (to, from, cm)]);
    }
}

/// Where a point joins the network.
fn joined(base: &Base, at: Wgs84) -> Result<Link, EditError> {
    base.grid().nearest(Spot::of(at), base.link_metres).ok_or(EditError::Far { at })
}

fn known(base: &Base, park: &str) -> Result<u32, EditError> {
    base.parks.get(park).copied().ok_or_else(|| EditError::NoPark { park: park.to_owned() })
}
