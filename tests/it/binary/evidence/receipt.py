"""Checks receipts and checkpoints with nothing of Luyuan's: hashlib, and Ed25519 by `cryptography`.

receipt.py KEY RECEIPT...   prints the size of each receipt's log, or says what is wrong and ends with 1
"""

import base64
import hashlib
import json
import sys
from datetime import datetime, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def b64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    assert base64.b64encode(data).decode() == text, "written in another way"
    return data


def verified(note: str, key: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint (C2SP signed-note, tlog-checkpoint)."""
    name, key_id, public = key.split("+", 2)
    public = b64(public)
    assert public[0] == 1 and len(public) == 33, "an Ed25519 key"
    assert sha(name.encode(), b"\n", public)[:4].hex() == key_id, "the key's id"
    text, lines = note.rsplit("\n\n", 1)
    text += "\n"
    for line in lines.splitlines():
        dash, signer, signature = line.split(" ")
        signature = b64(signature)
        if dash == "\u2014" and signer == name and signature[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], text.encode())
            break
    else:
        raise ValueError("not signed by this key")
    origin, size, root = text.splitlines()[:3]
    assert origin == name, "the log's name"
    return int(size), b64(root)


def root_from(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """The root by RFC 6962 section 2.1.1, from the top down: another way than from the bottom up."""
    if size == 1:
        assert not proof, "too many hashes"
        return leaf
    split = 1 << ((size - 1).bit_length() - 1)
    if index < split:
        return sha(b"\x01", root_from(index, split, leaf, proof[:-1]), proof[-1])
    return sha(b"\x01", proof[-1], root_from(index - split, size - split, leaf, proof[:-1]))


def check(text: str, key: str) -> int:
    head, note = text.split("\n\n", 1)
    magic, extra, index, *proof = head.split("\n")
    assert magic == "c2sp.org/tlog-proof@v1", "the first line"
    extra = json.loads(b64(extra.removeprefix("extra ")))
    assert extra["verifier"] == key and set(extra) <= {"entry", "opening", "verifier"}, "what is beside the proof"
    size, root = verified(note, key)
    entry = extra["entry"]
    leaf = sha(b"\x00", entry.encode())
    found = root_from(int(index.removeprefix("index ")), size, leaf, [b64(line) for line in proof])
    assert found == root, "the entry is not in the log"
    # RFC 8785: sorted names, no spaces.
    sealed = json.loads(entry)
    assert json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == entry, "canonical"
    assert sealed["v"] == 1 and datetime.fromtimestamp(sealed["at"] / 1000, timezone.utc).year >= 2024
    if "opening" in extra:
        opening = extra["opening"]
        assert sha(b64(opening["salt"]), opening["content"].encode()) == b64(sealed["content"]), "the words"
    return size


def main() -> int:
    key, *files = sys.argv[1:]
    for file in files:
        try:
            print(check(open(file, encoding="utf-8", newline="").read(), key))
        except (AssertionError, ValueError, KeyError, IndexError, InvalidSignature) as error:
            print(f"{file}: {error!r}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
