//! Names and rough positions of the made district: real names of streets and roads, made lines.

use super::{
    Block, Made,
    cells::{Rng, inside_box},
};
use geo::{Contains, Coord, MultiPolygon, Point, Polygon};

const fn at(x: f64, y: f64) -> Coord {
    Coord { x, y }
}

/// Where 淮园 lies: the corner of 嵩山路 and 政通路, roughly.
pub(super) const HUAIYUAN: Coord = at(113.6275, 34.7275);

/// Rough middle of each street, so that the made map resembles the real one. Not survey data.
const ANCHORS: [(&str, Coord); 16] = [
    ("淮河路", at(113.631, 34.733)),
    ("铭功路", at(113.653, 34.759)),
    ("一马路", at(113.658, 34.745)),
    ("蜜蜂张", at(113.643, 34.748)),
    ("五里堡", at(113.650, 34.728)),
    ("大学路", at(113.641, 34.735)),
    ("建中街", at(113.641, 34.756)),
    ("福华街", at(113.655, 34.736)),
    ("德化街", at(113.662, 34.753)),
    ("嵩山路", at(113.626, 34.716)),
    ("京广路", at(113.647, 34.714)),
    ("长江路", at(113.638, 34.701)),
    ("人和路", at(113.615, 34.690)),
    ("侯寨", at(113.600, 34.645)),
    ("金水源", at(113.632, 34.672)),
    ("马寨", at(113.545, 34.675)),
];

/// Rough lines of main roads; clipped to the district. Made, with real names.
pub(super) const ROADS: [(&str, [Coord; 3]); 14] = [
    ("京广路", [at(113.652, 34.770), at(113.648, 34.720), at(113.645, 34.600)]),
    ("嵩山路", [at(113.630, 34.770), at(113.627, 34.720), at(113.617, 34.600)]),
    ("大学路", [at(113.644, 34.770), at(113.640, 34.720), at(113.633, 34.600)]),
    ("桐柏路", [at(113.612, 34.770), at(113.610, 34.700), at(113.602, 34.600)]),
    ("兴华街", [at(113.6355, 34.745), at(113.635, 34.730), at(113.6345, 34.718)]),
    ("陇海路", [at(113.490, 34.744), at(113.600, 34.744), at(113.680, 34.742)]),
    ("淮河路", [at(113.590, 34.7355), at(113.630, 34.7350), at(113.665, 34.7345)]),
    ("政通路", [at(113.620, 34.7285), at(113.630, 34.7280), at(113.642, 34.7275)]),
    ("人和路", [at(113.612, 34.7235), at(113.625, 34.7230), at(113.641, 34.7225)]),
    ("航海路", [at(113.490, 34.7185), at(113.600, 34.7180), at(113.680, 34.7175)]),
    ("红云路", [at(113.642, 34.7115), at(113.650, 34.7110), at(113.658, 34.7105)]),
    ("长江路", [at(113.490, 34.7015), at(113.600, 34.7010), at(113.680, 34.7005)]),
    ("南三环", [at(113.490, 34.6875), at(113.600, 34.6880), at(113.680, 34.6885)]),
    ("南四环", [at(113.490, 34.6500), at(113.600, 34.6520), at(113.680, 34.6540)]),
];

/// A street's rough middle, or some point inside for one that is not known.
pub(super) fn anchor(name: &str, boundary: &Polygon, rng: &mut Rng) -> Coord {
    let known = ANCHORS.iter().find(|(part, _)| name.starts_with(part)).map(|(_, anchor)| *anchor);
    let known = known.filter(|anchor| boundary.contains(&Point::from(*anchor)));
    known.unwrap_or_else(|| inside_box(&MultiPolygon(vec![boundary.clone()]), rng))
}

/// A community's short name: 祥云社区居民委员会 → 祥云社区, 张寨村委会 → 张寨村.
pub fn short(name: &str) -> String {
    let endings = [
        ("社区居民管理委员会", "社区"),
        ("社区居民委员会", "社区"),
        ("社区居委会", "社区"),
        ("居民委员会", "社区"),
        ("居委会", "社区"),
        ("村民委员会", "村"),
        ("村委会", "村"),
    ];
    let fitting = endings.iter().find_map(|(long, brief)| name.strip_suffix(long).map(|stem| format!("{stem}{brief}")));
    fitting.unwrap_or_else(|| name.to_owned())
}

/// A compound's name: the community's and a house number, unique within it.
pub(super) fn compound(community: &str, number: usize, rng: &mut Rng) -> String {
    let stem = short(community);
    let stem = stem.trim_end_matches("社区").trim_end_matches('村');
    let kind = ["号院", "号家属院", "号小区"][usize::try_from(rng.below(3)).unwrap_or(0)];
    format!("{stem}{}{kind}", number * 2 + 1)
}

/// Names the compounds of which the district's own report of 2020 speaks.
pub(super) fn scenario_compounds(made: &mut [(Made, Block)]) {
    for (community, name, built) in [("410103012012", "金祥花园", 1996), ("410103001009", "绿云小区", 1990)] {
        if let Some((compound, _)) = made.iter_mut().find(|(compound, _)| compound.parent.as_deref() == Some(community))
        {
            name.clone_into(&mut compound.name);
            compound.built = built;
        }
    }
}

/// A park's name by number and size in metres.
pub(super) fn park(number: usize, size: f64) -> String {
    let kind = if size > 150.0 {
        "公园"
    } else if size > 70.0 {
        "游园"
    } else {
        "街角绿地"
    };
    format!("示例{number}号{kind}")
}
