"""The machine-readable origin label: the `AIGC` field of GB 45438-2025 and its XMP packet."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

AIGC_KEY = "AIGC"
AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
IPTC_NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
IPTC_TRAINED_MEDIA = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
MADE_BY_AI = "1"
# Where XMP stands in a PNG, and the type of a `uuid` box of an MP4 that holds it.
XMP_KEYWORD = "XML:com.adobe.xmp"
XMP_BOX = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")


def aigc_label(producer: str, produce_id: str) -> str:
    """The label as JSON: all seven keys, the propagator's left for who passes the file on.

    Raises ValueError for a value that is empty or not of the code points 0x21 to 0x7E.
    """
    for name, value in (("producer", producer), ("produce_id", produce_id)):
        if not value or not all("!" <= character <= "~" for character in value):
            raise ValueError(f"{name} must be printable ASCII without spaces, not {value!r}")
    return json.dumps(
        {
            "Label": MADE_BY_AI,
            "ContentProducer": producer,
            "ProduceID": produce_id,
            "ReservedCode1": "",
            "ContentPropagator": "",
            "PropagateID": "",
            "ReservedCode2": "",
        },
        separators=(",", ":"),
    )


def xmp_packet(label: str | None, software: str) -> str:
    """An XMP packet with the IPTC source type, the software that made the file and the label;
    without it for None: a file has one label, and in a clip it stands elsewhere."""
    written = f"<TC260:{AIGC_KEY}>{escape(label)}</TC260:{AIGC_KEY}>" if label else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        f' xmlns:TC260="{AIGC_NAMESPACE}"'
        f' xmlns:Iptc4xmpExt="{IPTC_NAMESPACE}"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"{written}"
        f"<Iptc4xmpExt:DigitalSourceType>{IPTC_TRAINED_MEDIA}</Iptc4xmpExt:DigitalSourceType>"
        f"<xmp:CreatorTool>{escape(software)}</xmp:CreatorTool>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    )
