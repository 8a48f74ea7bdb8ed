"""Sentences about servers that do not answer what was asked for."""

import pytest

from obsdash.errors import TargetError
from obsdash.http import explain, masked, success

URL = "http://h:9090/api/v1/rules"
HTML = "text/html; charset=utf-8"
JSON = "application/json"


@pytest.mark.parametrize(
    ("status", "kind", "body", "sentence"),
    [
        (401, "text/plain", b"Unauthorized\n", "refuses our credentials (401): Unauthorized"),
        (403, JSON, b'{"message":"Access denied"}', "does not allow this (403): Access denied"),
        (404, "text/plain", b"404 page not found\n", "does not exist (404): 404 page not found"),
        (
            502,
            HTML,
            b"<html><head><title>502 Bad Gateway</title></head></html>",
            "is behind a proxy that gets no answer (502: 502 Bad Gateway)",
        ),
        (503, "text/plain", b"Service Unavailable", "answered 503: Service Unavailable"),
        (
            400,
            JSON,
            b'{"status":"error","errorType":"bad_data","error":"1:4: parse error"}',
            "answered 400: 1:4: parse error",
        ),
        (500, JSON, b"[]", "answered 500"),
        (500, "", b"", "answered 500"),
        (
            200,
            HTML,
            b"<!doctype html><title>Log in - SSO</title>",
            "answered a login page (“Log in - SSO”) instead of JSON",
        ),
        (
            200,
            HTML,
            b"<html><h1>It <b>works</b>!</h1>",
            "answered a web page (“It works !”) instead of JSON",
        ),
        (200, JSON, b'{"status":"succ', 'answered something that is not JSON (“{"status":"succ”)'),
        (200, "", b"", "answered something that is not JSON"),
        (204, "", b"", "answered something that is not JSON"),
    ],
)
def test_an_unwanted_answer_becomes_one_sentence(
    status: int, kind: str, body: bytes, sentence: str
) -> None:
    error = explain(URL, status, kind, body)
    assert error.message == f"{URL} {sentence}"
    assert error.status == status


def test_the_remedy_for_a_wrong_path_names_the_product() -> None:
    error = explain(URL, 404, "", b"", product="Prometheus")
    assert "base URL of a Prometheus" in error.help


def test_a_redirect_to_a_login_is_called_a_login() -> None:
    error = explain(URL, 302, "", b"", location="https://sso.example.com/login?to=%2F")
    assert error.message == f"{URL} asks for a login"


def test_a_long_or_odd_text_is_cut_to_one_printable_line() -> None:
    error = explain(URL, 500, "text/plain", b"\x1b[31mbad\x00\n" + b"x" * 5000)
    assert len(error.reason) == 200
    assert error.reason.isprintable()


def test_the_servers_own_sentence_is_kept_apart() -> None:
    assert explain(URL, 422, JSON, b'{"error":"query timed out"}').reason == "query timed out"


def test_credentials_and_queries_are_masked() -> None:
    assert masked("https://ada:pw@h/x?token=1#f") == "https://***@h/x"
    assert "pw" not in explain("http://ada:pw@h/", 500, "", b"").message


@pytest.mark.parametrize("answer", [[], "x", None, {}, {"status": "error"}, {"status": "success"}])
def test_json_of_another_shape_is_an_error(answer: object) -> None:
    with pytest.raises(TargetError, match="not of Prometheus's shape"):
        success(answer, URL)
