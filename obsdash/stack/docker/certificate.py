"""Read of a certificate what a check needs: until when it is valid, and whether the key fits."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

_SEQUENCE, _UTC_TIME, _CONTEXT_0 = 0x30, 0x17, 0xA0


def expiry(certificate: Path) -> datetime:
    """Return until when a PEM certificate is valid; raises ValueError for what is none."""
    text = certificate.read_text(encoding="ascii", errors="replace")
    begin, end = text.find(ssl.PEM_HEADER), text.find(ssl.PEM_FOOTER)
    if begin < 0 or end < begin:
        raise ValueError("it holds no certificate in PEM format")
    der = ssl.PEM_cert_to_DER_cert(text[begin : end + len(ssl.PEM_FOOTER)])
    try:
        return _not_after(der)
    except IndexError:
        raise ValueError("the certificate in it is damaged") from None


def fits(certificate: Path, key: Path) -> bool:
    """Tell whether a key is that of a certificate; raises OSError when one cannot be read."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except ssl.SSLError:
        return False
    return True


def _not_after(der: bytes) -> datetime:
    """Go down X.509: what is signed, past version?, serial, algorithm, issuer, to validity."""
    _, signed, _ = _element(der, 0)
    _, at, _ = _element(der, signed)
    fields = 4 if der[at] == _CONTEXT_0 else 3
    for _ in range(fields):
        _, _, at = _element(der, at)
    kind, at, _ = _element(der, at)
    if kind != _SEQUENCE:
        raise IndexError
    _, _, at = _element(der, at)  # not before
    kind, start, end = _element(der, at)
    format_ = "%y%m%d%H%M%SZ" if kind == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(der[start:end].decode("ascii"), format_).replace(tzinfo=UTC)


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """Return tag, begin and end of the content of the element at a position."""
    length, start = der[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(der[start : start + size], "big"), start + size
    return der[at], start, start + length
