"""Downloading, against a server on this machine: good, bad, hostile and silent mirrors."""

import dataclasses
import gzip
import hashlib
import io
import resource
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from data_helpers import FIXTURE_EN

from bench.core.errors import BenchError
from bench.datasets import fetch, manifest
from bench.datasets.writing import locked

TOP = "tasks_1-20_v1-2"
FILES = {f"{TOP}/en/{file.name}": file.read_bytes() for file in sorted(FIXTURE_EN.glob("*.txt"))}
ONE = f"{TOP}/en/qa1_single-supporting-fact_train.txt"


class Server:
    """Answers GET with ``pages``; a page None is never answered, others are 404."""

    def __init__(self):
        self.pages: dict[str, bytes | None] = {}
        self.asked: list[str] = []
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                if self.path not in outer.pages:
                    self.send_error(404)
                    return
                body = outer.pages[self.path]
                if body is None:
                    outer.over.wait(30)
                    return
                self.send_response(200)
                cut = self.path.startswith("/dropped")  # the connection, in the middle
                self.send_header("Content-Length", str(len(body) * 2 if cut else len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    def add(self, path: str, body: bytes | None) -> str:
        self.pages[path] = body
        return self.url(path)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.http.server_port}{path}"

    def close(self):
        self.over.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    running = Server()
    yield running
    running.close()


def release(*urls: str, **changes) -> fetch.Release:
    """The fixture's files, under the names of the real ones."""
    known = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    made = fetch.Release(TOP, urls, known, "tar.gz", also=(f"{TOP}/README.txt",))
    return dataclasses.replace(made, **changes)


def archive(files=FILES, extra=()) -> bytes:
    """A tar.gz of ``files`` and of the TarInfos ``extra``."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in extra:
            tar.addfile(info, io.BytesIO(bytes(info.size)))
    return out.getvalue()


def member(name: str, kind=tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def get(cache, *urls, needed=FILES, **options):
    return fetch.fetch(release(*urls), cache, needed, progress=False, **options)


def refused(cache, *urls, **options) -> str:
    """The message of a fetch that fails; nothing may be left behind but the lock."""
    with pytest.raises(BenchError) as caught:
        get(cache, *urls, **options)
    assert [path.name for path in cache.iterdir() if not path.name.endswith(".lock")] == []
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_good_archive_is_unpacked_checked_and_placed(server, tmp_path, capfd):
    others = {f"./{TOP}/README.txt": b"read me", f"{TOP}/hn/other.txt": b"other", "stray.txt": b"x"}
    url = server.add("/a.tar.gz", archive({**FILES, **others}))
    cache = tmp_path / "new" / "cache"
    assert get(cache, url) == cache / TOP
    placed = {f"{TOP}/en/{path.name}": path.read_bytes() for path in (cache / TOP / "en").iterdir()}
    assert placed == FILES
    assert sorted(path.name for path in (cache / TOP).iterdir()) == ["README.txt", "en"]
    assert [path.name for path in cache.iterdir() if not path.name.endswith(".lock")] == [TOP]
    assert capfd.readouterr() == ("", "")


def test_the_progress_bar_goes_to_stderr(server, tmp_path, capfd):
    fetch.fetch(release(server.add("/a", archive())), tmp_path, FILES)
    out, err = capfd.readouterr()
    assert out == "" and "%" in err


def test_what_is_there_is_not_fetched_again(server, tmp_path):
    url = server.add("/a", archive())
    get(tmp_path, url)
    get(tmp_path, url)
    assert server.asked == ["/a"]


def test_a_damaged_or_partial_cache_is_replaced(server, tmp_path):
    url = server.add("/a", archive())
    get(tmp_path, url)
    (tmp_path / ONE).write_bytes(b"damage")
    (tmp_path / f".{TOP}.fetch-killed").mkdir()
    get(tmp_path, url)
    assert (tmp_path / ONE).read_bytes() == FILES[ONE]
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == [TOP]


def test_the_next_mirror_serves_where_one_fails(server, tmp_path):
    bad = server.add("/bad", b"<html>gone</html>")
    get(tmp_path, server.url("/none"), bad, server.add("/a", archive()))
    assert server.asked == ["/none", "/bad", "/a"]
    assert (tmp_path / ONE).read_bytes() == FILES[ONE]


def test_every_mirror_is_named_with_its_reason(server, tmp_path):
    one, two = server.url("/none"), server.add("/bad", b"<html>gone</html>")
    text = refused(tmp_path, one, two)
    assert f"{one}: HTTP status 404" in text and f"{two}: the archive is damaged" in text
    assert "fetch it by hand" in text


def test_wrong_content_is_never_placed(server, tmp_path):
    text = refused(tmp_path, server.add("/a", archive({**FILES, ONE: b"1 Eve ran.\n"})))
    assert f"{ONE} does not match the known SHA-256 (expected " in text


def test_an_archive_without_a_needed_file_is_refused(server, tmp_path):
    fewer = {path: data for path, data in FILES.items() if path != ONE}
    assert f"it lacks {ONE}" in refused(tmp_path, server.add("/a", archive(fewer)))
    get(tmp_path, server.url("/a"), needed=fewer)  # it will do for the other tasks


@pytest.mark.parametrize("keep", [0, 5, 100, -300, -4])
def test_a_truncated_archive_is_refused(server, tmp_path, keep):
    assert "damaged or cut short" in refused(tmp_path, server.add("/a", archive()[:keep]))


def test_a_flipped_byte_is_refused(server, tmp_path):
    data = bytearray(archive())
    data[len(data) // 2] ^= 0x40
    refused(tmp_path, server.add("/a", bytes(data)))


def test_a_tar_that_ends_early_is_refused(server, tmp_path):
    data = gzip.compress(gzip.decompress(archive())[:5000])
    assert "damaged or cut short" in refused(tmp_path, server.add("/a", data))


def test_a_dropped_connection_is_refused(server, tmp_path):
    assert "the download failed" in refused(tmp_path, server.add("/dropped", archive()))


def test_a_silent_server_times_out(server, tmp_path):
    url = server.add("/silent", None)
    assert f"{url}: no answer within 0.2 s" in refused(tmp_path, url, timeout=0.2)


def test_no_server_at_all(server, tmp_path):
    url = server.url("/a")
    server.close()
    assert f"{url}: the server cannot be reached" in refused(tmp_path, url)
    assert "the download failed" in refused(tmp_path, "no address")


@pytest.mark.parametrize(
    "info",
    [
        member("../outside.txt"),
        member(f"{TOP}/en/../../../outside.txt"),
        member("/outside.txt"),
        member(f"{TOP}/en/link", tarfile.SYMTYPE, "/etc/passwd"),
        member(f"{TOP}/en/link", tarfile.SYMTYPE, "../../../outside"),
        member(f"{TOP}/en/link", tarfile.LNKTYPE, "../outside"),
        member(f"{TOP}/en/device", tarfile.CHRTYPE),
        member(f"{TOP}/en/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda info: f"{info.name}-{info.linkname}",
)
def test_a_member_that_leaves_the_folder_is_refused_by_name(server, tmp_path, info):
    cache = tmp_path / "a" / "cache"
    text = refused(cache, server.add("/a", archive(extra=[info])))
    assert f"member {info.name!r}" in text
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [f".{TOP}.lock"]


def test_a_link_in_place_of_a_needed_file_does_not_serve(server, tmp_path):
    fewer = {path: data for path, data in FILES.items() if path != ONE}
    info = member(ONE, tarfile.SYMTYPE, "qa6_yes-no-questions_train.txt")
    assert f"it lacks {ONE}" in refused(tmp_path, server.add("/a", archive(fewer, [info])))


def test_a_decompression_bomb_is_refused(server, tmp_path):
    url = server.add("/bomb", archive(extra=[member("zeros", size=3_000_000)]))
    assert "more than 1000000 bytes" in refused(tmp_path, url, limit=1_000_000)


def test_an_endless_download_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "DOWNLOAD_LIMIT", 1000)
    assert "the download holds more than 1000 bytes" in refused(
        tmp_path, server.add("/a", archive())
    )


def test_a_full_disk_names_the_file(server, tmp_path):
    url = server.add("/a", archive())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (1000, hard)
    )  # a write beyond it fails like a full disk
    try:
        text = refused(tmp_path, url)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "archive.tar.gz: cannot be written (File too large)" in text and "BENCH_CACHE" in text


def test_a_cache_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BenchError, match=r"file/cache: cannot be written .*BENCH_CACHE"):
        get(tmp_path / "file" / "cache", "http://127.0.0.1:9/never-asked")


def test_an_interruption_leaves_nothing(server, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch, "_check", interrupted)
    with pytest.raises(KeyboardInterrupt):
        get(tmp_path, server.add("/a", archive()))
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []


def test_two_at_once_fetch_once(server, tmp_path):
    url = server.add("/a", archive())
    threads = [threading.Thread(target=get, args=(tmp_path, url)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.asked == ["/a"]
    assert (tmp_path / ONE).read_bytes() == FILES[ONE]


def test_a_lock_never_released_is_told(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "_LOCK_WAIT", 0.05)
    with (
        locked(tmp_path / f".{TOP}.lock", "fetching", 1),
        pytest.raises(BenchError, match="another process"),
    ):
        get(tmp_path, server.url("/a"))


SPLITS = {f"ptb/ptb.{split}.txt": split.encode() for split in ("train", "valid", "test")}
PLAIN = fetch.Release(
    "ptb", (), {name: hashlib.sha256(data).hexdigest() for name, data in SPLITS.items()}
)


def test_plain_files(server, tmp_path):
    for name, data in SPLITS.items():
        server.add(f"/ok/{name.partition('/')[2]}", data)
        server.add(f"/wrong/{name.partition('/')[2]}", b"other words")
    server.add("/part/ptb.train.txt", b"train")
    bad = dataclasses.replace(PLAIN, mirrors=(server.url("/wrong"), server.url("/part")))
    with pytest.raises(BenchError, match=r"ptb/ptb.*does not match.*HTTP status 404"):
        fetch.fetch(bad, tmp_path, SPLITS, progress=False)
    assert not (tmp_path / "ptb").exists()
    good = dataclasses.replace(PLAIN, mirrors=(server.url("/ok/"),))
    folder = fetch.fetch(good, tmp_path, SPLITS, progress=False)
    assert {f"ptb/{path.name}": path.read_bytes() for path in folder.iterdir()} == SPLITS


def zipped(members) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            # an entry of its own has a fixed date: a test's name must be the same everywhere
            file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def get_zip(cache, url, **options):
    known = {"text8/text8": hashlib.sha256(b"anarchism " * 100).hexdigest()}
    made = fetch.Release("text8", (url,), known, "zip", base="text8")
    return fetch.fetch(made, cache, known, progress=False, **options)


def test_a_zip(server, tmp_path):
    data = zipped({"text8": b"anarchism " * 100, "stray": b"x"})
    folder = get_zip(tmp_path, server.add("/good.zip", data))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "text8": b"anarchism " * 100
    }


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (zipped({"text8": b"anarchism " * 100})[:-30], "the archive is damaged or cut short"),
        (flipped(zipped({"text8": b"anarchism " * 100}), 45), "the archive is damaged"),
        (b"<html>gone</html>", "the archive is damaged or cut short"),
        (zipped({"text8": b"other"}), "text8/text8 does not match the known SHA-256"),
        (zipped({"text9": b"other"}), "it lacks text8/text8"),
        (zipped({"../text8": b"other"}), "member '../text8' would leave the folder"),
        (zipped({"text8": bytes(3_000)}), "the archive holds more than 2000 bytes"),
    ],
)
def test_a_bad_zip_is_refused(server, tmp_path, data, says):
    cache = tmp_path / "a" / "cache"
    with pytest.raises(BenchError) as caught:
        get_zip(cache, server.add("/bad.zip", data), limit=2_000)
    assert says in str(caught.value) and "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [".text8.lock"]


def test_what_is_known_of_ptb():
    assert len(manifest.load(Path(fetch.__file__).parent / "corpus" / "ptb.sha256")) == 3
