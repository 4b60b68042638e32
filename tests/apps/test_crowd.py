"""More requests than can be served: some work, some wait, the rest is told to come back."""

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from jieban.site.crowd import Crowd


class Slow:
    """An application that answers when it is let go; counts how many are in it at once."""

    def __init__(self):
        self.go = threading.Event()
        self.lock = threading.Lock()
        self.inside = self.most = self.entered = 0

    def __call__(self, environ, start_response):
        with self.lock:
            self.inside += 1
            self.entered += 1
            self.most = max(self.most, self.inside)
        self.go.wait(20)
        with self.lock:
            self.inside -= 1
        if environ["PATH_INFO"] == "/breaks/":
            raise RuntimeError
        start_response("200 OK", [])
        return [b"done"]


def ask(application, path="/worklists/", method="GET"):
    said = {}

    def start_response(status, headers):
        said.update(status=status, headers=dict(headers))

    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "wsgi.input": io.BytesIO(b"x" * 99)}
    said["body"] = b"".join(application(environ, start_response))
    said["left"] = environ["wsgi.input"].read()
    return said


@pytest.fixture
def crowded():
    """Two working, two waiting; nobody else gets in."""
    slow = Slow()
    crowd = Crowd(slow, working=2, within=4)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, crowd) for _ in range(4)]
        while crowd._left or slow.entered < 2:
            pass
        yield slow, crowd
        slow.go.set()
        assert [each.result()["status"] for each in asked] == ["200 OK"] * 4
    assert (slow.most, slow.entered) == (2, 4)
    assert ask(crowd)["status"] == "200 OK"


def test_a_program_is_told_when_to_come_back(crowded):
    _, crowd = crowded
    told = ask(crowd, "/api/v1/cases", "POST")
    assert told["status"].startswith("503")
    assert told["headers"]["Retry-After"] == "2"
    assert json.loads(told["body"])["error"]["code"] == "api.busy"
    assert told["left"] == b"", "its body is read, so that its connection can go on"


def test_a_reader_is_told_in_both_languages_and_asked_again(crowded):
    _, crowd = crowded
    told = ask(crowd)["body"].decode()
    assert "系统正忙" in told
    assert "The system is busy" in told
    assert 'http-equiv="refresh"' in told
    assert "refresh" not in ask(crowd, method="POST")["body"].decode(), "a form is not sent twice"


def test_what_a_crowd_needs_most_is_always_answered():
    slow = Slow()
    slow.go.set()
    crowd = Crowd(slow, working=1, within=0)
    assert ask(crowd, "/healthz")["status"] == "200 OK"
    assert ask(crowd, "/static/site.css")["status"] == "200 OK"
    assert ask(crowd, "/")["status"].startswith("503")


def test_an_error_gives_the_place_back():
    slow = Slow()
    slow.go.set()
    crowd = Crowd(slow, working=1, within=1)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            ask(crowd, "/breaks/")
    assert ask(crowd)["status"] == "200 OK"
