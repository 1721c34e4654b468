//! The shipped catalogues, searching them, and checking answers to their questions.

use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

const HEADER: &str = include_str!("../../../../data/erqi/rulesets/catalogue-2026.toml");
const OLD: &str = include_str!("../../../../data/erqi/rulesets/catalogue-2013.toml");
const ITEMS: &str = include_str!("../../../../data/erqi/rulesets/catalogue-gbt47678-2026.csv");
const PLAIN: &str = include_str!("../../../../data/erqi/rulesets/catalogue-plain.toml");

fn part(name: &str) -> Option<&'static str> {
    match name {
        "catalogue-gbt47678-2026.csv" => Some(ITEMS),
        "catalogue-gbt30428-2013.csv" => {
            Some(include_str!("../../../../data/erqi/rulesets/catalogue-gbt30428-2013.csv"))
        }
        "catalogue-local.csv" => Some(include_str!("../../../../data/erqi/rulesets/catalogue-local.csv")),
        "catalogue-plain.toml" => Some(PLAIN),
        "catalogue-attributes.toml" => Some(include_str!("../../../../data/erqi/rulesets/catalogue-attributes.toml")),
        "catalogue-disorders.toml" => Some(include_str!("../../../../data/erqi/rulesets/catalogue-disorders.toml")),
        _ => None,
    }
}

static NEW: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load("catalogue-2026.toml", HEADER, &part).unwrap());

#[test]
fn the_standard_is_complete() {
    let class = |class: &str| NEW.category.iter().filter(|category| category.code.starts_with(class)).count();
    let counts = ["E01", "E02", "E03", "E04", "E05", "E06", "E07", "E08", "E09", "E10"].map(class);
    assert_eq!(counts, [76, 44, 16, 14, 3, 51, 7, 16, 21, 2], "by class");
    assert_eq!(NEW.category.iter().filter(|category| category.is_fault()).count(), 153, "components");
    assert_eq!(NEW.category.iter().filter(|category| !category.is_local()).count(), 250, "events");
    for gap in ["E01016", "E06031", "E07005", "E09007", "E05001", "E05004", "E05008"] {
        assert!(NEW.get(gap).is_none(), "{gap} is a gap of the standard");
    }
    assert!(NEW.category.iter().all(|category| category.en.is_ascii() || category.en.contains('ç')), "English names");
}

#[test]
fn a_category_keeps_the_standards_name_and_code() {
    let lamp = NEW.get("E01037").unwrap();
    assert_eq!((lamp.zh.as_str(), lamp.standard.as_str(), lamp.plain), ("路灯不亮", "路灯异常", true));
    assert_eq!(lamp.official_code("410103").as_deref(), Some("41010301037"));
    assert_eq!(NEW.get("L0102").unwrap().official_code("410103"), None);
    assert_eq!(NEW.get("L0102").unwrap().urgency, Urgency::Utility);
    assert_eq!(NEW.get("L9001").unwrap().kind, Kind::Enquiry);
    assert!(NEW.get("E99999").is_none());
}

#[test]
fn residents_choose_from_eight_headings() {
    assert_eq!(NEW.group.len(), 8);
    let plain: Vec<_> = NEW.category.iter().take_while(|category| category.plain).collect();
    assert_eq!(plain.len(), NEW.category.iter().filter(|category| category.plain).count(), "they come first");
    assert_eq!((plain.len(), plain[0].code.as_str()), (32, "E01037"));
    for group in &NEW.group {
        let shown = NEW.in_group(&group.code).filter(|category| category.plain).count();
        assert!((2..=6).contains(&shown), "{} shows {shown}", group.code);
    }
}

#[test]
fn the_older_edition_is_a_part_with_the_same_codes() {
    let old = Catalogue::load("catalogue-2013.toml", OLD, &part).unwrap();
    assert_eq!((old.edition.as_str(), old.status), ("GB/T 30428.2-2013", Status::Assumed));
    assert!(old.category.len() < NEW.category.len());
    for category in &old.category {
        assert_eq!(NEW.get(&category.code), Some(category), "an order keeps its category over the change");
    }
}

#[test]
fn ten_disorders_nine_of_them_by_law() {
    assert_eq!(NEW.disorder.len(), 10);
    let assumed: Vec<_> =
        NEW.disorder.iter().filter(|disorder| disorder.provenance.status != Status::Official).collect();
    assert_eq!(assumed.iter().map(|disorder| disorder.code.as_str()).collect::<Vec<_>>(), ["dumping"]);
    assert_eq!(NEW.disorder_of("E09010").map(|disorder| disorder.zh.as_str()), Some("乱停放"));
    assert!(NEW.disorder_of("E01037").is_none());
}

#[test]
fn plain_words_find_the_category() {
    for (typed, code) in [
        ("路灯", "E01037"),
        ("灯不亮", "E01037"),
        ("灯不亮了", "E01037"),
        ("楼下的路灯三天不亮了", "E01037"),
        ("灯坏了不亮", "E01037"),
        ("路灯井盖", "E01006"),
        ("井盖", "E01023"),
        ("井盖丢了", "E01023"),
        ("manhole", "E01023"),
        ("the manhole cover is missing", "E01023"),
        ("gas manhole", "E01011"),
        ("streetlight", "E01037"),
        ("Street Lights", "E01037"),
        ("垃圾没人收", "E06010"),
        ("垃圾桶满了", "E06042"),
        ("rubbish", "E06010"),
        ("漏水", "L0101"),
        ("停水", "L0101"),
        ("停电", "L0102"),
        ("没暖气", "L0104"),
        ("暖气不热", "L0104"),
        ("电梯坏了", "L0106"),
        ("noise", "E06028"),
        ("噪音", "E06028"),
        ("违建", "E06001"),
        ("楼道堆物", "E06036"),
        ("公厕", "E03001"),
        ("健身器材坏了", "E01046"),
        ("无障碍坡道", "E06052"),
        ("乱停车", "E09009"),
        ("共享单车", "E09011"),
        ("树枝", "E04002"),
        ("abandoned vehicle", "E06034"),
        ("僵尸车", "E06034"),
        ("红绿灯", "E02014"),
        ("pothole", "E06013"),
        ("ice", "E10001"),
        ("咨询", "L9001"),
        ("建议", "L0202"),
        ("Ｌ９００２", "L9002"),
        ("e06012", "E06012"),
    ] {
        let first = NEW.search(typed, 3).first().map(|category| category.code.as_str());
        assert_eq!(first, Some(code), "{typed}: {:?}", NEW.search(typed, 3).iter().map(|c| &c.zh).collect::<Vec<_>>());
    }
    for nothing in ["", "  。", "量子力学", "xyzzy", "🙂"] {
        assert!(NEW.search(nothing, 5).is_empty(), "{nothing}");
    }
    assert_eq!(NEW.search("井盖", 4).len(), 4);
}

proptest! {
    #[test]
    fn every_name_finds_itself_among_the_first(at in 0_usize..261) {
        let category = &NEW.category[at];
        for name in [&category.zh, &category.standard] {
            let found = NEW.search(name, 3);
            prop_assert!(found.iter().any(|other| other.code == category.code), "{}", name);
        }
    }

    #[test]
    fn any_text_is_searched_without_a_panic(text in "\\PC{0,300}") {
        prop_assert!(NEW.search(&text, 7).len() <= 7);
    }
}

#[test]
fn a_wrong_catalogue_is_refused_with_file_line_and_code() {
    let refused = |name: &'static str, from: &str, to: &str| {
        let broken: String = match name {
            "catalogue-2026.toml" => HEADER.replacen(from, to, 1),
            _ => part(name).unwrap().replacen(from, to, 1),
        };
        let broken: &'static str = broken.leak();
        let header = if name == "catalogue-2026.toml" { broken } else { HEADER };
        let parts = |wanted: &str| if wanted == name { Some(broken) } else { part(wanted) };
        let wrong = Catalogue::load("catalogue-2026.toml", header, &parts).unwrap_err();
        (wrong.file, wrong.line, wrong.problem.code())
    };
    let items = "catalogue-gbt47678-2026.csv";
    assert_eq!(refused(items, "E01001,", "E01002,"), (items.into(), 5, "ruleset_repeated_code"));
    assert_eq!(refused(items, "E01001,", "X01001,"), (items.into(), 4, "ruleset_unknown_code"));
    assert_eq!(refused(items, "light,general", "heavy,general"), (items.into(), 4, "ruleset_unknown_code"));
    assert_eq!(refused(items, "light,general", "light,soon"), (items.into(), 4, "ruleset_unknown_code"));
    assert_eq!(refused(items, "general,help", "general,cry"), (items.into(), 4, "ruleset_unknown_code"));
    assert_eq!(refused(items, "Water supply manhole cover fault", ""), (items.into(), 4, "ruleset_missing"));
    assert_eq!(refused(items, "code,zh", "code,name"), (items.into(), 3, "ruleset_syntax"));
    let header = "catalogue-2026.toml";
    assert_eq!(refused(header, "catalogue-local.csv", "lost.csv"), (header.into(), 7, "ruleset_missing"));
    assert_eq!(
        refused(header, "valid_from = 2026-07-01", "valid_from = 12:00:00"),
        (header.into(), 4, "ruleset_not_a_date")
    );
    let plain = "catalogue-plain.toml";
    assert_eq!(refused(plain, "code = \"road\"", "code = \"light\"").2, "ruleset_repeated_code");
    assert_eq!(refused(plain, "code = \"E01023\"", "code = \"E01037\"").2, "ruleset_repeated_code");
    assert_eq!(refused(plain, "code = \"E01023\"", "code = \"E01016\"").2, "ruleset_unknown_code");
    let attributes = "catalogue-attributes.toml";
    assert_eq!(refused(attributes, "datatype = \"string\"", "datatype = \"float\"").2, "ruleset_syntax");
    assert_eq!(refused(attributes, "datatype = \"string\"", "datatype = \"singlevaluelist\"").2, "ruleset_missing");
    assert_eq!(refused(attributes, "key = \"flickers\"", "key = \"out\"").2, "ruleset_repeated_code");
    assert_eq!(refused(attributes, "code = \"lamp_state\"", "code = \"pole_number\"").2, "ruleset_repeated_code");
    let disorders = "catalogue-disorders.toml";
    assert_eq!(refused(disorders, "\"E06001\"", "\"E06999\"").2, "ruleset_unknown_code");
    assert_eq!(refused(disorders, "code = \"posting\"", "code = \"stalls\"").2, "ruleset_repeated_code");
}

fn asked(datatype: Datatype, required: bool) -> Attribute {
    let choice = |key: &str| Choice { key: key.into(), zh: key.into(), en: key.into() };
    let text = String::new;
    let values = if datatype.is_list() { vec![choice("a"), choice("b")] } else { vec![] };
    Attribute {
        code: datatype.code().to_uppercase(),
        datatype,
        required,
        order: 1,
        zh: text(),
        en: text(),
        hint_zh: text(),
        hint_en: text(),
        values,
    }
}

fn problem(datatype: Datatype, value: &str) -> Option<&'static str> {
    let attribute = asked(datatype, true);
    let given = [(attribute.code.clone(), vec![value.to_owned()])];
    validate_attributes(&[attribute], &given).err().map(|wrong| wrong[0].problem.code())
}

#[test]
fn each_type_of_answer_is_checked() {
    for good in ["0", "-12.5", "+3", "007", " 42 "] {
        assert_eq!(problem(Datatype::Number, good), None, "{good}");
    }
    for bad in ["x", "1e9", "inf", "NaN", "1,5", "--1", "."] {
        assert_eq!(problem(Datatype::Number, bad), Some("not_a_number"), "{bad}");
    }
    for good in [
        "2026-11-24T10:00:00Z",
        "2026-11-24T10:00:00+08:00",
        "2026-11-24T10:00:00 08:00",
        "2026-11-24T10:00",
        "2026-11-24",
    ] {
        assert_eq!(problem(Datatype::Datetime, good), None, "{good}");
    }
    for bad in ["yesterday", "24.11.2026", "2026-02-30", "10:00"] {
        assert_eq!(problem(Datatype::Datetime, bad), Some("bad_datetime"), "{bad}");
    }
    assert_eq!(problem(Datatype::SingleValueList, "b"), None);
    assert_eq!(problem(Datatype::SingleValueList, "c"), Some("unknown_value"));
    assert_eq!(problem(Datatype::MultiValueList, "B"), Some("unknown_value"));
    assert_eq!(problem(Datatype::String, &"路".repeat(256)), None);
    assert_eq!(problem(Datatype::String, &"路".repeat(257)), Some("too_long"));
    assert_eq!(problem(Datatype::Text, &"路".repeat(4001)), Some("too_long"));
    for datatype in [Datatype::String, Datatype::Number, Datatype::MultiValueList] {
        assert_eq!(problem(datatype, " \r\n"), Some("required"));
    }
}

#[test]
fn all_wrong_answers_are_named_and_unknown_questions_kept() {
    let pair =
        |code: &str, values: &[&str]| (code.to_owned(), values.iter().map(|value| (*value).to_owned()).collect());
    let questions =
        [asked(Datatype::Number, false), asked(Datatype::MultiValueList, true), asked(Datatype::String, true)];
    let given = [pair("uprn", &["123"]), pair("NUMBER", &["x"]), pair("STRING", &["one", "two"])];
    let wrong = validate_attributes(&questions, &given).unwrap_err();
    let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert_eq!(wrong, ["NUMBER not_a_number", "MULTIVALUELIST required", "STRING one_value"]);
    let given = [
        pair("uprn", &["123", "4"]),
        pair("STRING", &[" 3号\r\n楼 "]),
        pair("MULTIVALUELIST", &["b"]),
        pair("MULTIVALUELIST", &["a", "", "b"]),
        pair("NUMBER", &[""]),
    ];
    let kept = validate_attributes(&questions, &given).unwrap();
    let kept: Vec<_> = kept.iter().map(|value| (value.code.as_str(), value.values.join("|"), value.asked)).collect();
    assert_eq!(
        kept,
        [
            ("MULTIVALUELIST", "b|a".into(), true),
            ("STRING", "3号\n楼".into(), true),
            ("uprn", "123|4".to_owned(), false)
        ]
    );
    assert_eq!(validate_attributes(&[], &[pair("x", &["y".repeat(5000).as_str()])]).unwrap_err().len(), 1);
    let car = NEW.get("E06034").unwrap();
    assert_eq!(validate_attributes(&car.attributes, &[]).unwrap_err()[0].to_string(), "vehicle_kind required");
    assert_eq!(car.attributes.iter().map(|own| own.order).collect::<Vec<_>>(), [1, 2, 3]);
}
