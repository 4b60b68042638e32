"""Personal data at rest: what is sealed opens again, and with nothing but its key."""

import pytest

from jieban.domain.errors import Refused
from jieban.sealing import Sealer, key_numbers, make_next_key, put_key_away, put_key_back, sealer_of

PLAIN = "王小明 13800001111".encode()


@pytest.mark.parametrize("cipher", ["aes-gcm", "sm4-gcm"])
def test_what_is_sealed_opens_again_and_is_different_each_time(tmp_path, monkeypatch, cipher):
    monkeypatch.setenv("JIEBAN_CIPHER", cipher)
    sealer = Sealer(tmp_path)
    one, two = sealer.seal(PLAIN), sealer.seal(PLAIN)
    assert one != two
    assert PLAIN not in one
    assert sealer.open(one) == sealer.open(memoryview(two)) == PLAIN
    assert [sealer.open(each) for each in sealer.seal_all([PLAIN, b""])] == [PLAIN, b""]


@pytest.mark.parametrize("cipher", ["aes-gcm", "sm4-gcm"])
def test_a_value_altered_anywhere_does_not_open(tmp_path, monkeypatch, cipher):
    monkeypatch.setenv("JIEBAN_CIPHER", cipher)
    sealer = Sealer(tmp_path)
    sealed = sealer.seal(b"x")
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(Refused) as refusal:
            sealer.open(bytes(altered))
        assert refusal.value.code in ("sealing.broken", "sealing.key_missing")
    for length in range(len(sealed)):
        with pytest.raises(Refused):
            sealer.open(sealed[:length])


def test_both_ciphers_open_whichever_seals(tmp_path, monkeypatch):
    old = Sealer(tmp_path).seal(PLAIN)
    monkeypatch.setenv("JIEBAN_CIPHER", "sm4-gcm")
    sealer = sealer_of(tmp_path)
    assert old[0] == 1
    assert sealer.seal(PLAIN)[0] == 2
    assert sealer.open(old) == PLAIN
    assert not sealer.is_current(old)


def test_a_cipher_we_do_not_have_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("JIEBAN_CIPHER", "rot13")
    with pytest.raises(Refused) as refusal:
        Sealer(tmp_path)
    assert refusal.value.code == "settings.cipher"


def test_a_new_key_seals_from_then_on_and_is_noticed(tmp_path):
    before = sealer_of(tmp_path)
    assert sealer_of(tmp_path) is sealer_of(tmp_path)
    old = before.seal(PLAIN)
    assert make_next_key(tmp_path) == 2
    after = sealer_of(tmp_path)
    new = after.seal(PLAIN)
    assert new[1] == 2
    assert after.open(old) == PLAIN
    assert before.open(new) == PLAIN, "a process that began earlier opens it too"
    assert before.seal(PLAIN)[1] == 1
    assert key_numbers(tmp_path) == [1, 2]


def test_a_digest_outlives_the_key_it_was_drawn_from(tmp_path):
    digest = Sealer(tmp_path).digest(PLAIN)
    make_next_key(tmp_path)
    put_key_away(tmp_path, 1)
    assert Sealer(tmp_path).digest(PLAIN) == digest


def test_a_key_put_away_opens_nothing_until_it_is_put_back(tmp_path):
    sealed = Sealer(tmp_path).seal(PLAIN)
    make_next_key(tmp_path)
    put_key_away(tmp_path, 1)
    with pytest.raises(Refused) as refusal:
        sealer_of(tmp_path).open(sealed)
    assert refusal.value.code == "sealing.key_missing"
    put_key_back(tmp_path, 1)
    assert sealer_of(tmp_path).open(sealed) == PLAIN


def test_the_blind_index_finds_equal_values_and_nothing_else(tmp_path):
    sealer = Sealer(tmp_path / "a")
    index = sealer.blind("phone", "13800001111")
    assert len(index) == 16
    assert index == sealer.blind("phone", "13800001111")
    assert index != sealer.blind("phone", "13800001112")
    assert index != sealer.blind("name", "13800001111")
    assert index != Sealer(tmp_path / "b").blind("phone", "13800001111")


def test_during_a_rotation_both_indexes_are_looked_for(tmp_path):
    old = Sealer(tmp_path).blind("phone", "1")
    make_next_key(tmp_path)
    sealer = sealer_of(tmp_path)
    assert sealer.blind_all("phone", "1") == [sealer.blind("phone", "1"), old]
    assert sealer.blind("phone", "1") != old


def test_a_damaged_key_is_never_replaced(tmp_path):
    Sealer(tmp_path)
    (tmp_path / "sealing-1.key").write_text("not a key")
    with pytest.raises(Refused) as refusal:
        Sealer(tmp_path)
    assert refusal.value.code == "sealing.key_damaged"


def test_keys_are_for_their_owner_alone(tmp_path):
    Sealer(tmp_path)
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "blind-1.key",
        "digest.key",
        "sealing-1.key",
    ]
