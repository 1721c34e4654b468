//! Notes and checkpoints against the examples of the specifications, and touched ones.

use super::*;

/// From the documentation of Go's note package.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn the_key_and_note_of_gos_documentation_are_read_and_written() {
    let (verifier, key): (Verifier, Key) = (PETER.parse().unwrap(), Key::read(PETER_SECRET).unwrap());
    assert_eq!(key.verifier(), verifier);
    assert_eq!((verifier.to_string().as_str(), key.secret().as_str()), (PETER, PETER_SECRET));
    assert_eq!(verifier.name(), "PeterNeumann");
    let signed: Signed = PETER_NOTE.parse().unwrap();
    assert_eq!(signed.verify(&verifier), Ok(()));
    // Ed25519 signs the same text in the same way.
    assert_eq!(key.sign(&signed.text), PETER_NOTE);
    assert!(!format!("{key:?}").contains("AYEKFAL"), "a secret is not shown");
}

fn key() -> Key {
    Key::new("luyuan/erqi", [7; 32])
}

#[test]
fn a_checkpoint_is_read_as_it_was_written() {
    let (key, root) = (key(), leaf_hash(b"root"));
    let note = Checkpoint::signed(20_852_163, root, &key);
    let lines: Vec<&str> = note.split('\n').collect();
    assert_eq!(lines[..4], ["luyuan/erqi", "20852163", &to_base64(root), ""]);
    assert!(lines[4].starts_with("\u{2014} luyuan/erqi ") && lines[5].is_empty() && lines.len() == 6);
    let wanted = Checkpoint { origin: "luyuan/erqi".into(), size: 20_852_163, root };
    assert_eq!(Checkpoint::verified(&note, &key.verifier()), Ok(wanted.clone()));
    // Others may sign too, and lines may follow.
    let witness = Key::new("witness.example", [9; 32]);
    let cosigned = format!("{note}{}", witness.sign(&wanted.text()).rsplit_once("\n\n").unwrap().1);
    assert_eq!(Checkpoint::verified(&cosigned, &key.verifier()), Ok(wanted.clone()));
    let longer = key.sign(&format!("{}more\n", wanted.text()));
    assert_eq!(Checkpoint::verified(&longer, &key.verifier()), Ok(wanted));
}

#[test]
fn any_byte_that_was_touched_is_noticed() {
    let key = key();
    let note = Checkpoint::signed(300, leaf_hash(b"root"), &key);
    for at in 0..note.len() {
        let mut bytes = note.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(text) = String::from_utf8(bytes) else { continue };
        assert!(Checkpoint::verified(&text, &key.verifier()).is_err(), "byte {at}: {text}");
    }
}

#[test]
fn what_is_no_note_is_refused() {
    let verifier = key().verifier();
    let note = Checkpoint::signed(3, leaf_hash(b"root"), &key());
    let error = |text: &str| Checkpoint::verified(text, &verifier).unwrap_err();
    for text in [
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        &note[..note.len() - 1],
        &format!("{note}\n"),
        &note.replace('\n', "\r\n"),
    ] {
        assert_eq!(error(text), CheckpointError::Note(NoteError::Form), "{text:?}");
    }
    let other = Key::new("luyuan/erqi", [8; 32]);
    assert_eq!(error(&Checkpoint::signed(3, empty_root(), &other)), CheckpointError::Note(NoteError::Unsigned));
    // The right key under a text that is no checkpoint of this log.
    for text in [
        "luyuan/erqi\n3\n",
        "luyuan/erqi\n03\nAAAA\n",
        "other\n3\n",
        &format!("other\n3\n{}\n", to_base64(empty_root())),
    ] {
        assert_eq!(error(&key().sign(text)), CheckpointError::Form, "{text:?}");
    }
    let numbered = |size: &str| key().sign(&format!("luyuan/erqi\n{size}\n{}\n", to_base64(empty_root())));
    for size in ["03", "+3", "-3", "", "18446744073709551616"] {
        assert_eq!(error(&numbered(size)), CheckpointError::Form, "{size:?}");
    }
}

#[test]
fn keys_are_written_in_one_way_and_names_hold_no_spaces() {
    assert_eq!(Key::new("二七 district+1", [1; 32]).verifier().name(), "二七-district-1");
    for wrong in [
        "",
        "a",
        "a+b",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        &PETER[..PETER.len() - 1],
    ] {
        assert_eq!(wrong.parse::<Verifier>(), Err(NoteError::Key), "{wrong}");
    }
    assert!(Key::read(PETER).is_err() && Key::read(&PETER_SECRET.replace("AYE", "AYF")).is_err());
}
