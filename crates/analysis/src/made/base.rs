//! The made district as a base map: its roads by their width, parks, compounds and buildings.

use super::{
    Drawing, MADE, MadeKind,
    plan::{Class, ROADS},
    short,
};
use crate::tiles::{Base, Feature, Kind, Names, World};

/// A base map of what was drawn; it says that nobody surveyed it.
pub fn base(drawing: &Drawing) -> Base {
    let mut features: Vec<Feature> = drawing
        .lanes
        .iter()
        .map(|(wide, line)| Feature::line(if *wide { Kind::Minor } else { Kind::Service }, Names::default(), line))
        .collect();
    for place in &drawing.places {
        let names = Names::of(&place.name);
        match (place.kind, &place.line) {
            (MadeKind::Road, Some(lines)) => {
                // 京广路（航海路—长江路） is a section of 京广路.
                let road = place.name.split('（').next().unwrap_or_default();
                let kind = class(road);
                features.extend(lines.iter().map(|line| Feature::line(kind, Names::of(road), line)));
            }
            (MadeKind::Park, _) => features.push(Feature::area(Kind::Park, names, &place.area)),
            (MadeKind::Compound, _) => features.push(Feature::area(Kind::Residential, names, &place.area)),
            (MadeKind::Building, _) => {
                features.push(Feature::area(Kind::Building, Names::default(), &place.area));
            }
            (MadeKind::Street, _) => {
                let Some(at) = super::centre(&place.area) else { continue };
                let names = Names::of(&short(&place.name));
                features.push(Feature::point(Kind::Suburb, names, World::of(at.x, at.y)));
            }
            _ => {}
        }
    }
    Base::new(MADE.to_owned(), features)
}

fn class(road: &str) -> Kind {
    match ROADS.iter().find(|known| known.name == road).map(|known| known.class) {
        Some(Class::Trunk) => Kind::Primary,
        Some(Class::Road) => Kind::Secondary,
        Some(Class::Street) | None => Kind::Tertiary,
    }
}
