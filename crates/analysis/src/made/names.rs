//! Names: what the lists' names mean as places, and plausible ones for what is made.

use super::rng::Rng;
use std::collections::HashSet;

/// A community's short name: 祥云社区居民委员会 → 祥云社区, 张寨村委会 → 张寨村,
/// 郑州火车站地区拟居委会 → 郑州火车站地区.
pub fn short(name: &str) -> String {
    if let Some((stem, _)) = name.split_once("社区") {
        return format!("{stem}社区");
    }
    let endings = ["村民委员会", "村委会"];
    if let Some(stem) = endings.iter().find_map(|ending| name.strip_suffix(ending)) {
        return format!("{}村", stem.trim_end_matches('村'));
    }
    let endings = ["拟居委会", "居民委员会", "居委会"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_owned()
}

/// Whether a listed name is a village's (村) and not a community's (社区).
pub fn is_village(name: &str) -> bool {
    name.ends_with("村委会") || name.ends_with("村民委员会")
}

/// The part of a community's name that other names are made of: 祥云, 尖岗.
pub(super) fn stem(name: &str) -> String {
    let short = short(name);
    short.trim_end_matches("社区").trim_end_matches('村').to_owned()
}

/// Kinds of workplaces that built homes for their people before 2000.
const WORKS: [&str; 44] = [
    "纺织机械厂",
    "食品公司",
    "第三建筑公司",
    "粮油机械厂",
    "印刷二厂",
    "汽车配件厂",
    "搪瓷厂",
    "木材公司",
    "百货公司",
    "五金公司",
    "煤炭公司",
    "外贸公司",
    "供销社",
    "地质队",
    "勘测队",
    "水利局",
    "农机公司",
    "轴承厂",
    "橡胶厂",
    "面粉厂",
    "仪表厂",
    "毛纺厂",
    "油脂厂",
    "邮电局",
    "铁路工务段",
    "铁路机务段",
    "铁路车辆段",
    "建材公司",
    "电器厂",
    "药材公司",
    "粮食局",
    "园林处",
    "市政公司",
    "公交公司",
    "自来水公司",
    "客运公司",
    "糖酒公司",
    "蔬菜公司",
    "服装厂",
    "塑料厂",
    "砂轮厂",
    "拖拉机配件厂",
    "标准件厂",
    "化工机械厂",
];

/// Hands out names, each once.
#[derive(Default)]
pub(super) struct Names {
    used: HashSet<String>,
    works: usize,
}

impl Names {
    /// A compound's name: the road beside it and a house number, or whose people it was built for.
    /// The names of workplaces are made and each is used once.
    pub(super) fn compound(&mut self, road: Option<&str>, stem: &str, rng: &mut Rng) -> String {
        if self.works < WORKS.len() && rng.below(12) == 0 {
            self.works += 1;
            return self.once(format!("{}家属院", WORKS[self.works - 1]));
        }
        let from = road.unwrap_or(stem);
        let ending = *rng.pick(&["号院", "号院", "号院", "号家属院"]);
        // The lowest free number from some way up the street.
        let first = 1 + rng.below(160);
        let number = (first..).find(|number| !self.used.contains(&format!("{from}{number}")));
        let number = number.unwrap_or(first);
        self.used.insert(format!("{from}{number}"));
        self.once(format!("{from}{number}{ending}"))
    }

    /// A park's name after what is near, by its size in square metres.
    pub(super) fn park(&mut self, near: &str, area: f64) -> String {
        let kind = match area {
            area if area >= 100_000.0 => "郊野公园",
            area if area >= 5_000.0 => "公园",
            area if area >= 1_500.0 => "游园",
            _ => "街角绿地",
        };
        let more = ["", "第二", "第三", "第四", "第五", "第六", "第七", "第八", "第九"];
        let names = more.map(|number| format!("{near}{number}{kind}"));
        let free = names.iter().find(|name| !self.used.contains(*name)).cloned();
        self.once(free.unwrap_or_else(|| format!("{near}{kind}")))
    }

    /// The name itself, or with a number when it is taken.
    pub(super) fn once(&mut self, name: String) -> String {
        let mut free = name.clone();
        let mut number = 2;
        while !self.used.insert(free.clone()) {
            free = format!("{name}（{number}）");
            number += 1;
        }
        free
    }
}
