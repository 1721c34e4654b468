use super::*;

const SHIPPED: [(&str, &str); 8] = [
    ("green-300-500.toml", include_str!("../../../../../data/erqi/rulesets/green-300-500.toml")),
    ("green-gb50563-2010.toml", include_str!("../../../../../data/erqi/rulesets/green-gb50563-2010.toml")),
    ("green-garden-city-2016.toml", include_str!("../../../../../data/erqi/rulesets/green-garden-city-2016.toml")),
    ("green-garden-city-2022.toml", include_str!("../../../../../data/erqi/rulesets/green-garden-city-2022.toml")),
    ("green-gb55014-2021.toml", include_str!("../../../../../data/erqi/rulesets/green-gb55014-2021.toml")),
    ("green-3-30-300.toml", include_str!("../../../../../data/erqi/rulesets/green-3-30-300.toml")),
    ("green-angst.toml", include_str!("../../../../../data/erqi/rulesets/green-angst.toml")),
    ("green-who-2016.toml", include_str!("../../../../../data/erqi/rulesets/green-who-2016.toml")),
];

fn read(name: &str) -> GreenRules {
    let (name, text) = SHIPPED.iter().find(|(own, _)| *own == name).unwrap();
    GreenRules::parse(name, text).unwrap()
}

/// How far a ground serves by a goal, in metres; nothing when it does not count.
fn serves(rules: &GreenRules, goal: &str, is_park: bool, m2: f64, historic: bool) -> Option<u32> {
    let takes = |radius: &&Radius| radius.takes(is_park, m2) && (historic || !radius.historic);
    rules.radii_of(goal).filter(takes).map(|radius| radius.metres).max()
}

/// The radii of the standards, size by size.
#[test]
fn the_radii_are_those_of_the_standards() {
    let [of_2010, of_2016, of_2022] =
        ["green-gb50563-2010.toml", "green-garden-city-2016.toml", "green-garden-city-2022.toml"].map(read);
    let sizes = [399.0, 400.0, 1_000.0, 1_999.0, 2_000.0, 4_999.9, 5_000.0];
    let row = |rules: &GreenRules, historic| sizes.map(|m2| serves(rules, "coverage", true, m2, historic));
    assert_eq!(row(&of_2010, false), [None, None, None, None, None, None, Some(500)]);
    assert_eq!(row(&of_2010, true), [None, None, Some(300), Some(300), Some(300), Some(300), Some(500)]);
    assert_eq!(row(&of_2016, false), [None, None, None, None, Some(300), Some(300), Some(500)]);
    assert_eq!(row(&of_2022, false), [None, Some(300), Some(300), Some(300), Some(300), Some(300), Some(500)]);
    assert_eq!(serves(&of_2022, "coverage", false, 9_000.0, false), None, "a green is no park");
    let promise = read("green-300-500.toml");
    assert_eq!(serves(&promise, "green", true, 1.0, false), Some(300), "a park is green too");
    assert_eq!(
        (serves(&promise, "park", true, 1.0, false), serves(&promise, "park", false, 1.0, false)),
        (Some(500), None)
    );
}

#[test]
fn every_shipped_set_is_read_and_says_what_it_leaves_out() {
    let all: Vec<GreenRules> = SHIPPED.iter().map(|(name, text)| GreenRules::parse(name, text).unwrap()).collect();
    assert!(all.iter().all(|rules| !rules.goals.is_empty() && !rules.provenance.source.is_empty()));
    let binding = read("green-gb55014-2021.toml");
    assert_eq!((binding.goals[0].percent, binding.goals[0].strictly), (Some(80.0), true));
    assert_eq!((binding.per_person[0].m2, binding.per_person[0].strictly), (8.0, true));
    assert_eq!(read("green-3-30-300.toml").not_computed.len(), 2);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let text = SHIPPED[2].1;
    let wrong = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        GreenRules::parse("x.toml", &text.replacen(from, to, 1)).unwrap_err()
    };
    let code = |from, to| (wrong(from, to).problem.code(), wrong(from, to).line > 0);
    assert_eq!(code("measure = \"straight\"", "measure = \"by bus\""), ("ruleset_unknown_code", true));
    assert_eq!(code("goal = \"coverage\"", "goal = \"other\""), ("ruleset_unknown_code", true));
    assert_eq!(code("metres = 500", "metres = 0"), ("ruleset_number", true));
    assert_eq!(code("below_m2 = 5000", "below_m2 = 2000"), ("ruleset_number", true));
    assert_eq!(code("ground = \"park\"", "ground = \"sea\""), ("ruleset_unknown_code", true));
    let bare = text.replace("goal = \"coverage\"\n", "goal = \"second\"\n").replace(
        "[[goal]]\ncode = \"coverage\"",
        "[[goal]]\ncode = \"second\"\nzh = \"二\"\nen = \"two\"\nmeasure = \"straight\"\nstatus = \"made\"\nsource = \"x\"\n\n[[goal]]\ncode = \"coverage\"",
    );
    assert_eq!(GreenRules::parse("x.toml", &bare).unwrap_err().problem.code(), "ruleset_missing");
}
