"""A certificate for loopback, made once per process; its private key never leaves memory."""

import atexit
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

ROOTS_VARIABLE: Final = "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate for localhost and its private key, both PEM."""

    key: bytes
    chain: bytes


@cache
def certificate() -> Certificate:
    """Return this process's certificate; gRPC of this process trusts it from now on.

    gRPC reads the file of roots when the first TLS channel of the process is made, and never
    again: call this before that. Roots that the environment already named stay trusted.
    """
    made = certificate_for("localhost")
    _trust(made.chain)
    return made


def certificate_for(*hosts: str) -> Certificate:
    """Return a new self-signed certificate for hosts and loopback, which nothing trusts yet."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
    names = x509.SubjectAlternativeName(
        [
            *(x509.DNSName(host) for host in hosts),
            x509.IPAddress(IPv4Address("127.0.0.1")),
            x509.IPAddress(IPv6Address("::1")),
        ]
    )
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Certificate(
        key=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        chain=built.public_bytes(serialization.Encoding.PEM),
    )


def _trust(chain: bytes) -> None:
    before = os.environ.get(ROOTS_VARIABLE, "")
    trusted = Path(before).read_bytes() if before and Path(before).is_file() else b""
    with tempfile.NamedTemporaryFile(prefix="sandbox-roots-", suffix=".pem", delete=False) as file:
        file.write(trusted + chain)
    atexit.register(Path(file.name).unlink, missing_ok=True)
    os.environ[ROOTS_VARIABLE] = file.name
