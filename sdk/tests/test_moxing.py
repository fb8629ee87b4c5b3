"""The file API over a real socket: what scripts in the wild call, and what goes wrong around them."""

import logging
import os
import pickle
import sys
import threading
from pathlib import Path

import pytest
from sdk_testkit.files_server import FilesServer
from sdk_testkit.wanted import wanted

import moxing as mox
from moxing.framework import file
from moxing.framework.file import session

pytestmark = pytest.mark.usefixtures("platform")


def keys(server, bucket="b"):
    return sorted(server.objects[bucket])


def data(server, key, bucket="b"):
    return server.objects[bucket][key][0]


@pytest.fixture(params=["local", "obs", "s3"])
def root(request, tmp_path):
    """The same promises hold for local directories and for both schemes."""
    return str(tmp_path) if request.param == "local" else f"{request.param}://b/root"


def test_read_write_append(root):
    mox.file.make_dirs(root)
    url = os.path.join(root, "a b-数字 #1?%20+&.txt")
    mox.file.write(url, "héllo\n")
    mox.file.append(url, "zwei")
    assert mox.file.read(url) == "héllo\nzwei"
    assert mox.file.read(url, binary=True) == "héllo\nzwei".encode()
    assert mox.file.exists(url)
    assert mox.file.get_size(url) == 11
    assert not mox.file.is_directory(url)
    mox.file.write(url, b"\x00\xff", binary=True)
    mox.file.append_remote(url, url + "2")
    mox.file.append_remote(url, url + "2")
    assert mox.file.read(url + "2", binary=True) == b"\x00\xff\x00\xff"


def fill(root):
    mox.file.make_dirs(root + "/sub/deep")
    for name in ("one.txt", "sub/two.txt", "sub/deep/three.png"):
        mox.file.write(f"{root}/{name}", name)


def test_directories(root):
    fill(root)
    assert mox.file.list_directory(root) == ["one.txt", "sub"]
    assert mox.file.list_directory(root + "/") == ["one.txt", "sub"]
    assert mox.file.list_directory(root, skip_file=True) == ["sub"]
    assert mox.file.list_directory(root, skip_dir=True) == ["one.txt"]
    everything = ["one.txt", "sub", "sub/deep", "sub/deep/three.png", "sub/two.txt"]
    assert mox.file.list_directory(root, recursive=True) == everything
    assert mox.file.exists(root + "/sub")
    assert mox.file.exists(root + "/sub/")
    assert mox.file.is_directory(root + "/sub/")
    assert not mox.file.exists(root + "/su")
    assert not mox.file.exists(root + "/none/")
    assert mox.file.get_size(root, recursive=True) == len("one.txtsub/two.txtsub/deep/three.png")
    found = mox.file.stat(root + "/one.txt")
    assert (found.length, found.is_directory) == (7, False)
    assert found.mtime_nsec > 1_600_000_000 * 10**9
    assert mox.file.stat(root + "/sub").is_directory
    with pytest.raises(mox.file.MoxFileNotExistsException):
        mox.file.stat(root + "/none")
    entries = {entry.name: entry for entry in mox.file.scan_dir(root)}
    assert entries["sub"].is_dir()
    assert entries["one.txt"].is_file()
    assert entries["one.txt"].stat().st_size == 7
    assert entries["one.txt"].path == root + "/one.txt"
    with pytest.raises(FileNotFoundError):
        list(mox.file.scan_dir(root + "/none"))


def test_walk_and_glob(root):
    fill(root)
    found = list(mox.file.walk(root))
    assert found == [
        (root, ["sub"], ["one.txt"]),
        (root + "/sub", ["deep"], ["two.txt"]),
        (root + "/sub/deep", [], ["three.png"]),
    ]
    assert [each[0] for each in mox.file.walk(root, topdown=False)] == [each[0] for each in reversed(found)]
    for top, folders, _ in mox.file.walk(root):
        folders.clear()
        assert top == root
    assert list(mox.file.walk(root + "/none")) == []
    assert mox.file.glob(root + "/*.txt") == [root + "/one.txt"]
    assert mox.file.glob(root + "/*") == [root + "/one.txt", root + "/sub"]
    assert mox.file.glob(root + "/s?b/*/*.png") == [root + "/sub/deep/three.png"]
    assert mox.file.glob(root + "/**/*.txt") == [root + "/one.txt", root + "/sub/two.txt"]
    assert mox.file.glob(root + "/one.txt") == [root + "/one.txt"]
    assert mox.file.glob(root + "/none*") == []


def test_remove_rename_mk_dir(root):
    fill(root)
    with pytest.raises(IsADirectoryError, match="recursive=True"):
        mox.file.remove(root + "/sub")
    mox.file.rename(root + "/one.txt", root + "/uno.txt")
    mox.file.rename(root + "/sub", root + "/moved")
    assert mox.file.list_directory(root, recursive=True) == [
        "moved",
        "moved/deep",
        "moved/deep/three.png",
        "moved/two.txt",
        "uno.txt",
    ]
    mox.file.remove(root + "/moved", recursive=True)
    mox.file.remove(root + "/uno.txt")
    assert not mox.file.exists(root + "/moved")
    with pytest.raises(mox.file.MoxFileNotExistsException):
        mox.file.remove(root + "/uno.txt")
    mox.file.make_dirs(root)
    mox.file.mk_dir(root + "/new")
    mox.file.make_dirs(root + "/new")
    assert mox.file.is_directory(root + "/new")
    assert mox.file.list_directory(root + "/new") == []
    with pytest.raises(FileExistsError):
        mox.file.mk_dir(root + "/new")
    with pytest.raises(OSError, match="none"):
        mox.file.mk_dir(root + "/none/below")


def test_copy_one_file(root, tmp_path_factory):
    fill(root)
    away = str(tmp_path_factory.mktemp("away"))
    mox.file.copy(root + "/one.txt", away + "/made/one.txt")
    mox.file.copy(away + "/made/one.txt", root + "/copy.txt")
    mox.file.copy(root + "/copy.txt", root + "/again.txt")
    assert mox.file.read(root + "/again.txt") == "one.txt"
    mox.file.copy(root + "/again.txt", "obs://other/x")
    assert mox.file.read("s3://other/x") == "one.txt"
    for source, target in (
        (root + "/sub", away + "/x"),
        (root + "/one.txt", away),
        (root + "/one.txt", root + "/sub/"),
    ):
        with pytest.raises(IsADirectoryError):
            mox.file.copy(source, target)
    with pytest.raises(mox.file.MoxFileNotExistsException):
        mox.file.copy(root + "/none", away + "/x")
    assert sorted(os.listdir(away)) == ["made"]


@pytest.mark.parametrize("ending", ["", "/"])
def test_copy_parallel_copies_contents(root, tmp_path_factory, ending):
    fill(root)
    mox.file.make_dirs(root + "/empty")
    mox.file.make_dirs(root + "/many")
    for number in range(30):
        mox.file.write(f"{root}/many/图 {number}.bin", str(number))
    for target in (str(tmp_path_factory.mktemp("t") / "new" / "place"), "obs://other/out"):
        mox.file.copy_parallel(root + ending, target + ending, threads=8)
        assert mox.file.list_directory(target, recursive=True) == mox.file.list_directory(root, recursive=True)
        assert mox.file.read(target + "/many/图 7.bin") == "7"
        assert mox.file.is_directory(target + "/empty")


def test_copy_parallel_single_file_and_list(root, tmp_path_factory):
    fill(root)
    away = str(tmp_path_factory.mktemp("away"))
    mox.file.copy_parallel(root + "/one.txt", away + "/renamed.txt")
    mox.file.copy_parallel(src_url=root + "/one.txt", dst_url=away)
    mox.file.copy_parallel(root + "/one.txt", "obs://other/dir/")
    mox.file.copy_parallel(root, away + "/some", file_list=["sub/two.txt"])
    assert mox.file.list_directory(away, recursive=True) == [
        "one.txt",
        "renamed.txt",
        "some",
        "some/sub",
        "some/sub/two.txt",
    ]
    assert mox.file.exists("obs://other/dir/one.txt")
    with pytest.raises(mox.file.MoxFileNotExistsException, match="none"):
        mox.file.copy_parallel(root + "/none", away)
    with pytest.raises(ValueError, match="leads out"):
        mox.file.copy_parallel(root, away, file_list=["../secret"])


def test_addresses_as_scripts_build_them(server):
    server.put("b", "x/y.txt", b"1")
    assert mox.file.exists("obs:/" + "/b/x/y.txt")
    assert mox.file.exists("obs://" + "/b//x/y.txt")
    assert mox.file.exists("s3:/b/x/y.txt")
    assert mox.file.exists("obs://b")
    assert mox.file.list_directory("obs://b") == ["x"]
    assert not mox.file.exists("/b/x/y.txt")
    assert not mox.file.exists("obs://none/x")
    with pytest.raises(ValueError, match="names no bucket"):
        mox.file.exists("obs://")
    for call in (mox.file.list_directory, mox.file.read, mox.file.make_dirs):
        with pytest.raises(mox.file.MoxFileNotExistsException):
            call("obs://none/x")


@pytest.mark.parametrize("place", ["local", "remote"])
def test_file_modes(server, tmp_path, place):
    url = str(tmp_path / "f") if place == "local" else "obs://b/f"
    with file.File(url, "w") as opened:
        assert opened.write("a\nb\n") == 4
        opened.writelines(["c\n", "d"])
        assert opened.size() == 7
    with file.File(url) as opened:
        assert opened.readable()
        assert not opened.writable()
        assert opened.readline() == "a\n"
        assert list(opened) == ["b\n", "c\n", "d"]
    with file.File(url, "rb") as opened:
        assert opened.read(2) == b"a\n"
        assert opened.tell() == 2
        opened.seek(-1, os.SEEK_END)
        assert opened.read() == b"d"
        opened.seek(4)
        assert opened.readlines() == [b"c\n", b"d"]
        assert opened.size() == 7
    with file.File(url, "a+") as opened:
        opened.seek(0)
        assert opened.read(1) == "a"
        opened.write("!")
    with file.File(url, "r+b") as opened:
        opened.write(b"A")
        opened.seek(0, os.SEEK_END)
        opened.write(b"?")
    assert mox.file.read(url) == "A\nb\nc\nd!?"
    with file.File(url, "w+") as opened:
        opened.write("new")
        opened.seek(0)
        assert opened.read() == "new"
    with file.File(url, "w"):
        pass
    assert mox.file.get_size(url) == 0
    for mode in ("r", "r+"):
        with pytest.raises(FileNotFoundError):
            file.File(url + "none", mode)
    with pytest.raises(ValueError, match="mode"):
        file.File(url, "x")


def test_file_serves_libraries(server):
    with mox.file.File("obs://b/p.pkl", "wb") as opened:
        pickle.dump({"a": list(range(1000))}, opened)
    with mox.file.File("obs://b/p.pkl", "rb") as opened:
        assert pickle.load(opened)["a"][-1] == 999
    numpy = wanted("numpy")
    with mox.file.File("obs://b/a.npy", "wb") as opened:
        numpy.save(opened, numpy.arange(5))
    with mox.file.File("obs://b/a.npy", "rb") as opened:
        assert numpy.load(opened).tolist() == [0, 1, 2, 3, 4]
    with mox.file.File("obs://b/t.txt", "w") as opened:
        print("x", "y", file=opened)
    assert mox.file.read("obs://b/t.txt") == "x y\n"


def test_logging_to_a_remote_file_does_not_upload_every_line(server):
    stream = mox.file.File("obs://b/run.log", "w")
    logger = logging.Logger("t")
    logger.addHandler(logging.StreamHandler(stream))
    for number in range(300):
        logger.info("line %d", number)
    assert b"line 0" in data(server, "run.log")
    stream.close()
    assert data(server, "run.log").count(b"\n") == 300
    assert len([each for each in server.requests if each[0] == "PUT"]) < 150


def test_seek_does_not_read_what_lies_between(server):
    server.put("b", "big", bytes(5 << 20) + b"end")
    server.requests.clear()
    with mox.file.File("obs://b/big", "rb") as opened:
        opened.seek(-3, os.SEEK_END)
        assert opened.read() == b"end"
    assert len(server.requests) == 2


def test_large_files_stream_both_ways(server, tmp_path):
    content = os.urandom(3 << 20)
    (tmp_path / "big").write_bytes(content)
    mox.file.copy(str(tmp_path / "big"), "obs://b/big")
    mox.file.copy("obs://b/big", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == content
    assert b"".join(iter(lambda f=mox.file.File("obs://b/big", "rb"): f.read(100_000), b"")) == content


def test_long_copies_and_deletions_are_waited_for(server):
    server.at_once = 3
    server.put("b", "long", b"12345")
    mox.file.copy("obs://b/long", "obs://other/there")
    assert mox.file.read("obs://other/there") == "12345"
    mox.file.rename("obs://b/long", "obs://b/renamed")
    assert mox.file.list_directory("obs://b") == ["renamed"]
    for number in range(5):
        server.put("b", f"many/{number}", b"1")
    mox.file.remove("obs://b/many", recursive=True)
    assert mox.file.list_directory("obs://b") == ["renamed"]


def test_a_long_copy_that_fails_says_why(server):
    server.at_once = 3
    server.put("b", "long", b"12345")
    server.failure = ("ModelArts.0109", "The disk is full.")
    with pytest.raises(mox.file.MoxFileRespException, match="disk is full"):
        mox.file.copy("obs://b/long", "obs://b/there")
    server.failure = ("ModelArts.4404", "The object 'long' does not exist.")
    with pytest.raises(mox.file.MoxFileNotExistsException, match="long"):
        mox.file.copy("obs://b/long", "obs://b/there")


@pytest.mark.parametrize("fault", ["refuse", "busy", "lost"])
def test_failing_requests_are_repeated(server, tmp_path, fault):
    server.flaky = [fault, fault]
    mox.file.write("obs://b/x", "kept")
    server.flaky = [fault]
    assert mox.file.exists("obs://b/x")
    server.flaky = [fault]
    mox.file.rename("obs://b/x", "obs://b/y")
    server.flaky = [fault, fault, fault]
    assert mox.file.list_directory("obs://b") == ["y"]
    server.flaky = [fault]
    mox.file.remove("obs://b/y")
    assert keys(server) == []


def test_a_broken_download_is_resumed(server, tmp_path):
    content = os.urandom(1 << 20)
    server.put("b", "x", content)
    server.flaky = [None, "cut", "cut", "busy"]
    with mox.file.File("obs://b/x", "rb") as opened:
        assert opened.read() == content
    server.flaky = ["cut", None]
    assert mox.file.read("obs://b/x", binary=True) == content


def test_an_object_that_changes_while_it_is_read_is_an_error(server, tmp_path):
    server.put("b", "x", os.urandom(2 << 20))
    reader = mox.file.File("obs://b/x", "rb")
    server.flaky = ["cut"]
    reader.read(10)
    server.put("b", "x", os.urandom(2 << 20))
    with pytest.raises(mox.file.MoxFileReadException, match="changed"):
        reader.read()
    reader.close()


def test_patience_ends_and_says_why(server, monkeypatch, tmp_path):
    monkeypatch.setattr(session.Policy, "patience", 0.05)
    monkeypatch.setenv("MAQUETTE_ENDPOINT", f"unix:{tmp_path}/nobody")
    with pytest.raises(mox.file.MoxFileRespException, match="nobody"):
        mox.file.exists("obs://b/x")


def test_the_server_may_restart(server, socket_directory, monkeypatch):
    mox.file.write("obs://b/x", "1")
    server.close()
    os.unlink(socket_directory / "api.sock")
    session.drop()
    answers = []
    reader = threading.Thread(target=lambda: answers.append(mox.file.exists("obs://b/x")))
    reader.start()
    second = FilesServer(socket_directory / "api.sock")
    reader.join()
    second.close()
    assert answers == [False]


def test_refusals_carry_the_answer(server, monkeypatch):
    monkeypatch.setenv("MAQUETTE_TOKEN", "wrong")
    with pytest.raises(mox.file.MoxFileRespException) as caught:
        mox.file.list_directory("obs://b/x")
    assert caught.value.resp.status == 401
    assert caught.value.resp.errorCode == "APIG.0301"


def test_without_a_platform_the_error_says_what_to_set(monkeypatch):
    monkeypatch.delenv("MAQUETTE_ENDPOINT")
    with pytest.raises(OSError, match="MAQUETTE_ENDPOINT"):
        mox.file.exists("obs://b/x")


def test_a_failed_download_leaves_nothing(server, tmp_path, monkeypatch):
    server.put("b", "d/x", bytes(1 << 20))
    server.put("b", "d/x/y", b"1")
    with pytest.raises(mox.file.MoxFileNameDuplicateException):
        mox.file.copy_parallel("obs://b/d", str(tmp_path / "d"))
    assert [each for each in os.listdir(tmp_path / "d") if each.startswith(".mox")] == []


def test_an_open_reader_does_not_disturb_other_calls(server):
    server.put("b", "x", bytes(1 << 20))
    with mox.file.File("obs://b/x", "rb") as opened:
        opened.read(10)
        assert mox.file.exists("obs://b/x")
        assert mox.file.list_directory("obs://b") == ["x"]
        assert len(opened.read()) == (1 << 20) - 10


def test_threads_share_nothing(server):
    failures = []

    def work(number):
        try:
            for turn in range(10):
                mox.file.write(f"obs://b/{number}/{turn}", f"{number}.{turn}")
                assert mox.file.read(f"obs://b/{number}/{turn}") == f"{number}.{turn}"
        except Exception as problem:
            failures.append(problem)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []


def test_copy_manifest(server, tmp_path):
    server.put("b", "img/0.png", b"zero")
    server.put("b", "set/voc/0.xml", b"<a/>")
    lines = (
        '{"source": "s3://b/img/0.png", "usage": "TRAIN", "annotation": [{"annotation-loc": "./voc/0.xml"}]}\n'
        '{"source": "content://文本", "annotation": []}\n\n'
    )
    server.put("b", "set/V001.manifest", lines.encode())
    path, samples = mox.file.copy_manifest("obs://b/set/V001.manifest", str(tmp_path) + "/data/")
    assert samples == 2
    text = Path(path).read_text("utf-8").splitlines()
    assert (tmp_path / "data/b/img/0.png").read_text() == "zero"
    assert f'"{tmp_path}/data/b/img/0.png"' in text[0]
    assert f'"{tmp_path}/data/b/set/voc/0.xml"' in text[0]
    assert "content://文本" in text[1]


def test_shift(server, tmp_path):
    import glob
    import shutil

    before = (open, os.listdir, os.path.exists)
    mox.file.shift("os", "mox")
    try:
        os.makedirs("obs://b/d/e")
        with open("obs://b/d/e/x.txt", "w") as opened:
            opened.write("hi")
        with open(tmp_path / "local.txt", "w", encoding="utf-8") as opened:
            opened.write("lo")
        assert os.listdir("obs://b/d/e") == ["x.txt"]
        assert os.listdir(tmp_path) == ["local.txt"]
        assert os.path.exists("obs://b/d")
        assert os.path.isdir("obs://b/d")
        assert os.path.isfile("obs://b/d/e/x.txt")
        assert os.path.getsize("obs://b/d/e/x.txt") == os.stat("obs://b/d/e/x.txt").st_size == 2
        assert glob.glob("obs://b/d/*/*.txt") == ["obs://b/d/e/x.txt"]
        assert [root for root, _, _ in os.walk("obs://b/d")] == ["obs://b/d", "obs://b/d/e"]
        with os.scandir("obs://b/d") as entries:
            assert [entry.name for entry in entries] == ["e"]
        shutil.copyfile("obs://b/d/e/x.txt", tmp_path / "y.txt")
        shutil.copy(str(tmp_path / "local.txt"), "obs://b/d")
        shutil.copytree("obs://b/d", str(tmp_path / "tree"))
        assert (tmp_path / "tree" / "local.txt").read_text() == "lo"
        os.rename("obs://b/d/local.txt", "obs://b/d/z.txt")
        os.remove("obs://b/d/z.txt")
        shutil.rmtree("obs://b/d")
        assert not os.path.exists("obs://b/d")
        with pytest.raises(FileExistsError):
            os.makedirs(tmp_path)
    finally:
        mox.file.shift("mox", "os")
    assert (open, os.listdir, os.path.exists) == before
    assert keys(server) == []
    with pytest.raises(ValueError, match="not known"):
        mox.file.shift("a", "b")


def test_older_import_forms():
    import moxing.tensorflow as older
    from moxing.framework.util.compat import as_bytes, as_str

    assert older.file is mox.file is file
    assert as_str(as_bytes("é")) == "é"


@pytest.mark.parametrize("body", [None, b"x"])
def test_signatures_are_those_of_the_official_client(body):
    signer = wanted("huaweicloudsdkcore.signer.signer")
    from huaweicloudsdkcore.sdk_request import SdkRequest

    from moxing.framework.file.signing import sign

    class Where:
        endpoint, project = "http://127.0.0.1:8080", "p"

    class Keys:
        ak, sk = "AK", "SK"

    path = "/v1/p/buckets/b/objects"
    ours = sign(("AK", "SK"), Where, "PUT", path + "?prefix=a%2Fb&limit=1", empty=not body)
    headers = {name: value for name, value in ours.items() if name != "Authorization"}
    query = [("prefix", "a/b"), ("limit", "1")]
    request = SdkRequest(
        method="PUT", schema="http", host="127.0.0.1:8080", resource_path=path, header_params=headers, body=body,
        query_params=query,
    )  # fmt: skip
    theirs = signer.Signer(Keys).sign(request).header_params["Authorization"]
    assert theirs == ours["Authorization"]


def test_set_auth_serves_outside_the_platform_and_yields_inside(monkeypatch, server):
    monkeypatch.setattr(session, "_given", {})
    monkeypatch.setattr(session, "_known", {})
    mox.file.set_auth(ak="AK", sk="SK", server="files.example", port=8443, project_id="p", list_max_keys=50, retry=3)
    assert session.platform().endpoint.startswith("unix:")
    assert session.Policy.page == 50
    monkeypatch.setattr(session.Policy, "page", 1000)
    for name in ("MAQUETTE_ENDPOINT", "MAQUETTE_PROJECT_ID", "MAQUETTE_CREDENTIALS"):
        monkeypatch.delenv(name)
    outside = session.platform()
    assert (outside.endpoint, outside.project, outside.token) == ("https://files.example:8443", "p", "")


def test_shift_reaches_gfile(monkeypatch):
    from types import SimpleNamespace

    names = ("GFile", "copy", "exists", "glob", "isdir", "listdir", "makedirs", "mkdir", "remove", "rename")
    gfile = SimpleNamespace(**dict.fromkeys((*names, "rmtree", "stat", "walk"), "local".format))
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(io=SimpleNamespace(gfile=gfile)))
    mox.file.shift("tf", "mox")
    try:
        gfile.makedirs("obs://b/d")
        assert gfile.isdir("obs://b/d")
        assert gfile.exists("/tmp") == "local"
    finally:
        mox.file.shift("mox", "tf")
