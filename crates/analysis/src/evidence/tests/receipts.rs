//! Entries and receipts: their exact form, and touched ones.

use super::*;

fn fact(seq: i64) -> Fact {
    Fact {
        kind: "order".into(),
        subject: "01980000-0000-7000-8000-000000000001".into(),
        seq,
        name: "2026-000123".into(),
        at: 1_790_000_000_000,
        what: "placed".into(),
        by: "anyone".into(),
        org: None,
        content: "{\"what\":\"placed\",\"channel\":\"web\"}\n\"门口路灯不亮\"".into(),
        person: "{\"kind\":\"anyone\"}".into(),
    }
}

fn entry(seq: i64) -> Entry {
    let fact = fact(seq);
    fact.entry(fact.commitments(&[3; 32]))
}

fn receipt(open: bool) -> (Receipt, Key) {
    let key = Key::new("luyuan/erqi", [7; 32]);
    let all: Vec<Hash> = (1..=5).map(|seq| entry(seq).leaf()).collect();
    let (shelf, frontier) = grown(&all);
    let receipt = Receipt {
        entry: entry(3),
        opening: open.then(|| fact(3).opening(&[3; 32])),
        verifier: key.verifier().to_string(),
        index: 2,
        proof: inclusion(2, 5).unwrap().made(&shelf).unwrap(),
        checkpoint: Checkpoint::signed(5, frontier.root(), &key),
    };
    (receipt, key)
}

#[test]
fn the_bytes_of_an_entry_are_canonical_json_and_hold_no_words() {
    let bytes = entry(1).bytes();
    // Worked out with Python: sha256(sha256(bytes([3])*32 + b"content").digest() + content).
    let wanted = "{\"at\":1790000000000,\"by\":\"anyone\",\
        \"content\":\"W+pms7enkcm8c2Cyq2dloHE77Efbeiedr3cxBtqSqWE=\",\"kind\":\"order\",\
        \"name\":\"2026-000123\",\"org\":null,\"person\":\"gqTxymv+q13++P8wxWYyoQv+SltYzm+N2GCLg223sEY=\",\
        \"seq\":1,\"subject\":\"01980000-0000-7000-8000-000000000001\",\"v\":1,\"what\":\"placed\"}";
    assert_eq!(bytes, wanted);
    assert_eq!(Entry::read(&bytes), Some(entry(1)));
    for other in [bytes.replace("\"v\":1", "\"v\":2"), bytes.replace(':', ": "), bytes.replace("{", "{\"a\":1,")] {
        assert_eq!(Entry::read(&other), None, "{other}");
    }
}

#[test]
fn another_salt_hides_the_same_words_anew() {
    let (a, b) = (fact(1).commitments(&[1; 32]), fact(1).commitments(&[2; 32]));
    assert!(a.content != b.content && a.person != b.person && a.content != a.person);
    let opening = fact(1).opening(&[3; 32]);
    assert!(opening.fits(&entry(1)));
    assert!(!Opening { content: opening.content.replace('亮', "灭"), ..opening.clone() }.fits(&entry(1)));
    assert!(!Opening { salt: to_base64([4; 32]), ..opening }.fits(&entry(1)));
}

#[test]
fn a_receipt_is_read_and_checked_and_says_what_it_proves() {
    for open in [true, false] {
        let (receipt, key) = receipt(open);
        let text = receipt.text();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra "));
        assert_eq!(Receipt::read(&text).as_ref(), Ok(&receipt));
        for trusted in [None, Some(key.verifier())] {
            let checked = receipt.check(trusted.as_ref()).unwrap();
            assert_eq!((checked.entry, checked.index, checked.checkpoint.size), (entry(3), 2, 5));
            assert_eq!(checked.content.is_some(), open);
        }
        let other = Key::new("luyuan/erqi", [8; 32]);
        assert_eq!(receipt.check(Some(&other.verifier())), Err(ReceiptError::Key));
    }
}

#[test]
fn any_byte_of_a_receipt_that_was_touched_is_noticed() {
    let (receipt, _) = receipt(true);
    let text = receipt.text();
    for at in 0..text.len() {
        for flip in [1, 2, 32] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= flip;
            let Ok(touched) = String::from_utf8(bytes) else { continue };
            let checked = Receipt::read(&touched).and_then(|receipt| receipt.check(None));
            assert!(checked.is_err(), "byte {at}: {touched}");
        }
    }
    for cut in 0..text.len() {
        let checked = text.get(..cut).map(|text| Receipt::read(text).and_then(|receipt| receipt.check(None)));
        assert!(checked.is_none_or(|checked| checked.is_err()), "cut at {cut}");
    }
}

#[test]
fn each_part_of_a_receipt_is_refused_by_name() {
    let (good, key) = receipt(true);
    let with = |change: &dyn Fn(&mut Receipt)| {
        let mut receipt = good.clone();
        change(&mut receipt);
        receipt.check(None).unwrap_err()
    };
    assert_eq!(with(&|receipt| receipt.entry.name = "2026-000124".into()), ReceiptError::Proof(ProofError::Root));
    assert_eq!(with(&|receipt| receipt.index = 5), ReceiptError::Proof(ProofError::Outside));
    assert_eq!(with(&|receipt| receipt.proof.clear()), ReceiptError::Proof(ProofError::Length));
    let words = |receipt: &mut Receipt| receipt.opening.as_mut().unwrap().content.push('!');
    assert_eq!(with(&words), ReceiptError::Opening);
    let unsigned = CheckpointError::Note(NoteError::Unsigned);
    let other = Key::new("luyuan/erqi", [8; 32]);
    let forged = |receipt: &mut Receipt| receipt.checkpoint = Checkpoint::signed(5, empty_root(), &other);
    assert_eq!(with(&forged), ReceiptError::Checkpoint(unsigned));
    let elsewhere = |receipt: &mut Receipt| receipt.checkpoint = Checkpoint::signed(5, empty_root(), &key);
    assert_eq!(with(&elsewhere), ReceiptError::Proof(ProofError::Root));
    assert_eq!(Receipt::read("nothing"), Err(ReceiptError::Form));
}

proptest! {
    #[test]
    fn nothing_that_is_sent_breaks_the_reader(text in "(?s).{0,300}", at in 0_usize..2000, put in "(?s).{0,6}") {
        let good = receipt(true).0.text();
        let at = (0..=at % good.len()).rev().find(|at| good.is_char_boundary(*at)).unwrap();
        let spoiled = format!("{}{put}{}", &good[..at], &good[at..]);
        for sent in [&text, &spoiled] {
            let checked = Receipt::read(sent).and_then(|receipt| receipt.check(None));
            prop_assert!(checked.is_err() || *sent == good);
            prop_assert!(sent.parse::<Verifier>().is_err() && Key::read(sent).is_err() && Entry::read(sent).is_none());
            prop_assert!(sent.parse::<Signed>().is_err() || *sent == spoiled);
        }
    }
}
