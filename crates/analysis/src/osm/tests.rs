use super::*;
use std::fs;

fn rules() -> WalkRules {
    WalkRules::parse("walking-2020.toml", include_str!("../../../../data/erqi/rulesets/walking-2020.toml")).unwrap()
}

fn file(name: &str) -> Vec<u8> {
    fs::read(format!("{}/../../data/osm/{name}.osm.pbf", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn of(bytes: &[u8], cut: &Cut) -> Result<(Draft, Left), OsmError> {
    read(|| Ok(bytes), cut, &rules(), |_| {})
}

#[test]
fn see() {
    for name in ["monaco", "helsinki", "heidelberg"] {
        let bytes = file(name);
        let (draft, left) = of(&bytes, &Cut::Whole).unwrap();
        println!(
            "{name}: nodes {} edges {} grounds {} buildings {} residential {} streets {} {left:?}",
            draft.network.len(),
            draft.network.edge_count(),
            draft.grounds.len(),
            draft.buildings.len(),
            draft.residential.len(),
            draft.streets.len()
        );
        let (city, findings) = draft.join(&rules());
        println!("{} {findings:?}", city.residents());
    }
}
