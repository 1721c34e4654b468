//! What of the made district resembles the real one: rough positions of main roads, of the streets'
//! middles and of the district report's cases. Real names, made lines: not survey data.

/// Longitude and latitude in degrees.
pub(super) type Degrees = [f64; 2];

/// How wide a road is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// A street within a quarter, the width of a planned lane.
    Street,
    /// A road between quarters.
    Road,
    /// One of the ring and the ten by ten trunk roads (一环十纵十横), or as wide.
    Trunk,
}

impl Class {
    /// Half of its width, in metres.
    pub(super) fn half_width(self) -> f64 {
        match self {
            Self::Street => 8.0,
            Self::Road => 13.0,
            Self::Trunk => 22.0,
        }
    }
}

/// A road as it is planned: straight between two points; it bends when the whole plan is bent.
pub(super) struct Road {
    pub(super) name: &'static str,
    pub(super) class: Class,
    pub(super) from: Degrees,
    pub(super) to: Degrees,
}

const fn road(name: &'static str, class: Class, from: Degrees, to: Degrees) -> Road {
    Road { name, class, from, to }
}

/// Roads in the order in which they are laid: a later one ends at an earlier one.
pub(super) const ROADS: [Road; 24] = [
    road("嵩山路", Class::Trunk, [113.6272, 34.775], [113.6165, 34.590]),
    road("大学路", Class::Trunk, [113.6402, 34.775], [113.6370, 34.636]),
    road("京广路", Class::Trunk, [113.6502, 34.775], [113.6462, 34.640]),
    road("南四环", Class::Trunk, [113.5360, 34.6575], [113.680, 34.6560]),
    road("西四环", Class::Trunk, [113.5365, 34.730], [113.5360, 34.6560]),
    road("桐柏路", Class::Trunk, [113.6075, 34.725], [113.6045, 34.6560]),
    road("西三环", Class::Trunk, [113.5835, 34.725], [113.5838, 34.6560]),
    road("陇海路", Class::Trunk, [113.600, 34.7392], [113.680, 34.7384]),
    road("航海路", Class::Trunk, [113.600, 34.7196], [113.680, 34.7186]),
    road("南三环", Class::Trunk, [113.5837, 34.6892], [113.680, 34.6884]),
    road("长江路", Class::Trunk, [113.5836, 34.7016], [113.680, 34.7022]),
    road("中原路", Class::Trunk, [113.610, 34.7486], [113.6498, 34.7482]),
    road("建设路", Class::Trunk, [113.610, 34.7562], [113.6500, 34.7556]),
    road("金水路", Class::Trunk, [113.6500, 34.7612], [113.6570, 34.7606]),
    road("郑密路", Class::Road, [113.6205, 34.6885], [113.6010, 34.6290]),
    road("马寨大道", Class::Road, [113.495, 34.6905], [113.5362, 34.6935]),
    road("侯寨路", Class::Road, [113.5362, 34.6420], [113.6370, 34.6445]),
    road("淮河路", Class::Road, [113.600, 34.7326], [113.6488, 34.7322]),
    road("政通路", Class::Road, [113.600, 34.7266], [113.6385, 34.7262]),
    road("兴华街", Class::Road, [113.6334, 34.7388], [113.6330, 34.7190]),
    road("人和路", Class::Road, [113.6030, 34.6962], [113.6390, 34.6955]),
    road("红云路", Class::Road, [113.6382, 34.6958], [113.670, 34.6954]),
    road("交通路", Class::Street, [113.6450, 34.7388], [113.6444, 34.7190]),
    road("福华街", Class::Street, [113.6560, 34.7388], [113.6556, 34.7190]),
];

/// 淮园 lies at the corner of two roads, on the side where this point is.
pub(super) const HUAIYUAN: (Degrees, [&str; 2]) = ([113.6252, 34.7276], ["嵩山路", "政通路"]);

/// The trial section of 京广路: the road, and the two that it lies between.
pub(super) const TRIAL: (&str, [&str; 2]) = ("京广路", ["长江路", "红云路"]);
/// How many compounds stand beside it, and how near is beside.
pub(super) const TRIAL_COMPOUNDS: usize = 8;
pub(super) const BESIDE: f64 = 70.0;

/// Rough middle of each street, and how many compounds without a managing body a community of it
/// has beside one of the densest: the old town has most of them.
pub(super) const STREETS: [(&str, Degrees, f64); 16] = [
    ("410103001", [113.6285, 34.7295], 1.0),
    ("410103003", [113.6505, 34.7600], 1.0),
    ("410103004", [113.6555, 34.7445], 1.0),
    ("410103005", [113.6455, 34.7500], 1.0),
    ("410103006", [113.6310, 34.7580], 0.9),
    ("410103007", [113.6345, 34.7440], 1.0),
    ("410103008", [113.6445, 34.7330], 1.0),
    ("410103009", [113.6565, 34.7290], 1.0),
    ("410103010", [113.6592, 34.7530], 1.0),
    ("410103011", [113.6205, 34.7085], 0.7),
    ("410103012", [113.6490, 34.7000], 0.7),
    ("410103013", [113.6375, 34.7105], 0.8),
    ("410103014", [113.6040, 34.6960], 0.25),
    ("410103015", [113.5960, 34.6440], 0.04),
    ("410103016", [113.6320, 34.6700], 0.1),
    ("410103100", [113.5350, 34.6800], 0.04),
];

/// Communities whose place matters, with a point that they lie nearest to.
pub(super) const COMMUNITIES: [(&str, Degrees); 8] = [
    ("410103012012", [113.6484, 34.6990]), // 祥云社区, beside the trial section
    ("410103012003", [113.6560, 34.6955]), // 红云路社区
    ("410103001009", [113.6240, 34.7340]), // 绿云社区
    ("410103001004", [113.6332, 34.7300]), // 兴华街社区
    ("410103001007", [113.6290, 34.7262]), // 政通路社区
    ("410103001006", [113.6240, 34.7390]), // 陇海路社区
    ("410103015010", [113.5960, 34.6440]), // 侯寨社区
    ("410103100001", [113.5300, 34.6910]), // 马寨社区
];

/// Compounds of the district's report of 2020: code, name, year of building. 绿云小区's year is made.
pub(super) const COMPOUNDS: [(&str, &str, u32); 2] =
    [("410103012012001", "金祥花园", 1996), ("410103001009001", "绿云小区", 1992)];

/// The village of the district's report that the list of 2023 no longer has, shown as a part of a
/// community of 马寨镇; which one is made.
pub(super) const VILLAGE: (&str, &str) = ("410103100006", "中河村");

/// How densely an area is built: middles, the size of a block there in square metres, and how far
/// that holds and from where the open country's size holds, in metres.
pub(super) const CENTRES: [(Degrees, f64, f64, f64); 4] = [
    ([113.6420, 34.7400], 25_000.0, 3_600.0, 9_500.0),
    ([113.6250, 34.7050], 42_000.0, 1_800.0, 6_500.0),
    ([113.5280, 34.6900], 60_000.0, 900.0, 4_000.0),
    ([113.5980, 34.6450], 80_000.0, 700.0, 3_500.0),
];
/// The size of a block in the open country, in square metres.
pub(super) const OPEN: f64 = 420_000.0;
