//! What the tags of a thing mean on a map; the meaning of tags is that of the OpenStreetMap wiki
//! ("Map features").

use crate::tiles::{Kind, Names, latin};
use std::collections::HashMap;

/// What is drawn of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) kind: Kind,
    pub(super) names: Names,
}

/// What a way or an area is; nothing when it is not drawn. `closed` says that it may be an area.
pub(super) fn told<'t>(tags: impl Iterator<Item = (&'t str, &'t str)> + Clone, closed: bool) -> Option<Told> {
    let mut all: Option<HashMap<&str, &str>> = None;
    // Most things have no tag that matters; the table is made only for the others.
    const KEYS: [&str; 10] =
        ["highway", "railway", "waterway", "natural", "landuse", "leisure", "building", "amenity", "water", "place"];
    if tags.clone().any(|(key, _)| KEYS.contains(&key)) {
        all = Some(tags.clone().collect());
    }
    let all = all?;
    let kind = kind(&all, closed)?;
    Some(Told { kind, names: names(tags) })
}

fn kind(tags: &HashMap<&str, &str>, closed: bool) -> Option<Kind> {
    let tag = |key: &str| tags.get(key).copied().unwrap_or("");
    let area = tag("area") == "yes";
    let under = !matches!(tag("tunnel"), "" | "no") || tag("location") == "underground";
    if closed && !matches!(tag("building"), "" | "no") && !under {
        return Some(Kind::Building);
    }
    let road = match tag("highway") {
        "pedestrian" if closed && area => return Some(Kind::Square),
        _ if closed && area => None,
        "motorway" => Some(Kind::Motorway),
        "trunk" => Some(Kind::Trunk),
        "primary" => Some(Kind::Primary),
        "secondary" => Some(Kind::Secondary),
        "tertiary" => Some(Kind::Tertiary),
        "motorway_link" | "trunk_link" | "primary_link" | "secondary_link" | "tertiary_link" => Some(Kind::Link),
        "residential" | "unclassified" | "living_street" | "road" => Some(Kind::Minor),
        "pedestrian" => Some(Kind::Pedestrian),
        "service" | "track" => Some(Kind::Service),
        "footway" | "path" | "cycleway" | "steps" | "bridleway" => Some(Kind::Path),
        _ => None,
    };
    if road.is_some() {
        return road;
    }
    let rail = match tag("railway") {
        _ if under => None,
        "rail" | "light_rail" | "subway" | "narrow_gauge" => Some(Kind::Railway),
        "tram" => Some(Kind::Tram),
        _ => None,
    };
    if rail.is_some() {
        return rail;
    }
    if closed {
        return land(&tag);
    }
    match (tag("waterway"), tag("natural")) {
        _ if under => None,
        ("river" | "canal", _) => Some(Kind::River),
        ("stream" | "ditch" | "drain", _) => Some(Kind::Stream),
        (_, "coastline") => Some(Kind::Coast),
        _ => None,
    }
}

fn land<'t>(tag: &impl Fn(&str) -> &'t str) -> Option<Kind> {
    let water = match (tag("natural"), tag("waterway"), tag("landuse")) {
        ("water", ..) | (_, "riverbank" | "dock", _) | (.., "reservoir" | "basin") => Some(Kind::Water),
        ("coastline", ..) => Some(Kind::Coast),
        _ => None,
    };
    let green = match (tag("leisure"), tag("natural")) {
        ("park" | "garden" | "nature_reserve", _) => Some(Kind::Park),
        ("pitch" | "track" | "stadium" | "sports_centre", _) => Some(Kind::Pitch),
        ("playground" | "golf_course" | "common", _) | (_, "grassland" | "scrub" | "heath") => Some(Kind::Grass),
        (_, "wood") => Some(Kind::Wood),
        _ => None,
    };
    let used = match tag("landuse") {
        "residential" => Some(Kind::Residential),
        "commercial" | "retail" => Some(Kind::Commercial),
        "industrial" | "railway" | "port" => Some(Kind::Industrial),
        "forest" => Some(Kind::Wood),
        "grass" | "meadow" | "village_green" | "recreation_ground" => Some(Kind::Grass),
        "farmland" | "orchard" | "allotments" | "vineyard" | "farmyard" => Some(Kind::Farm),
        "cemetery" => Some(Kind::Cemetery),
        "education" => Some(Kind::Institution),
        _ => None,
    };
    let served = match tag("amenity") {
        "school" | "university" | "college" | "kindergarten" | "hospital" => Some(Kind::Institution),
        "grave_yard" => Some(Kind::Cemetery),
        _ => None,
    };
    let square = (tag("place") == "square").then_some(Kind::Square);
    water.or(green).or(served).or(used).or(square)
}

/// What a point is whose name is drawn.
pub(super) fn point<'t>(tags: impl Iterator<Item = (&'t str, &'t str)>) -> Option<Kind> {
    tags.filter_map(|(key, value)| match (key, value) {
        ("place", "city") => Some(Kind::City),
        ("place", "town") => Some(Kind::Town),
        ("place", "suburb" | "borough") => Some(Kind::Suburb),
        ("place", "quarter" | "neighbourhood") => Some(Kind::Quarter),
        ("place", "village" | "hamlet") => Some(Kind::Village),
        ("railway", "station") => Some(Kind::Station),
        _ => None,
    })
    .next()
}

/// The names of a thing. A Chinese name without an English one is spelled in pinyin.
pub(super) fn names<'t>(tags: impl Iterator<Item = (&'t str, &'t str)>) -> Names {
    let mut names = Names::default();
    let mut simplified = false;
    for (key, value) in tags {
        match key {
            "name" => value.clone_into(&mut names.own),
            // Pages are in simplified letters; `name:zh` may be in either.
            "name:zh-Hans" => {
                value.clone_into(&mut names.zh);
                simplified = true;
            }
            "name:zh" if !simplified => value.clone_into(&mut names.zh),
            "name:en" => value.clone_into(&mut names.en),
            _ => {}
        }
    }
    if names.own.is_empty() {
        let other = if names.zh.is_empty() { &names.en } else { &names.zh };
        names.own = other.clone();
    }
    if names.en.is_empty() {
        names.en = latin(&names.own).unwrap_or_default();
    }
    for other in [&mut names.zh, &mut names.en] {
        if *other == names.own {
            other.clear();
        }
    }
    names
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_in_simplified_letters_goes_before_another_chinese_one() {
        let zh = |tags: &[(&'static str, &'static str)]| super::names(tags.iter().copied()).zh;
        let (own, any, simplified) = (("name", "Monaco"), ("name:zh", "摩納哥"), ("name:zh-Hans", "摩纳哥"));
        assert_eq!(zh(&[own, any, simplified]), "摩纳哥");
        assert_eq!(zh(&[own, simplified, any]), "摩纳哥", "in whatever order");
        assert_eq!(zh(&[own, any]), "摩納哥");
    }
}
