"""The links to videos that a tracker's file holds, as one text: a JSON list of objects with `url` and `kind`."""

from collections.abc import Iterable
from typing import Final

import msgspec

from formats import cells

_WEB: Final = ("http://", "https://")


def video_links(rows: Iterable[dict[str, object]], url: str, *words: str) -> str | None:
    """The web links among the rows in their order, each once; null when there is none.

    `url` names the link's key, `words` those that say what kind of video it is. A file on somebody's disk is no link.
    """
    found: dict[str, str] = {}
    for row in rows:
        link = cells.label(row.get(url)) or ""
        if link.lower().startswith(_WEB):
            found.setdefault(link, " ".join(w for key in words if (w := cells.label(row.get(key)))))
    links = [{"url": link, "kind": kind} for link, kind in found.items()]
    return msgspec.json.encode(links).decode() if links else None
