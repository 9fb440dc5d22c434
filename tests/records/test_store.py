"""One store, two kinds: a folder and a bucket answer alike."""

from __future__ import annotations

import socket
from hashlib import sha256

import pytest

from quanheng.apps.records.files import Store
from quanheng.errors import BadInput


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path, monkeypatch):
    if request.param == "folder":
        yield Store((tmp_path / "a folder").as_uri())
        return
    yield from _bucket(monkeypatch)


def _bucket(monkeypatch):
    from moto.server import ThreadedMotoServer

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        address = f"http://127.0.0.1:{port}"
        for name, value in {
            "AWS_ENDPOINT": address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        import urllib.request

        urllib.request.urlopen(urllib.request.Request(f"{address}/papers", method="PUT"))
        yield Store("s3://papers/quanheng")
    finally:
        server.stop()


def test_a_content_is_stored_under_its_hash_and_read_back(store, tmp_path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 3_000_000)
    name, size = store.put(source)
    assert (name, size) == (sha256(b"x" * 3_000_000).hexdigest(), 3_000_000)
    assert b"".join(store.stream(name)) == b"x" * 3_000_000
    assert store.put(source) == (name, size)


def test_a_missing_content_is_told(store) -> None:
    assert store.problem("0" * 64) == "is missing in the store"
    with pytest.raises(FileNotFoundError):
        list(store.stream("0" * 64))


def test_a_wrong_size_is_told(store, tmp_path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"abc")
    name, _size = store.put(source)
    assert store.problem(name, 4) == "is recorded with 4 bytes and has 3"


def test_no_name_leads_out_of_the_store(store) -> None:
    with pytest.raises(BadInput):
        list(store.stream("../../etc/passwd"))
