"""Trouble on order: what a network, a gateway or a busy database does to a request."""

import threading
from dataclasses import dataclass, field
from random import Random


@dataclass
class Fault:
    """`kind`: drop_before, drop_after (the transaction is committed, the answer lost), slow, or a status to answer.

    It strikes requests whose path holds `path` and whose body has at least `bytes` bytes: `times` times, or always when
    that is None, each time with the chance `rate`. 57014 answers as PostgREST does when a statement takes too long.
    """

    kind: str
    path: str = ""
    method: str = ""
    times: int | None = 1
    rate: float = 1.0
    bytes: int = 0
    seconds: float = 0.0
    retry_after: int | None = None
    struck: int = 0


@dataclass
class Faults:
    """The faults of a double, and the names that its schema cache does not know."""

    waiting: list[Fault] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    random: Random = field(default_factory=lambda: Random(7))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_for(self, method: str, path: str, size: int) -> Fault | None:
        with self.lock:
            for fault in self.waiting:
                fits = fault.path in path and fault.method in ("", method) and size >= fault.bytes
                if fits and (fault.times is None or fault.struck < fault.times) and self.random.random() < fault.rate:
                    fault.struck += 1
                    return fault
        return None

    def clear(self) -> None:
        with self.lock:
            self.waiting.clear()
            self.hidden.clear()
