"""The roots of the domain errors: what went wrong, said for the person who made the request.

`status` and `code` stand on the class; leaves stand next to the service that raises them. `api.error_handlers` turns
any of them into `{"detail", "code", "request_id"}`. No message ever holds a path, SQL or the text of an exception.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request; `field` is its dotted place, such as `options.wipe`."""

    field: str
    message: str


class DomainError(Exception):
    """An expected failure with a sentence for the caller."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def headers(self) -> dict[str, str]:
        """Response headers that belong to this error."""
        return {}

    def facts(self) -> dict[str, object]:
        """What the body of the answer has beyond the sentence and the code."""
        return {}


class InvalidRequest(DomainError):
    """The request itself is wrong; `errors` names each wrong field."""

    status = 400
    code = "invalid_request"

    def __init__(self, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class Unauthenticated(DomainError):
    """Nobody has said who is asking, or what they said does not hold."""

    status = 401
    code = "unauthenticated"


class Forbidden(DomainError):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"


class NotFound(DomainError):
    """The thing named does not exist."""

    status = 404
    code = "not_found"


class Conflict(DomainError):
    """The request fits, the present state does not."""

    status = 409
    code = "conflict"


class TooLarge(DomainError):
    """The body is larger than the service takes."""

    status = 413
    code = "too_large"


class TooManyRequests(DomainError):
    """A limit is reached; trying again later helps."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds

    def headers(self) -> dict[str, str]:
        """`Retry-After` in whole seconds."""
        return {"Retry-After": str(self.retry_after_seconds)}


class BadGateway(DomainError):
    """An outside service answered with something unusable."""

    status = 502
    code = "bad_gateway"


class Unavailable(DomainError):
    """Something that the service needs (disk, database) does not work at the moment."""

    status = 503
    code = "unavailable"


class NotStarted(Unavailable):
    """The application has not been started, or is not ready yet."""

    code = "not_started"


class GatewayTimeout(DomainError):
    """An outside service did not answer in time."""

    status = 504
    code = "gateway_timeout"
