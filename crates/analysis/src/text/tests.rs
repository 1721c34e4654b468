use super::*;
use proptest::prelude::*;

#[test]
fn a_part_of_the_text_is_found_and_nothing_else() {
    let document = bigrams("京广路 12号院，路灯不亮 Street LAMP");
    let found = |words: &str| query(words).iter().all(|gram| document.contains(gram.as_str()));
    for words in ["路灯", "灯不亮", "ＬＡＭＰ", "12号", "１２号", "京广路 路灯", "street lamp", "灯"]
    {
        assert!(found(words), "{words}");
    }
    assert!(!found("井盖") && !found("灯亮"));
    assert_eq!(query("  ，。"), Vec::<String>::new());
    assert_eq!(bigrams(""), "  ");
}

proptest! {
    /// Whatever part of a document one remembers, the document is found by it.
    #[test]
    fn every_part_is_found(text in "\\PC{0,60}", from in 0usize..60, length in 1usize..20) {
        let part: String = text.chars().skip(from).take(length).collect();
        let document = bigrams(&text);
        for gram in query(&part) {
            prop_assert!(document.contains(&gram), "{:?} {:?} {:?}", text, part, gram);
        }
    }

    #[test]
    fn a_long_text_has_a_bounded_query(text in "[一-龥]{0,400}") {
        prop_assert!(query(&text).len() <= 32);
    }
}

#[test]
fn spelling_names() {
    assert_eq!(initials("金祥花园12号A"), "jxhy12ha");
    assert_eq!(initials("京广路（航海路—长江路）").len(), 9);
    // 长 is read zhang and chang; ü is typed as v.
    let all = readings('长');
    assert!(all.contains(&"chang".to_owned()) && all.contains(&"zhang".to_owned()));
    assert_eq!(readings('绿')[0], "lv");
    assert_eq!((readings('a'), readings('7')), (vec!["a".to_owned()], vec!["7".to_owned()]));
}

fn index() -> NameIndex {
    NameIndex::new([
        (1, "京广路", 2),
        (2, "京广路试验段", 1),
        (3, "京广路街道", 0),
        (4, "老京广路", 0),
        (5, "长江路", 0),
        (6, "金祥花园", 0),
        (7, "绿云小区", 0),
        (8, "京广路12号院", 3),
        (9, "建国里", 0),
    ])
}

fn keys(typed: &str) -> Vec<u32> {
    index().search(typed, 20).iter().map(|hit| hit.key).collect()
}

#[test]
fn the_best_fit_comes_first() {
    // Exact, then beginnings by weight, then parts.
    assert_eq!(keys("京广路"), [1, 3, 2, 8, 4]);
    assert_eq!(keys(" 京广路１２号 "), [8]);
    // Initials: by weight, then length; 建国里 is jgl too.
    assert_eq!(keys("JGL"), [9, 3, 2, 1, 8]);
    assert_eq!(keys("jgl12h"), [8]);
    assert_eq!(keys("jxhy"), [6]);
    assert_eq!(keys("cjl"), [5]);
    assert_eq!(keys("zjl"), [5]);
    assert_eq!(keys("lvyun"), [7]);
    // Every reading of every letter, also in the middle of what is typed in full.
    assert_eq!((keys("changjiang"), keys("zhangjianglu")), (vec![5], vec![5]));
    assert_eq!(keys("jiangl"), [5]);
    // Full pinyin from the beginning before later syllables; never within a syllable.
    assert_eq!(keys("guanglu"), [4, 3, 2, 1, 8]);
    assert_eq!(keys("uanglu"), Vec::<u32>::new());
    assert_eq!(index().search("jingguang", 9)[0].rank, Rank::Pinyin);
    assert_eq!(keys(""), Vec::<u32>::new());
    assert_eq!(keys("——\n"), Vec::<u32>::new());
    assert_eq!(index().search("路", 2).len(), 2);
}

proptest! {
    /// The index finds what looking at every name one by one finds.
    #[test]
    fn names_are_found_as_one_by_one(
        names in prop::collection::vec("[京广路长江花园12ab ]{0,6}", 0..40), typed in "[京广路长江花园12ab]{1,3}",
    ) {
        let index = NameIndex::new((0..).zip(&names).map(|(key, name)| (key, name.as_str(), 0)));
        let mut found: Vec<u32> =
            index.search(&typed, 100).into_iter().filter(|hit| hit.rank <= Rank::Part).map(|hit| hit.key).collect();
        found.sort_unstable();
        let plainly: Vec<u32> = (0..)
            .zip(&names)
            .filter(|(_, name)| folded(name).contains(&folded(&typed)))
            .map(|(key, _)| key)
            .collect();
        prop_assert_eq!(found, plainly);
    }

    #[test]
    fn a_shorter_list_is_the_beginning_of_a_longer_one(typed in "[jglc京广路]{1,2}", most in 0usize..9) {
        let all = index().search(&typed, 20);
        prop_assert_eq!(&index().search(&typed, most)[..], &all[..most.min(all.len())]);
    }
}
