"""The two-certificate chain that signs manifests: made here, or checked when it comes from outside.

The standard asks for a leaf of its own: no authority, digital signatures only, the purpose of mail
protection. A leaf that signed itself is refused by every reader.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_DAYS = 20 * 366
# Without a time stamp from outside a signature is judged by the clock of its reader, so a leaf that
# ends takes the files it signed with it: it lives long.
LEAF_DAYS = 10 * 365
_BACKDATED = timedelta(hours=1)  # clocks of readers may be slow
_CURVES = {256: "es256", 384: "es384", 521: "es512"}
_PURPOSES = {
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.OCSP_SIGNING,
    ExtendedKeyUsageOID.TIME_STAMPING,
    x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # document signing
    x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),  # C2PA claim signing
}


@dataclass(frozen=True, slots=True)
class Signing:
    """What signs: the chain, leaf first, and the leaf's key, both PEM; `anchors` are the roots
    that our own check trusts, this chain's among them. `tsa_url`: a time-stamp service, or none."""

    chain: bytes
    key: bytes = field(repr=False)
    anchors: bytes
    tsa_url: str = ""


def make_chain(name: str, *, now: datetime) -> Signing:
    """A root and a leaf under it, in the name of `name`. The root's key is thrown away."""
    root_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name = _name(name, "Inkling local root")
    root = (
        _unsigned(root_name, root_name, root_key.public_key(), now, ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), False)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        _unsigned(
            _name(name, "Inkling content signing"), root_name, leaf_key.public_key(), now, LEAF_DAYS
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(leaf_key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False
        )
        .sign(root_key, hashes.SHA256())
    )
    root_pem = root.public_bytes(serialization.Encoding.PEM)
    return Signing(
        chain=leaf.public_bytes(serialization.Encoding.PEM) + root_pem,
        key=leaf_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        anchors=root_pem,
    )


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def algorithm_of(key: bytes) -> str:
    """The signature algorithm of a PEM key, as C2PA names it. Raises ValueError for another."""
    try:
        private = serialization.load_pem_private_key(key, password=None)
    except TypeError:
        raise ValueError("the private key is protected by a password") from None
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.key_size in _CURVES:
        return _CURVES[private.curve.key_size]
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= 2048:
        return "ps256"
    raise ValueError("the private key is neither P-256, P-384, P-521, Ed25519 nor RSA from 2048")


def expires_at(signing: Signing) -> datetime:
    """The instant from which some certificate of the chain is valid no longer."""
    chain = x509.load_pem_x509_certificates(signing.chain)
    return min(certificate.not_valid_after_utc for certificate in chain)


def faults(signing: Signing) -> list[str]:
    """Why this chain cannot sign manifests; empty when it can. Its time is not looked at."""
    try:
        chain = x509.load_pem_x509_certificates(signing.chain)
        algorithm_of(signing.key)
        private = serialization.load_pem_private_key(signing.key, password=None)
    except (ValueError, TypeError) as error:
        return [str(error)]
    leaf = chain[0]
    found = []
    if len(chain) < 2:
        found.append("the chain needs the leaf and, after it, what signed it")
    if leaf.issuer == leaf.subject:
        found.append("the leaf signed itself")
    if _spki(leaf.public_key()) != _spki(private.public_key()):
        found.append("the private key is not the leaf's")
    for below, above in itertools.pairwise(chain):
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature):
            found.append(f"{below.subject.rfc4514_string()} is not signed by what follows it")
    return found + _faults_of_leaf(leaf)


def _faults_of_leaf(leaf: x509.Certificate) -> list[str]:
    found = []
    extensions = {extension.oid: extension.value for extension in leaf.extensions}
    basic = extensions.get(x509.BasicConstraints.oid)
    if isinstance(basic, x509.BasicConstraints) and basic.ca:
        found.append("the leaf is an authority")
    usage = extensions.get(x509.KeyUsage.oid)
    if not isinstance(usage, x509.KeyUsage) or not usage.digital_signature:
        found.append("the leaf's key usage lacks digitalSignature")
    purposes = extensions.get(x509.ExtendedKeyUsage.oid)
    if not isinstance(purposes, x509.ExtendedKeyUsage) or not _PURPOSES & set(purposes):
        found.append("the leaf's extended key usage lacks emailProtection or another that may sign")
    return found


def _spki(key: object) -> bytes:
    encoded: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded
